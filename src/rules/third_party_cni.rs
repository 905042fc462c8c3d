//! `third-party-cni`: finds Flannel, Calico and Cilium.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::products;
use crate::rule::{Check, Level, PRODUCT_KINDS, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "third-party-cni",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::VcnNativePodNetworking, Row::ThirdPartyCni, Row::NetworkProviders],
    checks: &[Check::Object(PRODUCT_KINDS, check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes only have VCN-Native Pod Networking";
    products::report(&RULE, subject, problem, "leave it out, or keep it to managed nodes", findings);
}
