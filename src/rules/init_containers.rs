//! `init-containers`: finds every init container, native sidecars included.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "init-containers",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::InitContainers]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    if container.list() != "initContainers" {
        return;
    }
    let is_sidecar = container.restart_policy().is_some_and(|policy| policy.value == "Always");
    if is_sidecar {
        cx.report(container.node, "is a native sidecar, and virtual nodes do not run init containers", "move it to containers");
    } else {
        cx.report(container.node, "is an init container, and virtual nodes do not run those", "do its work in the image or in the main container's start command");
    }
}
