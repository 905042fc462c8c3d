//! `cluster-autoscaler`: finds the Cluster Autoscaler.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::products;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cluster-autoscaler",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::ScalingByClusterAutoscaler, Row::ClusterAutoscaler],
    checks: &[Check::Object(TEMPLATES, check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes do not support it";
    products::report(&RULE, subject, problem, "leave it out, as virtual nodes grow with their pods", findings);
}
