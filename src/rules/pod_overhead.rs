//! `pod-overhead`: finds pods with an overhead, which a RuntimeClass puts there.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-overhead",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod fields: Overhead",
        summary: "Finds pods with an overhead, which a RuntimeClass puts there.",
        why: "Oracle's page lists `overhead` as not supported; what a pod on a virtual node costs beyond its \
              containers is set by Oracle, 0.25 GB of memory by its page on resource allocation. Hardly \
              anybody writes the field: the API server takes it from the RuntimeClass that the pod names, \
              before the policy sees the pod. So the finding is on the Pod, and its cause is \
              `runtimeClassName`, which is in no list of Oracle's and no finding by itself. An empty \
              `overhead` is none.",
        instead: "Remove `runtimeClassName` from the workload, or name a RuntimeClass without overhead. Pods \
                  on virtual nodes are isolated by a hypervisor already.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: sandbox
spec:
  runtimeClassName: kata
  overhead:
    cpu: 250m
    memory: 160Mi
  containers:
    - name: sandbox
      image: registry.example.com/tools/sandbox:1.0
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: sandbox
spec:
  containers:
    - name: sandbox
      image: registry.example.com/tools/sandbox:1.0
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(overhead) = pod.overhead().filled() {
        findings.add(
            overhead,
            "virtual nodes do not support overhead, which comes from the pod's RuntimeClass",
            "remove runtimeClassName or use one without overhead",
        );
    }
}
