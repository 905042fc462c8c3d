//! `subcore-cpu`: finds pods whose cpu is not a whole number of cores.

use crate::check::prelude::*;
use crate::kubernetes::resources;

/// The rule.
pub static RULE: Rule = Rule {
    id: "subcore-cpu",
    strict: Warn,
    tolerant: Off,
    parameters: &[&CPUS_PER_OCPU],
    rows: doc(&[Row::ResourceAllocation, Row::SubcoreResources]),
    is_asked_on_resize: true,
    ..Rule::NEW
};

/// The number of Kubernetes CPUs in an OCPU.
static CPUS_PER_OCPU: Parameter = Parameter { name: "cpusPerOcpu", kind: ParameterKind::Number(1, 2) };

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    let Some(cpu) = cx.cpu() else { return };
    let units = cx.number(&CPUS_PER_OCPU).and_then(|number| u32::try_from(number).ok()).unwrap_or(1);
    // A resize that doesn't change the cpu isn't a new violation.
    let before = cx.before.and_then(|before| resources::of_pod(before.pod, "cpu"));
    if cpu.amount.is_multiple_of(units) || before.is_some_and(|before| before.amount == cpu.amount) {
        return;
    }
    let containers = Place::Below(pod.node, &["containers"]);
    cx.report(
        cpu.field.map_or(containers, Place::from),
        format_args!("the pod asks for {} CPUs, and whole OCPUs are given and billed", cpu.amount),
        "ask for whole OCPUs in sum, or accept the cost",
    );
}
