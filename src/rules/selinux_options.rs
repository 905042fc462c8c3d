//! `selinux-options`: finds pods with SELinux options.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "selinux-options",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod security contexts: seLinuxOptions",
        summary: "Finds pods with SELinux options.",
        why: "Oracle's page lists the pod's `seLinuxOptions` as not supported, so the label that is to \
              confine its processes is not applied. There is no fix: whether the workload may run without \
              the confinement is for a person to decide. An empty object is not found. A container's own \
              `seLinuxOptions` are in no list of Oracle's and belong to `unlisted-security-context`.",
        instead: "Remove `seLinuxOptions`, and confine the container with what virtual nodes support, which \
                  is `runAsNonRoot`, `readOnlyRootFilesystem` and dropped `capabilities`.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: importer
spec:
  securityContext:
    runAsUser: 1000
    seLinuxOptions:
      level: "s0:c123,c456"
  containers:
    - name: importer
      image: registry.example.com/finance/importer:1.3
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: importer
spec:
  securityContext:
    runAsUser: 1000
    runAsNonRoot: true
  containers:
    - name: importer
      image: registry.example.com/finance/importer:1.3
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(options) = pod.security_context().and_then(|context| context.se_linux_options().filled()) {
        findings.add(options, "virtual nodes do not support seLinuxOptions", "remove them");
    }
}
