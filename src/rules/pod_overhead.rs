//! `pod-overhead`: finds pods with an overhead, which a RuntimeClass puts there.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-overhead",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::Overhead],
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(overhead) = pod.overhead().filled() {
        findings.add(
            overhead,
            "virtual nodes do not support overhead, which comes from the pod's RuntimeClass",
            "remove runtimeClassName or use one without overhead",
        );
    }
}
