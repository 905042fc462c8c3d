//! `sysctls`: finds pods that set kernel parameters.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sysctls",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod security contexts: sysctls",
        summary: "Finds pods that set kernel parameters.",
        why: "Oracle's page lists `sysctls` as not supported, the ones that Kubernetes calls safe included, \
              so the pod runs with the kernel parameters that it happens to get. There is no fix, because \
              what the workload needs them for is not to be seen. An empty list is not found.",
        instead: "Remove `sysctls`, and set what can be set in the program, for example keep-alive times on \
                  its own sockets. A workload that depends on kernel parameters belongs on managed nodes.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      securityContext:
        sysctls:
          - {name: net.ipv4.tcp_keepalive_time, value: "120"}
      containers:
        - name: chat
          image: registry.example.com/office/chat:5.5
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: chat
          image: registry.example.com/office/chat:5.5
          env:
            - {name: CHAT_KEEPALIVE_SECONDS, value: "120"}
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(sysctls) = pod.security_context().and_then(|context| context.sysctls().filled()) {
        findings.add(
            sysctls,
            "virtual nodes do not set kernel parameters",
            "remove sysctls, or run the workload on managed nodes",
        );
    }
}
