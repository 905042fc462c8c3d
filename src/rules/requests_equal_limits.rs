//! `requests-equal-limits`: finds resources with a request and a limit that differ in value.

use crate::findings::{Edit, Findings};
use crate::reader::{Amount, Map};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, PodSpec, ResourceRequirements};
use std::collections::BTreeMap;

/// The rule.
pub static RULE: Rule = Rule {
    id: "requests-equal-limits",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Pod(pod), Check::Container(container)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Resources.Requests cannot be different from Resources.Limits",
        summary: "Finds resources with a request and a limit that differ in value.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn pod<'d>(subject: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(resources) = pod.resources() {
        let before = subject.before.map(|before| before.resources());
        check(resources, before, false, findings);
    }
}

fn container<'d>(subject: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    if let Some(resources) = container.resources() {
        let before = subject.before(container).map(|before| before.resources());
        // Kubernetes checks the sum of the containers' requests against the pod's, so no single one can be changed.
        let can_be_mended = subject.pod().and_then(|pod| pod.resources()).is_none();
        check(resources, before, can_be_mended, findings);
    }
}

/// `before` are the resources that a running pod had, where only what changed counts.
fn check<'d>(
    resources: ResourceRequirements<'d>,
    before: Option<Option<ResourceRequirements<'d>>>,
    can_be_mended: bool,
    findings: &mut Findings<'d>,
) {
    let (Some(requests), Some(limits)) = (resources.requests(), resources.limits()) else { return };
    let limits = by_name(Some(limits));
    let before = before.map(|before| {
        (by_name(before.and_then(|before| before.requests())), by_name(before.and_then(|before| before.limits())))
    });
    for (name, request) in requests.iter() {
        let Some(limit) = limits.get(name).filter(|limit| limit.value != request.value) else { continue };
        let is_unchanged = before.as_ref().is_some_and(|(requests, limits)| {
            requests.get(name).is_some_and(|before| before.value == request.value)
                && limits.get(name).is_some_and(|before| before.value == limit.value)
        });
        if is_unchanged {
            continue;
        }
        let problem = "requests another amount than its limit, and the virtual node gives the limit";
        let remedy = "make request and limit equal";
        if can_be_mended {
            findings.mendable(request.node, problem, remedy, Edit::Copy(request.node, limit.node));
        } else {
            findings.add(request.node, problem, remedy);
        }
    }
}

fn by_name<'d>(amounts: Option<Map<'d, Amount<'d>>>) -> BTreeMap<&'d str, Amount<'d>> {
    amounts.iter().flat_map(|amounts| amounts.iter()).collect()
}
