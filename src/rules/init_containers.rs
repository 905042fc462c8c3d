//! `init-containers`: finds every init container, native sidecars included.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "init-containers",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Init-containers are not supported",
        summary: "Finds every init container, native sidecars included.",
        why: "Oracle's page lists init containers as not supported, without saying whether such a pod is \
              refused or started without them; a workload that waits for the work of an init container fails \
              either way. A native sidecar is an entry of `initContainers` with `restartPolicy: Always`, so \
              it is found too, with a remedy of its own. Every entry is a finding, also one that another \
              webhook injected before the policy saw the pod. An empty list is none.",
        instead: "Do the work when the image is built, or at the beginning of the main container's start \
                  command. Move a native sidecar to `containers`. What has to run once before a rollout, \
                  such as a migration of a database, can be a Job.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: catalogue
spec:
  selector:
    matchLabels: {app: catalogue}
  template:
    metadata:
      labels: {app: catalogue}
    spec:
      initContainers:
        - name: wait-for-database
          image: registry.example.com/tools/netcat:1.10
          command: [sh, -c, "until nc -z database 5432; do sleep 1; done"]
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
      containers:
        - name: catalogue
          image: registry.example.com/shop/catalogue:2.3
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: catalogue
spec:
  selector:
    matchLabels: {app: catalogue}
  template:
    metadata:
      labels: {app: catalogue}
    spec:
      containers:
        - name: catalogue
          image: registry.example.com/shop/catalogue:2.3
          command: [sh, -c, "until nc -z database 5432; do sleep 1; done; exec catalogue"]
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    if container.node.parent().name() != "initContainers" {
        return;
    }
    let is_sidecar = container.restart_policy().is_some_and(|policy| policy.value == "Always");
    if is_sidecar {
        findings.add(
            container.node,
            "is a native sidecar, and virtual nodes do not run init containers",
            "move it to containers",
        );
    } else {
        findings.add(
            container.node,
            "is an init container, and virtual nodes do not run those",
            "do its work in the image or in the main container's start command",
        );
    }
}
