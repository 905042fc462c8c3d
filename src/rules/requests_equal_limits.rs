//! `requests-equal-limits`: finds resources whose request and limit differ in value.

use crate::check::prelude::*;
use crate::document::view::join;
use crate::kubernetes::views::ResourceRequirements;

/// The rule.
pub static RULE: Rule = Rule {
    id: "requests-equal-limits",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Safe),
    rows: doc(&[Row::RequestsAndLimits]),
    is_asked_on_resize: true,
    fix_fields: doc(&["requests.", "requests["]),
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
        // Kubernetes checks the sum of the containers' requests against the pod's, so a single one can't be changed.
        let can_be_fixed = cx.pod().and_then(|pod| pod.resources()).is_none();
        check(cx, resources, before, can_be_fixed);
    }
}

/// `before` are the old resources of a running pod, if only the change is checked.
fn check(cx: &mut Context, resources: ResourceRequirements, before: Option<ResourceRequirements>, can_be_fixed: bool) {
    let before: Vec<_> = before.into_iter().flat_map(|before| join(before.requests(), before.limits())).collect();
    let mut before = before.into_iter().peekable();
    for (request, limit) in join(resources.requests(), resources.limits()) {
        let name = request.node.name();
        while before.next_if(|(known, _)| known.node.name() < name).is_some() {}
        let known = before.next_if(|(known, _)| known.node.name() == name);
        let is_unchanged = known.is_some_and(|known| known.0.equals(request) && known.1.equals(limit));
        if request.equals(limit) || is_unchanged {
            continue;
        }
        let (requested, limit_text) = (request.text(), limit.text());
        let problem = format_args!("requests {requested} with limit {limit_text}, and the virtual node gives the limit");
        cx.report(request.node, problem, "make request and limit equal");
        if can_be_fixed {
            cx.and_set(request.node, Scalar::Text(limit.text().to_owned()));
        }
    }
}
