//! `exec`: finds `kubectl exec`.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "exec",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::Exec]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::PodExecOptions], check)];

fn check(cx: &mut Context) {
    cx.report(Place::Resource("pods/exec"), "virtual nodes cannot run a command in a container", "use kubectl logs, or build what you need to see into the application");
}
