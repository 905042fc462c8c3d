//! `host-pid`: finds pods that share the process namespace of the node.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-pid",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod fields: hostPid",
        summary: "Finds pods that share the process namespace of the node.",
        why: "Oracle's page lists `hostPID` as not supported. A virtual node runs in Oracle's tenancy, and \
              no pod gets to see the processes of a host there. Tools that look for processes of the node \
              would find only their own. `false` is the default and is not found, although Oracle's own \
              example of this group shows `hostPID: false`.",
        instead: "Remove `hostPID`. Watch a workload from within its own container, or run the agent on \
                  managed nodes.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: profiler
spec:
  hostPID: true
  containers:
    - name: profiler
      image: registry.example.com/tools/profiler:0.30
      args: [--output, /profiles]
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: profiler
spec:
  containers:
    - name: profiler
      image: registry.example.com/tools/profiler:0.30
      args: [--output, /profiles]
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(flag) = pod.host_pid().filter(|flag| flag.value) {
        findings.add(flag.node, "a pod on a virtual node has no host whose processes it could see", "remove hostPID");
    }
}
