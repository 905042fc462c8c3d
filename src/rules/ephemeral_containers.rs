//! `ephemeral-containers`: finds every ephemeral container.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ephemeral-containers",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::EphemeralContainers],
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    if container.node.parent().name() == "ephemeralContainers" {
        findings.add(
            container.node,
            "is an ephemeral container, and virtual nodes do not run those",
            "debug with logs, or in a copy of the pod with the tool as a normal container",
        );
    }
}
