//! `vertical-pod-autoscaler`: finds the Vertical Pod Autoscaler and its objects.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, PRODUCT_KINDS, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "vertical-pod-autoscaler",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(PRODUCT_KINDS, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Vertical Pod Autoscaler",
        summary: "Finds the Vertical Pod Autoscaler and its objects.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
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
