//! `third-party-cni`: finds Flannel, Calico and Cilium.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, PRODUCT_KINDS, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "third-party-cni",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(PRODUCT_KINDS, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Flannel and other third party CNI plugins are not supported",
        summary: "Finds Flannel, Calico and Cilium.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes only have VCN-Native Pod Networking";
    products::report(&RULE, subject, problem, "leave it out, or keep it to managed nodes", findings);
}
