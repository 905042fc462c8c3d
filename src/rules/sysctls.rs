//! `sysctls`: finds pods that set kernel parameters.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sysctls",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod security contexts: sysctls",
        summary: "Finds pods that set kernel parameters.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(sysctls) = pod.security_context().and_then(|context| context.sysctls().filled()) {
        findings.add(
            sysctls,
            "virtual nodes do not set kernel parameters",
            "remove sysctls, or run the workload on managed nodes",
        );
    }
}
