//! `attach`: finds `kubectl attach`.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "attach",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::Attach],
    checks: &[Check::Object(&[Kind::PodAttachOptions], check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Fixed("pods/attach"),
        "virtual nodes cannot attach to a container",
        "use kubectl logs to see what it writes",
    );
}
