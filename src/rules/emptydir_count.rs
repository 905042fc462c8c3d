//! `emptydir-count`: finds every emptyDir volume after the first.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "emptydir-count",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::EmptyDirCount]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Volume(check)];

fn check(cx: &mut Context, volume: Volume) {
    if volume.is_empty_dir() && cx.first_empty_dir().is_some_and(|first| first != volume.node) {
        cx.report(volume.node, "a pod on a virtual node has at most one emptyDir volume, and this is another", "mount one emptyDir with subPath in all places");
    }
}
