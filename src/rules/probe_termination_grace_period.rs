//! `probe-termination-grace-period`: finds probes with a grace period of their own.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "probe-termination-grace-period",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    rows: &[Row::ProbeTerminationGracePeriod],
    fix_fields: Fields::of(&["terminationGracePeriodSeconds"]),
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for probe in container.probes() {
        if let Some(seconds) = probe.termination_grace_period_seconds() {
            findings.mendable(
                seconds.node,
                "has a probe with a grace period, and virtual nodes support none",
                "remove it from the probe",
                Edit::Remove(seconds.node),
            );
        }
    }
}
