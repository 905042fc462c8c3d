//! `missing-resources`: finds normal and init containers without a request or limit for cpu or memory.

use crate::check::prelude::*;
use crate::kubernetes::views::ResourceRequirements;

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-resources",
    strict: Warn,
    tolerant: Warn,
    fix: Some(Full),
    parameters: &[&CPU, &MEMORY],
    rows: doc(&[Row::ResourceAllocation]),
    fix_fields: doc(&["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"]),
    ..Rule::NEW
};

/// The cpu that the fix sets.
static CPU: Parameter = Parameter { name: "cpu", kind: ParameterKind::Quantity };
/// The memory that the fix sets.
static MEMORY: Parameter = Parameter { name: "memory", kind: ParameterKind::Quantity };

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    if container.list() == "ephemeralContainers" {
        return;
    }
    let of_pod = cx.pod().and_then(|pod| pod.resources());
    let is_missing = |name| !has(container.resources(), name) && !has(of_pod, name);
    let problem = match (is_missing("cpu"), is_missing("memory")) {
        (true, true) => "has no cpu and memory, and gets 0.125 OCPU and 0.5 GB",
        (true, false) => "has no cpu, and gets 0.125 OCPU",
        (false, true) => "has no memory, and gets 0.5 GB",
        (false, false) => return,
    };
    let absent = Place::Below(container.node, &["resources"]);
    let place = container.resources().map_or(absent, |resources| resources.node.into());
    cx.report(place, problem, "set requests and limits to what it needs");
    for (name, parameter) in [("cpu", &CPU), ("memory", &MEMORY)] {
        let Some(amount) = cx.text(parameter).filter(|_| is_missing(name)) else { continue };
        for list in ["requests", "limits"] {
            let place = Place::Below(container.node, &["resources", list, name]);
            cx.and_set(place, Scalar::Text(amount.to_owned()));
        }
    }
}

fn has(resources: Option<ResourceRequirements>, name: &str) -> bool {
    resources.is_some_and(|resources| resources.requests().get(name).or(resources.limits().get(name)).is_some())
}
