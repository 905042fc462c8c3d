//! `supplemental-groups`: finds pods whose processes are to be in further groups.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "supplemental-groups",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    rows: &[Row::SupplementalGroups],
    fix_fields: Fields::of(&["supplementalGroups"]),
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(groups) = pod.security_context().and_then(|context| context.supplemental_groups().filled()) {
        findings.mendable(
            groups,
            "virtual nodes do not support supplementalGroups",
            "remove them, and put the groups into the image",
            Edit::Remove(groups),
        );
    }
}
