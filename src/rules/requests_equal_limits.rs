//! `requests-equal-limits`: finds resources with a request and a limit that differ in value.

use crate::check::prelude::*;
use crate::document::view::Amount;
use crate::kubernetes::views::ResourceRequirements;

/// The rule.
pub static RULE: Rule = Rule {
    id: "requests-equal-limits",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Safe),
    rows: &[Row::RequestsAndLimits],
    is_asked_on_resize: true,
    fix_fields: &["requests.", "requests["],
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(pod), Check::Container(container)];

fn pod(cx: &mut Context, pod: PodSpec) {
    if let Some(resources) = pod.resources() {
        let before = cx.before.and_then(|before| before.pod.resources());
        check(cx, resources, before, false);
    }
}

fn container(cx: &mut Context, container: Container) {
    if let Some(resources) = container.resources() {
        let before = cx.before.and_then(|before| before.container(container)?.resources());
        // Kubernetes checks the sum of the containers' requests against the pod's, so no single one can be changed.
        let can_be_fixed = cx.pod().and_then(|pod| pod.resources()).is_none();
        check(cx, resources, before, can_be_fixed);
    }
}

/// `before` are the resources that a running pod had, where only the change counts.
fn check(cx: &mut Context, resources: ResourceRequirements, before: Option<ResourceRequirements>, can_be_fixed: bool) {
    for (request, limit) in pairs(resources) {
        let name = request.node.name();
        let is_unchanged = before.is_some_and(|before| {
            before.requests().get(name).is_some_and(|before| before.equals(request))
                && before.limits().get(name).is_some_and(|before| before.equals(limit))
        });
        if request.equals(limit) || is_unchanged {
            continue;
        }
        let problem = "requests another amount than its limit, and the virtual node gives the limit";
        cx.report(request.node, problem, "make request and limit equal");
        if can_be_fixed {
            cx.and_set(request.node, Scalar::Text(limit.text().to_owned()));
        }
    }
}

/// The resources that have a request and a limit, in the order of the requests.
fn pairs<'d>(resources: ResourceRequirements<'d>) -> impl Iterator<Item = (Amount<'d>, Amount<'d>)> {
    // The API server writes both in the order of their names. So the next limit is found where the last one was, and
    // the cost does not grow with the square of the names.
    let mut limits = resources.limits().into_iter();
    resources.requests().into_iter().filter_map(move |(name, request)| {
        let (_, limit) = limits.by_ref().find(|(limit, _)| *limit == name).or_else(|| {
            limits = resources.limits().into_iter();
            limits.by_ref().find(|(limit, _)| *limit == name)
        })?;
        Some((request, limit))
    })
}
