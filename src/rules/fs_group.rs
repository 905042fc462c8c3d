//! `fs-group`: finds pods with a group for their volumes.

use crate::check::claims::{self, Group};
use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "fs-group",
    strict: Deny,
    tolerant: Deny,
    fix: Some(Full),
    rows: doc(&[Row::FsGroup]),
    fix_fields: doc(&["fsGroup"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    let Some(group) = pod.security_context().and_then(|context| context.fs_group()) else { return };
    let node = group.node;
    match claims::group(cx) {
        Group::Applied => {}
        Group::Partly => {
            let problem = "virtual nodes apply fsGroup to volumes of File Storage, and to nothing else";
            cx.report(node, problem, "check that the other volumes need no group").only_warn();
        }
        Group::Ignored => {
            cx.remove(
                node,
                "virtual nodes do not support fsGroup",
                "remove it, and choose the image's user with runAsUser and runAsGroup",
            );
        }
    }
}
