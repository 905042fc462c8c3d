//! `missing-resources`: finds normal and init containers without a request or limit for cpu or memory.

use crate::check::prelude::*;
use crate::kubernetes::resources;

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
    let [has_cpu, has_memory] = cx.pod_has_cpu_and_memory();
    let is_missing = |name| !resources::has(container.resources(), name);
    let (lacks_cpu, lacks_memory) = (!has_cpu && is_missing("cpu"), !has_memory && is_missing("memory"));
    let problem = match (lacks_cpu, lacks_memory) {
        (true, true) => "has no cpu and memory, and gets 0.125 OCPU and 0.5 GB",
        (true, false) => "has no cpu, and gets 0.125 OCPU",
        (false, true) => "has no memory, and gets 0.5 GB",
        (false, false) => return,
    };
    let absent = Place::Below(container.node, &["resources"]);
    let place = container.resources().map_or(absent, |resources| resources.node.into());
    cx.report(place, problem, "set requests and limits to what it needs");
    for (name, parameter, is_missing) in [("cpu", &CPU, lacks_cpu), ("memory", &MEMORY, lacks_memory)] {
        let Some(amount) = cx.text(parameter).filter(|_| is_missing) else { continue };
        for list in ["requests", "limits"] {
            let place = Place::Below(container.node, &["resources", list, name]);
            cx.and_set(place, Scalar::Text(amount.to_owned()));
        }
    }
}
