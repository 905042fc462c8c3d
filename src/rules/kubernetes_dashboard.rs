//! `kubernetes-dashboard`: finds the Kubernetes Dashboard, its metrics scraper included.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::products;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "kubernetes-dashboard",
    strict: Level::Deny,
    tolerant: Level::Warn,
    rows: &[Row::KubernetesDashboard],
    checks: &[Check::Object(TEMPLATES, check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes do not support it";
    products::report(&RULE, subject, problem, "use the OCI Console or a dashboard outside the cluster", findings);
}
