//! `fs-group-change-policy`: finds pods that say when their volumes' group is changed.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "fs-group-change-policy",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: &[Row::FsGroupChangePolicy],
    fix_fields: &["fsGroupChangePolicy"],
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    let policy = pod.security_context().and_then(|context| context.fs_group_change_policy());
    if let Some(policy) = policy.filter(|policy| !matches!(policy.value, "" | "Always")) {
        cx.remove(policy.node, "virtual nodes do not support fsGroupChangePolicy", "remove it");
    }
}
