//! `cluster-autoscaler`: finds the Cluster Autoscaler.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cluster-autoscaler",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(TEMPLATES, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Kubernetes Cluster Autoscaler",
        summary: "Finds the Cluster Autoscaler.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes do not support it";
    products::report(&RULE, subject, problem, "leave it out, as virtual nodes grow with their pods", findings);
}
