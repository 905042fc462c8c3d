//! `privilege-escalation`: finds containers whose processes may gain more privileges than their parent.

use crate::findings::{Edit, Findings, Literal};
use crate::oracle::Row;
use crate::reader::Text;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, SecurityContext};

/// The rule.
pub static RULE: Rule = Rule {
    id: "privilege-escalation",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    rows: &[Row::AllowPrivilegeEscalation],
    fix_fields: Fields::of(&["allowPrivilegeEscalation"]),
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let Some(context) = container.security_context() else { return };
    let Some(flag) = context.allow_privilege_escalation().filter(|flag| flag.value) else { return };
    let problem = "allows privilege escalation, and virtual nodes do not";
    if needs_escalation(context) {
        findings.add(flag.node, problem, "set it to false and drop privileged or SYS_ADMIN");
    } else {
        findings.mendable(flag.node, problem, "set it to false", Edit::Set(flag.node.into(), Literal::Bool(false)));
    }
}

/// Whether Kubernetes would reject `allowPrivilegeEscalation: false` here.
fn needs_escalation(context: SecurityContext<'_>) -> bool {
    let is_sys_admin = |name: Text<'_>| matches!(name.value, "CAP_SYS_ADMIN" | "SYS_ADMIN");
    context.privileged().is_some_and(|flag| flag.value)
        || context.capabilities().is_some_and(|capabilities| capabilities.add().into_iter().any(is_sys_admin))
}
