//! `emptydir-count`: finds every emptyDir volume after the first; a volume without a source is one too.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "emptydir-count",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::EmptyDirCount],
    checks: &[Check::Volume(check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    if volume.is_empty_dir() && subject.first_empty_dir() != Some(volume.node) {
        findings.add(
            volume.node,
            "a pod on a virtual node has at most one emptyDir volume, and this is another",
            "mount one emptyDir with subPath in all places",
        );
    }
}
