//! `termination-grace-period`: finds pods with another grace period than the default.

use crate::findings::{Edit, Findings, Literal};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "termination-grace-period",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "TerminationGracePeriodSeconds",
        summary: "Finds pods with another grace period than the default.",
        why: "Oracle's page lists the grace period as not supported, so a pod that needs longer to end may \
              be cut off. Its example shows 30, which is what the API server writes into every pod that says \
              nothing. The two cannot be told apart, so 30 is not found; any other value is, 0 included. \
              Oracle's own manifest of ingress-nginx for virtual nodes has 300, so the profile `tolerant` \
              only warns. The fix writes 30.",
        instead: "Remove `terminationGracePeriodSeconds`, and let the program end within 30 seconds after \
                  SIGTERM, with its work saved as it goes.",
        fails: r#"apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: worker
spec:
  serviceName: worker
  selector:
    matchLabels: {app: worker}
  template:
    metadata:
      labels: {app: worker}
    spec:
      terminationGracePeriodSeconds: 300
      containers:
        - name: worker
          image: registry.example.com/events/worker:4.0
          resources:
            requests: {cpu: "1", memory: 2Gi}
            limits: {cpu: "1", memory: 2Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: worker
spec:
  serviceName: worker
  selector:
    matchLabels: {app: worker}
  template:
    metadata:
      labels: {app: worker}
    spec:
      containers:
        - name: worker
          image: registry.example.com/events/worker:4.0
          args: [--drain-timeout=20s]
          resources:
            requests: {cpu: "1", memory: 2Gi}
            limits: {cpu: "1", memory: 2Gi}
"#,
    },
};

/// What the API server sets where nothing is written.
const DEFAULT: i64 = 30;

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(seconds) = pod.termination_grace_period_seconds().filter(|seconds| seconds.value != DEFAULT) {
        findings.mendable(
            seconds.node,
            "virtual nodes do not support another grace period than 30 seconds",
            "remove terminationGracePeriodSeconds",
            // The API server defaults a field that is not there, so the default is what removing it comes to.
            Edit::Set(seconds.node.into(), Literal::Int(DEFAULT)),
        );
    }
}
