//! `port-forward`: finds `kubectl port-forward`.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "port-forward",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(&[Kind::PodPortForwardOptions], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Kubectl port-forward command",
        summary: "Finds `kubectl port-forward`.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Fixed("pods/portforward"),
        "virtual nodes cannot forward ports",
        "use kubectl proxy, which reaches the pod through the API server",
    );
}
