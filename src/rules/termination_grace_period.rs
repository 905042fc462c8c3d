//! `termination-grace-period`: finds pods with another grace period than the default.

use crate::findings::{Edit, Findings, Literal};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "termination-grace-period",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "TerminationGracePeriodSeconds",
        summary: "Finds pods with another grace period than the default.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

/// What the API server sets where nothing is written.
const DEFAULT: i64 = 30;

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(seconds) = pod.termination_grace_period_seconds().filter(|seconds| seconds.value != DEFAULT) {
        findings.mendable(
            seconds.node,
            "virtual nodes do not support another grace period than 30 seconds",
            "remove terminationGracePeriodSeconds",
            // The API server defaults a field that is not there, so the default is what removing it comes to.
            Edit::Set(seconds.node.into(), Literal::Int(DEFAULT)),
        );
    }
}
