//! `pod-size`: finds pods that ask for more cpu than the largest shape has.

use crate::check::prelude::*;
use crate::document::quantity::Quantity;
use crate::kubernetes::resources;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-size",
    is_asked_on_resize: true,
    parameters: &[&MAX_CPU],
    ..Rule::NEW
};

/// The Kubernetes CPUs of the largest shape.
static MAX_CPU: Parameter = Parameter { name: "maxCpu", kind: ParameterKind::Quantity };

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

/// The largest shape has 64 OCPUs of two CPUs each.
const DEFAULT: Quantity = Quantity::of(128);

fn check(cx: &mut Context, pod: PodSpec) {
    let Some(cpu) = cx.cpu() else { return };
    let max = cx.quantity(&MAX_CPU).unwrap_or(DEFAULT);
    // A resize to the same amount or less isn't a new violation.
    let before = cx.before.and_then(|before| resources::of_pod(before.pod, "cpu"));
    if !cpu.amount.exceeds(max) || before.is_some_and(|before| !cpu.amount.exceeds(before.amount)) {
        return;
    }
    let containers = Place::Below(pod.node, &["containers"]);
    cx.report(
        cpu.field.map_or(containers, Place::from),
        format_args!("the pod asks for {} CPUs, and the largest shape has {max}", cpu.amount),
        "divide the work among more pods",
    );
}
