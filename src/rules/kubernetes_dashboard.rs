//! `kubernetes-dashboard`: finds the Kubernetes Dashboard, its metrics scraper included.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "kubernetes-dashboard",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(TEMPLATES, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Kubernetes Dashboard",
        summary: "Finds the Kubernetes Dashboard, its metrics scraper included.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes do not support it";
    products::report(&RULE, subject, problem, "use the OCI Console or a dashboard outside the cluster", findings);
}
