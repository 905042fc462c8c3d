//! `seccomp-profile`: finds pods with a seccomp profile for all their containers.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "seccomp-profile",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod security contexts: seccompProfile",
        summary: "Finds pods with a seccomp profile for all their containers.",
        why: "Oracle's page lists the pod's `seccompProfile` as not supported, yet Oracle's own manifest of \
              the Kubernetes Dashboard for virtual nodes keeps `RuntimeDefault`, so the profile `tolerant` \
              only warns. Pod Security \"restricted\" asks for a profile, and is content with the one of \
              each container, which Oracle lists neither as supported nor as not. The fix removes the field, \
              and such a namespace would then refuse the pod; therefore it belongs to the full fixes. An \
              empty object is not found.",
        instead: "Remove the pod's `seccompProfile`. Where the namespace enforces Pod Security \
                  \"restricted\", set it on each container, of which `unlisted-security-context` then warns.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: billing
spec:
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: billing
      image: registry.example.com/finance/billing:9.1
      securityContext:
        allowPrivilegeEscalation: false
        capabilities: {drop: [ALL]}
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: billing
spec:
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
  containers:
    - name: billing
      image: registry.example.com/finance/billing:9.1
      securityContext:
        allowPrivilegeEscalation: false
        capabilities: {drop: [ALL]}
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(profile) = pod.security_context().and_then(|context| context.seccomp_profile().filled()) {
        let finding = findings.add(
            profile,
            "virtual nodes do not support the pod's seccompProfile",
            "set it on each container, with which Pod Security \"restricted\" is also content",
        );
        if let Some(finding) = finding {
            finding.mend(Edit::Remove(profile));
            finding.caution = "Pod Security \"restricted\" now rejects the pod unless its containers set one";
        }
    }
}
