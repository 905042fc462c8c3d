//! `emptydir-size-limit`: finds an emptyDir with a size limit.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "emptydir-size-limit",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    rows: &[Row::EmptyDirSizeLimit],
    fix_fields: Fields::of(&["sizeLimit"]),
    checks: &[Check::Volume(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    if let Some(limit) = volume.empty_dir().and_then(|volume| volume.size_limit()) {
        findings.mendable(limit.node, "virtual nodes do not support sizeLimit", "remove it", Edit::Remove(limit.node));
    }
}
