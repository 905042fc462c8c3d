//! `privileged`: finds privileged containers.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "privileged",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container security contexts: privileged",
        summary: "Finds privileged containers.",
        why: "Oracle's page lists privileged containers as not supported. A privileged container has the \
              devices and nearly all rights of its host, and the host of a pod on a virtual node is \
              Oracle's. `false` is not found. Single capabilities are another matter: the page lists \
              `capabilities` as supported.",
        instead: "Remove `privileged`, and add the capabilities that the program really needs. What needs \
                  the host itself, such as a container engine in a container, belongs on managed nodes.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: vpn
spec:
  containers:
    - name: vpn
      image: registry.example.com/net/vpn:1.0
      securityContext:
        privileged: true
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: vpn
spec:
  containers:
    - name: vpn
      image: registry.example.com/net/vpn:1.0
      securityContext:
        capabilities:
          add: [NET_ADMIN]
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let flag = container.security_context().and_then(|context| context.privileged());
    if let Some(flag) = flag.filter(|flag| flag.value) {
        findings.add(
            flag.node,
            "is privileged, and virtual nodes do not run those",
            "remove it and add the capabilities that are needed",
        );
    }
}
