//! `host-ip`: finds container ports that are to be bound to an address of the node.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-ip",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container.Port: Host IP",
        summary: "Finds container ports that are to be bound to an address of the node.",
        why: "Oracle's page lists the host IP of a container port as not supported: a virtual node has no \
              address of a host to bind to. Any address is found, also `127.0.0.1` and `0.0.0.0`, and also \
              without a `hostPort`; an empty one is not. The fix removes the field.",
        instead: "Remove `hostIP`. A port that only the pod itself may reach is bound to `localhost` by the \
                  program, not by Kubernetes.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: admin
spec:
  containers:
    - name: admin
      image: registry.example.com/shop/admin:1.4
      ports:
        - containerPort: 9000
          hostIP: 127.0.0.1
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: admin
spec:
  containers:
    - name: admin
      image: registry.example.com/shop/admin:1.4
      args: [--listen=127.0.0.1:9000]
      ports:
        - containerPort: 9000
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for port in container.ports() {
        if let Some(address) = port.host_ip().filter(|address| !address.value.is_empty()) {
            findings.mendable(
                address.node,
                "binds a port to an address of the host, and virtual nodes have none",
                "remove hostIP",
                Edit::Remove(address.node),
            );
        }
    }
}
