//! `network-policy`: finds network policies, which nothing enforces.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::kinds::is_policy_group;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "network-policy",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(&[Kind::NetworkPolicy, Kind::Custom], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Network policies (the Kubernetes NetworkPolicy resource) are not supported",
        summary: "Finds network policies, which nothing enforces.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    if subject.kind == Kind::NetworkPolicy || is_policy_group(subject.group) {
        findings.add(
            Place::Field(subject.root, "kind"),
            "nothing enforces it on virtual nodes, so it would give false safety",
            "use network security groups or security lists",
        );
    }
}
