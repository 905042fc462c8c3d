//! `daemonset`: finds every DaemonSet.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "daemonset",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::DaemonSets],
    checks: &[Check::Object(&[Kind::DaemonSet], check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Below(subject.root, &["kind"]),
        "a virtual node runs no DaemonSet pods",
        "put the agent into the pods as a further container, or keep it to managed nodes",
    );
}
