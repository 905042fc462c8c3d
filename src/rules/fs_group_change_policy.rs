//! `fs-group-change-policy`: finds pods that say when their volumes' group is changed.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "fs-group-change-policy",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: &[Row::FsGroupChangePolicy],
    fix_fields: Fields::of(&["fsGroupChangePolicy"]),
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let policy = pod.security_context().and_then(|context| context.fs_group_change_policy());
    if let Some(policy) = policy.filter(|policy| !matches!(policy.value, "" | "Always")) {
        findings.mendable(
            policy.node,
            "virtual nodes do not support fsGroupChangePolicy",
            "remove it",
            Edit::Remove(policy.node),
        );
    }
}
