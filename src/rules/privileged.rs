//! `privileged`: finds privileged containers.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "privileged",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::Privileged]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    let flag = container.security_context().and_then(|context| context.privileged());
    if let Some(flag) = flag.filter(|flag| flag.value) {
        cx.report(flag.node, "is privileged, and virtual nodes do not run those", "remove it and add the capabilities that are needed");
    }
}
