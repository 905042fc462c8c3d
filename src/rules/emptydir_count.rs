//! `emptydir-count`: finds every emptyDir volume after the first; a volume without a source is one too.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "emptydir-count",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Maximum of 1 volume of type emptyDir",
        summary: "Finds every emptyDir volume after the first; a volume without a source is one too.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    for volume in pod.volumes().into_iter().filter(|volume| volume.is_empty_dir()).skip(1) {
        findings.add(
            volume.node,
            "a pod on a virtual node has at most one emptyDir volume, and this is another",
            "mount one emptyDir with subPath in all places",
        );
    }
}
