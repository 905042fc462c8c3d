//! `emptydir-size-limit`: finds an emptyDir with a size limit.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "emptydir-size-limit",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod.Volumes.EmptyDirVolumeSource:SizeLimit",
        summary: "Finds an emptyDir with a size limit.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    if let Some(limit) = volume.empty_dir().and_then(|volume| volume.size_limit()) {
        findings.mendable(limit.node, "virtual nodes do not support sizeLimit", "remove it", Edit::Remove(limit.node));
    }
}
