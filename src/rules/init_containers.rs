//! `init-containers`: finds every init container, native sidecars included.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "init-containers",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::InitContainers],
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    if container.node.parent().name() != "initContainers" {
        return;
    }
    let is_sidecar = container.restart_policy().is_some_and(|policy| policy.value == "Always");
    if is_sidecar {
        findings.add(
            container.node,
            "is a native sidecar, and virtual nodes do not run init containers",
            "move it to containers",
        );
    } else {
        findings.add(
            container.node,
            "is an init container, and virtual nodes do not run those",
            "do its work in the image or in the main container's start command",
        );
    }
}
