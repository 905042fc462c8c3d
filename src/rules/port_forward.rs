//! `port-forward`: finds `kubectl port-forward`.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "port-forward",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::PortForward],
    checks: &[Check::Object(&[Kind::PodPortForwardOptions], check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Fixed("pods/portforward"),
        "virtual nodes cannot forward ports",
        "use kubectl proxy, which reaches the pod through the API server",
    );
}
