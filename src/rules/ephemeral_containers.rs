//! `ephemeral-containers`: finds every ephemeral container.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ephemeral-containers",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Ephemeral containers are not supported",
        summary: "Finds every ephemeral container.",
        why: "Oracle's page lists ephemeral containers as not supported, so what `kubectl debug` adds to a \
              running pod would not start there. On the subresource `pods/ephemeralcontainers` only the \
              containers that the request adds are judged, by this rule and by every other rule on \
              containers; those that the pod had before are left alone. A pod that is created anew, for \
              example from the output of `kubectl get`, is judged with all of them.",
        instead: "Look at `kubectl logs` and `kubectl logs -p`, and reach the pod's ports with `kubectl \
                  proxy`. For tools, make a copy of the pod in which they run as a normal container that \
                  writes to its log, for example with `kubectl debug --copy-to`.",
        fails: r#"# What `kubectl debug web --image=registry.example.com/tools/dnsutils:9.18` asks for
request:
  operation: UPDATE
  kind: {group: "", version: v1, kind: Pod}
  resource: {group: "", version: v1, resource: pods}
  subResource: ephemeralcontainers
  name: web
  object:
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4
      ephemeralContainers:
        - name: debugger
          image: registry.example.com/tools/dnsutils:9.18
  oldObject:
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4
"#,
        mended: r#"# What `kubectl debug web --copy-to=web-debug` makes, with resources
apiVersion: v1
kind: Pod
metadata:
  name: web-debug
spec:
  containers:
    - name: web
      image: registry.example.com/shop/web:1.4
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
    - name: debugger
      image: registry.example.com/tools/dnsutils:9.18
      command: [sh, -c, "dig database; sleep infinity"]
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    if container.node.parent().name() == "ephemeralContainers" {
        findings.add(
            container.node,
            "is an ephemeral container, and virtual nodes do not run those",
            "debug with logs, or in a copy of the pod with the tool as a normal container",
        );
    }
}
