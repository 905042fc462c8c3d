//! `proc-mount`: finds containers with a proc mount other than the default.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "proc-mount",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::ProcMount]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    let mount = container.security_context().and_then(|context| context.proc_mount());
    if let Some(mount) = mount.filter(|mount| !matches!(mount.value, "" | "Default")) {
        cx.report(mount.node, "sets procMount, which virtual nodes do not support", "remove it");
    }
}
