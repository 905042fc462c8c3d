//! `missing-resources`: finds normal and init containers without request and limit for cpu or memory.

use crate::findings::{Edit, Findings, Literal, Place};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Parameter, ParameterKind, Rule};
use crate::subject::Subject;
use crate::views::{Container, ResourceRequirements};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-resources",
    strict: Level::Warn,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[
        Parameter { name: "cpu", kind: ParameterKind::Quantity },
        Parameter { name: "memory", kind: ParameterKind::Quantity },
    ],
    rows: &[Row::ResourceAllocation],
    fix_fields: Fields::of(&["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"]),
    checks: &[Check::Container(check)],
    ..Rule::NEW
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
        container.resources().map_or(Place::Below(container.node, &["resources"]), |resources| resources.node.into());
    let Some(finding) = findings.add(place, problem, "set requests and limits to what it needs") else { return };
    let fixes: [(&str, &'static [_], &'static [_]); 2] = [
        ("cpu", &["resources", "requests", "cpu"], &["resources", "limits", "cpu"]),
        ("memory", &["resources", "requests", "memory"], &["resources", "limits", "memory"]),
    ];
    for (name, request, limit) in fixes {
        if let Some(amount) = subject.text(RULE.id, name).filter(|_| is_missing(name)) {
            finding.mend(Edit::Set(Place::Below(container.node, request), Literal::Text(amount)));
            finding.mend(Edit::Set(Place::Below(container.node, limit), Literal::Text(amount)));
        }
    }
}

fn has(resources: Option<ResourceRequirements<'_>>, name: &str) -> bool {
    resources.is_some_and(|resources| resources.requests().get(name).or(resources.limits().get(name)).is_some())
}
