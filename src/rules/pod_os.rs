//! `pod-os`: finds pods that name their operating system.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-os",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod fields: podOS",
        summary: "Finds pods that name their operating system.",
        why: "Oracle's page lists the pod's operating system as not supported. Virtual nodes run Linux, so \
              `linux` says nothing new and anything else cannot run; both are found, and only `linux` has a \
              fix. A node selector on `kubernetes.io/os` is another field and is accepted: Oracle's own \
              manifest of the metrics server has one.",
        instead: "Remove `os`. Where the image has to be kept away from nodes with another operating system, \
                  select `kubernetes.io/os: linux`.",
        fails: r#"apiVersion: v1
kind: ReplicationController
metadata:
  name: invoices
spec:
  replicas: 2
  selector: {app: invoices}
  template:
    metadata:
      labels: {app: invoices}
    spec:
      os:
        name: linux
      containers:
        - name: invoices
          image: registry.example.com/finance/invoices:6.0
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: v1
kind: ReplicationController
metadata:
  name: invoices
spec:
  replicas: 2
  selector: {app: invoices}
  template:
    metadata:
      labels: {app: invoices}
    spec:
      nodeSelector:
        kubernetes.io/os: linux
      containers:
        - name: invoices
          image: registry.example.com/finance/invoices:6.0
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let Some((os, name)) = pod.os().and_then(|os| Some((os, os.name()?))) else { return };
    match name.value {
        "" => {}
        "linux" => {
            findings.mendable(os.node, "virtual nodes do not support os", "remove it", Edit::Remove(os.node));
        }
        _ => {
            findings.add(
                os.node,
                "virtual nodes do not support os and run Linux only",
                "use an image for Linux and remove os",
            );
        }
    }
}
