//! `requests-equal-limits`: finds resources with a request and a limit that differ in value.

use crate::findings::{Edit, Findings, Literal};
use crate::oracle::Row;
use crate::reader::Amount;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, PodSpec, ResourceRequirements};

/// The rule.
pub static RULE: Rule = Rule {
    id: "requests-equal-limits",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    rows: &[Row::RequestsAndLimits],
    on_resize: true,
    fix_fields: Fields::of(&["requests.", "requests["]),
    checks: &[Check::Pod(pod), Check::Container(container)],
    ..Rule::NEW
};

fn pod<'d>(subject: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(resources) = pod.resources() {
        check(resources, subject.before.and_then(|before| before.resources()), false, findings);
    }
}

fn container<'d>(subject: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    if let Some(resources) = container.resources() {
        let before = subject.before(container).and_then(|before| before.resources());
        // Kubernetes checks the sum of the containers' requests against the pod's, so no single one can be changed.
        let can_be_mended = subject.pod().and_then(|pod| pod.resources()).is_none();
        check(resources, before, can_be_mended, findings);
    }
}

/// `before` are the resources that a running pod had, where only what changed counts.
fn check<'d>(
    resources: ResourceRequirements<'d>,
    before: Option<ResourceRequirements<'d>>,
    can_be_mended: bool,
    findings: &mut Findings<'d>,
) {
    for (request, limit) in pairs(resources) {
        if request.equals(limit) {
            continue;
        }
        let name = request.node.name();
        let is_unchanged = before.is_some_and(|before| {
            before.requests().get(name).is_some_and(|before| before.equals(request))
                && before.limits().get(name).is_some_and(|before| before.equals(limit))
        });
        if is_unchanged {
            continue;
        }
        let problem = "requests another amount than its limit, and the virtual node gives the limit";
        let remedy = "make request and limit equal";
        if can_be_mended {
            findings.mendable(
                request.node,
                problem,
                remedy,
                Edit::Set(request.node.into(), Literal::Text(limit.text())),
            );
        } else {
            findings.add(request.node, problem, remedy);
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
