//! `share-process-namespace`: finds pods whose containers see each other's processes.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "share-process-namespace",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod fields: shareProcessNamespace",
        summary: "Finds pods whose containers see each other's processes.",
        why: "Oracle's page lists `shareProcessNamespace` as not supported, so the containers of a pod do \
              not see each other's processes and cannot send each other signals. A sidecar that reloads the \
              main process with a signal therefore does nothing. `false` is the default and is not found.",
        instead: "Remove `shareProcessNamespace`. Let the sidecar use a port of the main process, which it \
                  reaches as `localhost`, or run both processes in one container.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: dns
spec:
  shareProcessNamespace: true
  containers:
    - name: dns
      image: registry.example.com/net/dns:9.20
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
    - name: reloader
      image: registry.example.com/net/reloader:0.4
      args: [--watch=/etc/zones, --signal=HUP, --process=named]
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: dns
spec:
  containers:
    - name: dns
      image: registry.example.com/net/dns:9.20
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
    - name: reloader
      image: registry.example.com/net/reloader:0.4
      args: [--watch=/etc/zones, --post=http://localhost:8053/reload]
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(flag) = pod.share_process_namespace().filter(|flag| flag.value) {
        findings.add(
            flag.node,
            "virtual nodes do not let the containers of a pod share processes",
            "remove shareProcessNamespace, or run the processes in one container",
        );
    }
}
