//! `vertical-pod-autoscaler`: finds the Vertical Pod Autoscaler and its objects.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::products;
use crate::rule::{Check, Level, PRODUCT_KINDS, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "vertical-pod-autoscaler",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::ScalingByVerticalPodAutoscaler, Row::VerticalPodAutoscaler],
    checks: &[Check::Object(PRODUCT_KINDS, check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes do not support it";
    products::report(
        &RULE,
        subject,
        problem,
        "set requests and limits by hand, or use the Horizontal Pod Autoscaler",
        findings,
    );
}
