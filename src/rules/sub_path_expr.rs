//! `sub-path-expr`: finds mounts whose path in the volume is put together from variables.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sub-path-expr",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::SubPathExpr],
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for mount in container.volume_mounts() {
        if let Some(path) = mount.sub_path_expr().filter(|path| !path.value.is_empty()) {
            findings.add(path.node, "uses subPathExpr, which virtual nodes do not support", "use a fixed subPath");
        }
    }
}
