//! `daemonset`: finds every DaemonSet.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "daemonset",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(&[Kind::DaemonSet], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Kubernetes daemonsets are not supported",
        summary: "Finds every DaemonSet.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Field(subject.root, "kind"),
        "a virtual node runs no DaemonSet pods",
        "put the agent into the pods as a further container, or keep it to managed nodes",
    );
}
