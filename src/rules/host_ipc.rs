//! `host-ipc`: finds pods that share the IPC namespace of the node.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-ipc",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod fields: hostIPC",
        summary: "Finds pods that share the IPC namespace of the node.",
        why: "Oracle's page lists `hostIPC` as not supported. A virtual node is no machine of the tenant's, \
              and Oracle isolates its pods from each other with a hypervisor, so there is no host whose \
              shared memory and semaphores a pod could use. `false` is the default and is not found, \
              although Oracle's example shows a field of this group with `false`.",
        instead: "Remove `hostIPC`. Processes that share memory can be containers of one pod, which have one \
                  IPC namespace and can mount one emptyDir in memory.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: market-data
spec:
  hostIPC: true
  containers:
    - name: feed
      image: registry.example.com/trading/feed:3.2
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
    - name: consumer
      image: registry.example.com/trading/consumer:3.2
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: market-data
spec:
  containers:
    - name: feed
      image: registry.example.com/trading/feed:3.2
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
    - name: consumer
      image: registry.example.com/trading/consumer:3.2
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(flag) = pod.host_ipc().filter(|flag| flag.value) {
        findings.add(flag.node, "a pod on a virtual node has no host whose IPC it could share", "remove hostIPC");
    }
}
