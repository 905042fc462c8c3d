//! `ephemeral-storage`: finds pods that ask for more ephemeral storage than a virtual node gives.

use crate::check::prelude::*;
use crate::document::quantity::Quantity;
use crate::kubernetes::resources;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ephemeral-storage",
    tolerant: Warn,
    parameters: &[&MAX],
    ..Rule::NEW
};

/// The storage of a pod, in bytes, for all its containers and their images.
static MAX: Parameter = Parameter { name: "max", kind: ParameterKind::Quantity };

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

/// 15 GB. Source: Oracle's page on resource allocation.
const DEFAULT: Quantity = Quantity::of(15).times(1_000_000_000);

fn check(cx: &mut Context, pod: PodSpec) {
    let Some(storage) = resources::of_pod(pod, "ephemeral-storage") else { return };
    if !storage.amount.exceeds(cx.quantity(&MAX).unwrap_or(DEFAULT)) {
        return;
    }
    let containers = Place::Below(pod.node, &["containers"]);
    cx.report(
        storage.field.map_or(containers, Place::from),
        format_args!("the pod asks for {} bytes of ephemeral storage, more than a virtual node gives", storage.amount),
        "ask for less, and keep large data outside the pod",
    );
}
