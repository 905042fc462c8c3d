//! `daemonset`: finds every DaemonSet.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "daemonset",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(&[Kind::DaemonSet], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Kubernetes daemonsets are not supported",
        summary: "Finds every DaemonSet.",
        why: "Oracle's page lists DaemonSets as not supported: a virtual node is no machine that an agent \
              could look after, so their Pods do not run there. Every DaemonSet is found, whatever it runs, \
              and its pod template is judged as well. On an update it is found where the template changes, \
              because only then new Pods are made. An update of its labels or of its strategy alone passes.",
        instead: "Put the agent into the pods that need it, as a further container, or let the workload send \
                  its logs and metrics itself. Keep agents for nodes to managed nodes.",
        fails: r#"apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: log-agent
spec:
  selector:
    matchLabels: {app: log-agent}
  template:
    metadata:
      labels: {app: log-agent}
    spec:
      containers:
        - name: log-agent
          image: registry.example.com/ops/log-agent:3.1
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4
          volumeMounts:
            - {name: logs, mountPath: /var/log/web}
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
        - name: log-agent
          image: registry.example.com/ops/log-agent:3.1
          volumeMounts:
            - {name: logs, mountPath: /var/log/web, readOnly: true}
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
      volumes:
        - name: logs
          emptyDir: {}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Below(subject.root, &["kind"]),
        "a virtual node runs no DaemonSet pods",
        "put the agent into the pods as a further container, or keep it to managed nodes",
    );
}
