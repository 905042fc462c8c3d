//! `deletion-grace-period`: finds `deletionGracePeriodSeconds` in the metadata that an author wrote.

use crate::check::prelude::*;
use crate::kubernetes::kinds::JOB_METADATA;
use crate::kubernetes::views::ObjectMeta;

/// The rule.
pub static RULE: Rule = Rule {
    id: "deletion-grace-period",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Safe),
    rows: doc(&[Row::DeletionGracePeriod]),
    fix_fields: doc(&["deletionGracePeriodSeconds"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Workload(check)];

fn check(cx: &mut Context) {
    // The API server takes no update that changes it in the object itself.
    if cx.old.is_none() {
        report(cx, cx.object.metadata);
    }
    report(cx, cx.object.field(JOB_METADATA));
    for template in cx.object.templates.iter().filter(|template| template.node != cx.object.root) {
        report(cx, template.metadata);
    }
}

fn report(cx: &mut Context, metadata: Option<ObjectMeta>) {
    let Some(metadata) = metadata else { return };
    // The API server sets the field on an object that it is deleting.
    let is_deleted = metadata.deletion_timestamp().is_some_and(|time| !time.value.is_empty());
    if let Some(seconds) = metadata.deletion_grace_period_seconds().filter(|_| !is_deleted) {
        cx.remove(seconds.node, "virtual nodes do not support deletionGracePeriodSeconds", "remove it");
    }
}
