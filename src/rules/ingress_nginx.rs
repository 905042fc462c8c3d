//! `ingress-nginx`: finds the ingress-nginx controller, which has to be deployed differently.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::products;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ingress-nginx",
    strict: Level::Warn,
    tolerant: Level::Warn,
    rows: &[Row::IngressNginx],
    checks: &[Check::Object(TEMPLATES, check)],
    ..Rule::NEW
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
