//! `ephemeral-containers`: finds every ephemeral container.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ephemeral-containers",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::EphemeralContainers]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    if container.list() == "ephemeralContainers" {
        cx.report(container.node, "is an ephemeral container, and virtual nodes do not run those", "debug with logs, or in a copy of the pod with the tool as a normal container");
    }
}
