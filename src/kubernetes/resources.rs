//! The resources of a pod, as a virtual node counts them: the sum of limits, or of requests where there is no limit.
//!
//! Source: Oracle's page on resource allocation. A pod's own `resources` take precedence, as in Kubernetes.

use crate::document::node::Node;
use crate::document::quantity::Quantity;
use crate::document::view::Amount;
use crate::kubernetes::views::{PodSpec, ResourceRequirements};

/// The amount of a resource that a pod requests.
#[derive(Clone, Copy)]
pub struct PodAmount<'d> {
    /// The amount, in units of the resource.
    pub amount: Quantity,
    /// The field that sets it; `None` if it is the sum of several containers.
    pub field: Option<Node<'d>>,
}

/// Returns the amount of a resource that a pod requests; `None` if it requests none. Init and ephemeral containers
/// don't count.
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

/// Returns the amount that a virtual node uses: the limit, or else the request.
fn effective<'d>(resources: Option<ResourceRequirements<'d>>, name: &str) -> Option<Amount<'d>> {
    let resources = resources?;
    resources.limits().get(name).or_else(|| resources.requests().get(name))
}

/// Returns true if there is a request or a limit for a resource.
#[must_use]
pub fn has(resources: Option<ResourceRequirements<'_>>, name: &str) -> bool {
    resources.is_some_and(|resources| resources.requests().get(name).or(resources.limits().get(name)).is_some())
}
