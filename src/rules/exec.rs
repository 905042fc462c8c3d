//! `exec`: finds `kubectl exec`.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "exec",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(&[Kind::PodExecOptions], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs { row: "Exec Container", summary: "Finds `kubectl exec`.", why: "", instead: "", fails: "", mended: "" },
};

fn check<'d>(_: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Fixed("pods/exec"),
        "virtual nodes cannot run a command in a container",
        "use kubectl logs, or build what you need to see into the application",
    );
}
