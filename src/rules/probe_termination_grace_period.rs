//! `probe-termination-grace-period`: finds probes with their own grace period.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "probe-termination-grace-period",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Safe),
    rows: doc(&[Row::ProbeTerminationGracePeriod]),
    fix_fields: doc(&["terminationGracePeriodSeconds"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    for probe in container.probes() {
        if let Some(seconds) = probe.termination_grace_period_seconds() {
            cx.remove(seconds.node, "has a probe with a grace period, and virtual nodes support none", "remove it from the probe");
        }
    }
}
