//! `fs-group`: finds pods whose volumes are to belong to a group.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "fs-group",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    rows: &[Row::FsGroup],
    fix_fields: Fields::of(&["fsGroup"]),
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(group) = pod.security_context().and_then(|context| context.fs_group()) {
        findings.mendable(
            group.node,
            "virtual nodes do not support fsGroup",
            "remove it, and choose the image's user with runAsUser and runAsGroup",
            Edit::Remove(group.node),
        );
    }
}
