//! `share-process-namespace`: finds pods whose containers see each other's processes.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "share-process-namespace",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "shareProcessNamespace",
        summary: "Finds pods whose containers see each other's processes.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(flag) = pod.share_process_namespace().filter(|flag| flag.value) {
        findings.add(
            flag.node,
            "virtual nodes do not let the containers of a pod share processes",
            "remove shareProcessNamespace, or run the processes in one container",
        );
    }
}
