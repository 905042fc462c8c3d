//! `privilege-escalation`: finds containers whose processes can gain more privileges than their parent.

use crate::check::prelude::*;
use crate::kubernetes::views::SecurityContext;

/// The rule.
pub static RULE: Rule = Rule {
    id: "privilege-escalation",
    strict: Deny,
    tolerant: Deny,
    fix: Some(Full),
    rows: doc(&[Row::AllowPrivilegeEscalation]),
    fix_fields: doc(&["allowPrivilegeEscalation"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    let Some(context) = container.security_context() else { return };
    let Some(flag) = context.allow_privilege_escalation().filter(|flag| flag.value) else { return };
    let problem = "allows privilege escalation, and virtual nodes do not";
    if needs_escalation(context) {
        cx.report(flag.node, problem, "set it to false and drop privileged or SYS_ADMIN");
    } else {
        cx.set(flag.node, Scalar::Bool(false), problem, "set it to false");
    }
}

/// Returns true if Kubernetes would reject `allowPrivilegeEscalation: false` here.
fn needs_escalation(context: SecurityContext) -> bool {
    let is_sys_admin = |name: Text| matches!(name.value, "CAP_SYS_ADMIN" | "SYS_ADMIN");
    context.privileged().is_some_and(|flag| flag.value)
        || context.capabilities().is_some_and(|capabilities| capabilities.add().into_iter().any(is_sys_admin))
}
