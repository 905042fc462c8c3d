//! The resources of a pod, as a virtual node counts them: the limit, else the request, summed up over the pod.
//!
//! The source is Oracle's page on resource allocation, with a pod's own `resources` in front, as in Kubernetes.

use crate::document::node::Node;
use crate::document::quantity::Quantity;
use crate::document::view::Amount;
use crate::kubernetes::views::{PodSpec, ResourceRequirements};

/// A resource of a pod.
#[derive(Clone, Copy)]
pub struct PodAmount<'d> {
    /// How much of it the pod has.
    pub amount: Quantity,
    /// The field that says so; `None` where several containers have a part of it.
    pub field: Option<Node<'d>>,
}

/// What the pod has of a resource; `None` where nothing asks for it. Init and ephemeral containers do not count.
#[must_use]
pub fn of_pod<'d>(pod: PodSpec<'d>, name: &str) -> Option<PodAmount<'d>> {
    if let Some(amount) = effective(pod.resources(), name) {
        return Some(PodAmount { amount: amount.value(), field: Some(amount.node) });
    }
    let mut sum: Option<PodAmount<'d>> = None;
    for amount in pod.containers().into_iter().filter_map(|container| effective(container.resources(), name)) {
        sum = Some(match sum {
            None => PodAmount { amount: amount.value(), field: Some(amount.node) },
            Some(sum) => PodAmount { amount: sum.amount.plus(amount.value()), field: None },
        });
    }
    sum
}

/// The amount that a virtual node looks at: the limit, else the request.
fn effective<'d>(resources: Option<ResourceRequirements<'d>>, name: &str) -> Option<Amount<'d>> {
    let resources = resources?;
    resources.limits().get(name).or_else(|| resources.requests().get(name))
}
