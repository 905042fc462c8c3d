//! `attach`: finds `kubectl attach`.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "attach",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(&[Kind::PodAttachOptions], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "The kubectl attach command",
        summary: "Finds `kubectl attach`.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Fixed("pods/attach"),
        "virtual nodes cannot attach to a container",
        "use kubectl logs to see what it writes",
    );
}
