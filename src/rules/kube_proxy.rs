//! `kube-proxy`: finds workloads that run kube-proxy.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::products;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "kube-proxy",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::KubeProxy],
    checks: &[Check::Object(TEMPLATES, check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "on virtual nodes it runs inside every pod already";
    products::report(&RULE, subject, problem, "leave it out", findings);
}
