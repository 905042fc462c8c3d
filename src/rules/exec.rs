//! `exec`: finds `kubectl exec`.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "exec",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::Exec],
    checks: &[Check::Object(&[Kind::PodExecOptions], check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Fixed("pods/exec"),
        "virtual nodes cannot run a command in a container",
        "use kubectl logs, or build what you need to see into the application",
    );
}
