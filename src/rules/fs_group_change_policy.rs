//! `fs-group-change-policy`: finds pods that set when the group of their volumes is changed.

use crate::check::claims::{self, Group};
use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "fs-group-change-policy",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: doc(&[Row::FsGroupChangePolicy]),
    fix_fields: doc(&["fsGroupChangePolicy"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    let policy = pod.security_context().and_then(|context| context.fs_group_change_policy());
    let Some(policy) = policy.filter(|policy| !matches!(policy.value, "" | "Always")) else { return };
    let node = policy.node;
    match claims::group(cx) {
        Group::Applied => {}
        Group::Partly => {
            let problem = "virtual nodes apply fsGroupChangePolicy to volumes of File Storage, and to nothing else";
            cx.report(node, problem, "check that the other volumes need no group").only_warn();
        }
        Group::Ignored => {
            cx.remove(
                node,
                "virtual nodes do not support fsGroupChangePolicy",
                "remove it",
            );
        }
    }
}
