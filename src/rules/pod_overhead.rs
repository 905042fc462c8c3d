//! `pod-overhead`: finds pods with an overhead, which a RuntimeClass puts there.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-overhead",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Overhead",
        summary: "Finds pods with an overhead, which a RuntimeClass puts there.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(overhead) = pod.overhead().filled() {
        findings.add(
            overhead,
            "virtual nodes do not support overhead, which comes from the pod's RuntimeClass",
            "remove runtimeClassName or use one without overhead",
        );
    }
}
