//! `privilege-escalation`: finds containers whose processes may gain more privileges than their parent.

use crate::findings::{Edit, Findings, Literal};
use crate::reader::Text;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, SecurityContext};

/// The rule.
pub static RULE: Rule = Rule {
    id: "privilege-escalation",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container security contexts: allowPrivilegeEscalation:true",
        summary: "Finds containers whose processes may gain more privileges than their parent.",
        why: "Oracle's page lists `allowPrivilegeEscalation: false` as supported and `true` as not, so \
              programs that gain rights through a set-user-id bit, as sudo does, do not work. Where nothing \
              is written Kubernetes allows the escalation too, but that is nothing that an author asked for, \
              and it is not found. The fix writes `false`, except on a container that is privileged or adds \
              `SYS_ADMIN`: Kubernetes would refuse it there.",
        instead: "Set `allowPrivilegeEscalation: false`, and let the container start as the user that it \
                  needs to be.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: webhook-receiver
spec:
  selector:
    matchLabels: {app: webhook-receiver}
  template:
    metadata:
      labels: {app: webhook-receiver}
    spec:
      containers:
        - name: receiver
          image: registry.example.com/tools/webhook-receiver:0.9
          securityContext:
            runAsUser: 1000
            allowPrivilegeEscalation: true
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: webhook-receiver
spec:
  selector:
    matchLabels: {app: webhook-receiver}
  template:
    metadata:
      labels: {app: webhook-receiver}
    spec:
      containers:
        - name: receiver
          image: registry.example.com/tools/webhook-receiver:0.9
          securityContext:
            runAsUser: 1000
            allowPrivilegeEscalation: false
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
    },
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
