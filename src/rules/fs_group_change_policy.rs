//! `fs-group-change-policy`: finds pods that say when their volumes' group is changed.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "fs-group-change-policy",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod security contexts: fsGroupChangePolicy",
        summary: "Finds pods that say when their volumes' group is changed.",
        why: "Oracle's page lists `fsGroupChangePolicy` as not supported. It only says when the group of \
              `fsGroup` is given to the files of a volume, and virtual nodes do not do that at all. `Always` \
              is what Kubernetes does by default and is not found. The field is easily left behind when \
              `fsGroup` is taken out.",
        instead: "Remove `fsGroupChangePolicy`; without `fsGroup` it does nothing anyway.",
        fails: r#"apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: cache
spec:
  serviceName: cache
  selector:
    matchLabels: {app: cache}
  template:
    metadata:
      labels: {app: cache}
    spec:
      securityContext:
        runAsUser: 999
        fsGroupChangePolicy: OnRootMismatch
      containers:
        - name: cache
          image: registry.example.com/shop/cache:7.4
          resources:
            requests: {cpu: "1", memory: 4Gi}
            limits: {cpu: "1", memory: 4Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: cache
spec:
  serviceName: cache
  selector:
    matchLabels: {app: cache}
  template:
    metadata:
      labels: {app: cache}
    spec:
      securityContext:
        runAsUser: 999
      containers:
        - name: cache
          image: registry.example.com/shop/cache:7.4
          resources:
            requests: {cpu: "1", memory: 4Gi}
            limits: {cpu: "1", memory: 4Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let policy = pod.security_context().and_then(|context| context.fs_group_change_policy());
    if let Some(policy) = policy.filter(|policy| !matches!(policy.value, "" | "Always")) {
        findings.mendable(
            policy.node,
            "virtual nodes do not support fsGroupChangePolicy",
            "remove it",
            Edit::Remove(policy.node),
        );
    }
}
