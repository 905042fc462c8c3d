//! `kube-proxy`: finds workloads that run kube-proxy.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "kube-proxy",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(TEMPLATES, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "kube-proxy in the kube-system namespace, and the kube-proxy cluster add-on",
        summary: "Finds workloads that run kube-proxy.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "on virtual nodes it runs inside every pod already";
    products::report(&RULE, subject, problem, "leave it out", findings);
}
