//! `fs-group`: finds pods whose volumes are to belong to a group.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "fs-group",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod security contexts: fsGroup",
        summary: "Finds pods whose volumes are to belong to a group.",
        why: "Oracle's page lists `fsGroup` as not supported, so files in volumes do not get that group, and \
              a process without root privileges may be unable to write to its emptyDir. Oracle's own \
              ingress-nginx manifest for virtual nodes has the field commented out. Any group is found, 0 \
              included; `runAsUser`, `runAsGroup` and `runAsNonRoot` are supported. The fix removes the \
              field.",
        instead: "Remove `fsGroup`, and let the process run with `runAsUser` and `runAsGroup` of an owner \
                  that the image prepares. Try that it can write where it has to.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: wiki
spec:
  selector:
    matchLabels: {app: wiki}
  template:
    metadata:
      labels: {app: wiki}
    spec:
      securityContext:
        runAsUser: 1000
        fsGroup: 2000
      containers:
        - name: wiki
          image: registry.example.com/office/wiki:4.1
          resources:
            requests: {cpu: "1", memory: 2Gi}
            limits: {cpu: "1", memory: 2Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: wiki
spec:
  selector:
    matchLabels: {app: wiki}
  template:
    metadata:
      labels: {app: wiki}
    spec:
      securityContext:
        runAsUser: 1000
        runAsGroup: 2000
      containers:
        - name: wiki
          image: registry.example.com/office/wiki:4.1
          resources:
            requests: {cpu: "1", memory: 2Gi}
            limits: {cpu: "1", memory: 2Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(group) = pod.security_context().and_then(|context| context.fs_group()) {
        findings.mendable(
            group.node,
            "virtual nodes do not support fsGroup",
            "remove it, and choose the image's user with runAsUser and runAsGroup",
            Edit::Remove(group.node),
        );
    }
}
