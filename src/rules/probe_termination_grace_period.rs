//! `probe-termination-grace-period`: finds probes with a grace period of their own.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "probe-termination-grace-period",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "probe.terminationGracePeriodSeconds is not supported",
        summary: "Finds probes with a grace period of their own.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for probe in container.probes() {
        if let Some(seconds) = probe.termination_grace_period_seconds() {
            findings.mendable(
                seconds.node,
                "has a probe with a grace period, which virtual nodes do not support",
                "remove it from the probe",
                Edit::Remove(seconds.node),
            );
        }
    }
}
