//! `deletion-grace-period`: finds a deletion grace period that an author wrote.

use crate::findings::{Edit, Findings};
use crate::kinds::Kind;
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule, TEMPLATES};
use crate::subject::Subject;
use crate::views::ObjectMeta;

/// The rule.
pub static RULE: Rule = Rule {
    id: "deletion-grace-period",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    rows: &[Row::DeletionGracePeriod],
    fix_fields: Fields::of(&["deletionGracePeriodSeconds"]),
    checks: &[Check::Object(TEMPLATES, check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let Some(template) = subject.template else { return };
    report(subject.metadata, findings);
    report(subject.job_metadata, findings);
    // A Pod is its own template.
    if subject.kind != Kind::Pod {
        report(template.metadata, findings);
    }
}

fn report<'d>(metadata: Option<ObjectMeta<'d>>, findings: &mut Findings<'d>) {
    let Some(metadata) = metadata else { return };
    // The API server writes it on an object that it is deleting.
    let is_deleted = metadata.deletion_timestamp().is_some_and(|time| !time.value.is_empty());
    if let Some(seconds) = metadata.deletion_grace_period_seconds().filter(|_| !is_deleted) {
        findings.mendable(
            seconds.node,
            "virtual nodes do not support deletionGracePeriodSeconds",
            "remove it",
            Edit::Remove(seconds.node),
        );
    }
}
