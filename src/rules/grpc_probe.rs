//! `grpc-probe`: finds probes of type gRPC.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "grpc-probe",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "gRPC probes are not supported",
        summary: "Finds probes of type gRPC.",
        why: "Oracle's page lists probes of type HTTP, HTTPS and exec and startup probes as supported, and \
              gRPC probes as not, so nothing finds out whether the container is alive or ready. Liveness, \
              readiness and startup probes are looked at, and `grpc: {}` counts. Probes with `tcpSocket` are \
              not mentioned by Oracle and are accepted.",
        instead: "Use `httpGet` where the program answers HTTP, or `exec` with the program \
                  `grpc_health_probe` in the image.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: recommender
spec:
  selector:
    matchLabels: {app: recommender}
  template:
    metadata:
      labels: {app: recommender}
    spec:
      containers:
        - name: recommender
          image: registry.example.com/shop/recommender:1.7
          readinessProbe:
            grpc:
              port: 9090
          resources:
            requests: {cpu: "2", memory: 4Gi}
            limits: {cpu: "2", memory: 4Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: recommender
spec:
  selector:
    matchLabels: {app: recommender}
  template:
    metadata:
      labels: {app: recommender}
    spec:
      containers:
        - name: recommender
          image: registry.example.com/shop/recommender:1.7
          readinessProbe:
            exec:
              command: [/bin/grpc_health_probe, "-addr=:9090"]
          resources:
            requests: {cpu: "2", memory: 4Gi}
            limits: {cpu: "2", memory: 4Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for probe in container.probes() {
        if let Some(grpc) = probe.grpc() {
            findings.add(
                grpc.0,
                "has a gRPC probe, and virtual nodes do not run those",
                "use httpGet, or exec with grpc_health_probe",
            );
        }
    }
}
