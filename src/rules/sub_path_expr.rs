//! `sub-path-expr`: finds mounts whose path in the volume is built from variables.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sub-path-expr",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::SubPathExpr]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    for mount in container.volume_mounts() {
        if let Some(path) = mount.sub_path_expr().filter(|path| !path.value.is_empty()) {
            cx.report(path.node, "uses subPathExpr, which virtual nodes do not support", "use a fixed subPath");
        }
    }
}
