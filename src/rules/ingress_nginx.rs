//! `ingress-nginx`: finds the ingress-nginx controller, which has to be deployed differently.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ingress-nginx",
    strict: Level::Warn,
    tolerant: Level::Warn,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(TEMPLATES, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Nginx ingress controller",
        summary: "Finds the ingress-nginx controller, which has to be deployed differently.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes need it deployed differently";
    products::report(
        &RULE,
        subject,
        problem,
        "remove fsGroup and allowPrivilegeEscalation as in Oracle's guide",
        findings,
    );
}
