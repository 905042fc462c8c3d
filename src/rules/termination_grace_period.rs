//! `termination-grace-period`: finds pods with another grace period than the default.

use crate::findings::{Edit, Findings, Literal};
use crate::oracle::Row;
use crate::reader::{Document, View};
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, Lifecycle, PodSpec};

/// The rule.
pub static RULE: Rule = Rule {
    id: "termination-grace-period",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    rows: &[Row::TerminationGracePeriod],
    fix_fields: Fields::of(&["terminationGracePeriodSeconds"]),
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

/// What the API server sets where nothing is written.
const DEFAULT: i64 = 30;

fn check<'d>(subject: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let seconds = pod.termination_grace_period_seconds().filter(|seconds| seconds.value != DEFAULT);
    let Some(seconds) = seconds else { return };
    let problem = "virtual nodes do not support another grace period than 30 seconds";
    let remedy = "remove terminationGracePeriodSeconds";
    if subject.containers().any(sleeps_longer) {
        findings.add(seconds.node, problem, remedy);
    } else {
        // The API server defaults a field that is not there, so the default is what removing it comes to.
        let edit = Edit::Set(seconds.node.into(), Literal::Int(DEFAULT));
        findings.mendable(seconds.node, problem, remedy, edit);
    }
}

/// Whether a container sleeps longer, at its start or end, than the default allows: Kubernetes would reject the fix.
fn sleeps_longer(container: Container<'_>) -> bool {
    let lifecycle = container.lifecycle().and_then(|lifecycle| Document::read(lifecycle.text(), Lifecycle::SHAPE).ok());
    let Some(lifecycle) = lifecycle.as_ref().and_then(|document| Lifecycle::of(document.root())) else { return false };
    let hooks = [lifecycle.post_start(), lifecycle.pre_stop()].into_iter().flatten();
    hooks.filter_map(|hook| hook.sleep()?.seconds()).any(|seconds| seconds.value > DEFAULT)
}
