//! `missing-resources`: finds normal and init containers without request and limit for cpu or memory.

use crate::findings::{Findings, Place};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Parameter, ParameterKind, Rule};
use crate::subject::Subject;
use crate::views::{Container, ResourceRequirements};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-resources",
    strict: Level::Warn,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[
        Parameter {
            name: "cpu",
            kind: ParameterKind::Quantity,
            #[cfg(not(target_arch = "wasm32"))]
            about: "The cpu that the fix asks for, as request and limit, where there is none. Default: none, and the finding stays.",
        },
        Parameter {
            name: "memory",
            kind: ParameterKind::Quantity,
            #[cfg(not(target_arch = "wasm32"))]
            about: "The memory that the fix asks for, likewise.",
        },
    ],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Resource Allocation",
        summary: "Finds normal and init containers without request and limit for cpu or memory.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(subject: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    if container.node.parent().name() == "ephemeralContainers" {
        return;
    }
    let of_pod = subject.pod().and_then(|pod| pod.resources());
    let is_missing = |name| !has(container.resources(), name) && !has(of_pod, name);
    let problem = match (is_missing("cpu"), is_missing("memory")) {
        (true, true) => "has no cpu and memory, and gets 0.125 OCPU and 0.5 GB",
        (true, false) => "has no cpu, and gets 0.125 OCPU",
        (false, true) => "has no memory, and gets 0.5 GB",
        (false, false) => return,
    };
    let place =
        container.resources().map_or(Place::Field(container.node, "resources"), |resources| resources.node.into());
    findings.add(place, problem, "set requests and limits to what it needs");
}

fn has(resources: Option<ResourceRequirements<'_>>, name: &str) -> bool {
    resources.is_some_and(|resources| resources.requests().get(name).or(resources.limits().get(name)).is_some())
}
