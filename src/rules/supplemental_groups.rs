//! `supplemental-groups`: finds pods whose processes belong to further groups.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "supplemental-groups",
    strict: Deny,
    tolerant: Deny,
    fix: Some(Full),
    rows: doc(&[Row::SupplementalGroups]),
    fix_fields: doc(&["supplementalGroups"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    if let Some(groups) = pod.security_context().and_then(|context| context.supplemental_groups().filled()) {
        cx.remove(groups, "virtual nodes do not support supplementalGroups", "remove them, and put the groups into the image");
    }
}
