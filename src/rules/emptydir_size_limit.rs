//! `emptydir-size-limit`: finds an emptyDir with a size limit.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "emptydir-size-limit",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Safe),
    rows: doc(&[Row::EmptyDirSizeLimit]),
    fix_fields: doc(&["sizeLimit"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Volume(check)];

fn check(cx: &mut Context, volume: Volume) {
    if let Some(limit) = volume.empty_dir().and_then(|volume| volume.size_limit()) {
        cx.remove(limit.node, "virtual nodes do not support sizeLimit", "remove it");
    }
}
