//! `node-port-conflict`: finds container ports in the range of node ports.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Parameter, ParameterKind, Rule};
use crate::settings::{ParameterValue, port_range};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "node-port-conflict",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[Parameter {
        name: "nodePortRange",
        kind: ParameterKind::PortRange,
        #[cfg(not(target_arch = "wasm32"))]
        about: r#"The range of ports that Services of type NodePort use in the cluster. Default: `"30000-32767"`."#,
    }],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container port range (1, 65535) cannot conflict with NodePort range (30000-32767)",
        summary: "Finds container ports in the range of node ports.",
        why: "On virtual nodes a load balancer reaches `<pod-ip>:<nodeport>`, by Oracle's page, since \
              kube-proxy runs inside every pod. A container that listens on a port of the same range can \
              therefore be in the way of a node port, and Oracle excludes the range altogether. Every \
              `containerPort` in it is found, whether or not a Service uses that very port. The parameter \
              `nodePortRange` is for clusters with another range.",
        instead: "Let the program listen on a port below 30000, and give that port to `containerPort` and to \
                  the Service's `targetPort`.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: game-server
spec:
  selector:
    matchLabels: {app: game-server}
  template:
    metadata:
      labels: {app: game-server}
    spec:
      containers:
        - name: game-server
          image: registry.example.com/games/server:2.1
          args: [--port=30002]
          ports:
            - containerPort: 30002
          resources:
            requests: {cpu: "2", memory: 4Gi}
            limits: {cpu: "2", memory: 4Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: game-server
spec:
  selector:
    matchLabels: {app: game-server}
  template:
    metadata:
      labels: {app: game-server}
    spec:
      containers:
        - name: game-server
          image: registry.example.com/games/server:2.1
          args: [--port=7777]
          ports:
            - containerPort: 7777
          resources:
            requests: {cpu: "2", memory: 4Gi}
            limits: {cpu: "2", memory: 4Gi}
"#,
    },
};

/// The range that a cluster has unless it was told otherwise.
const DEFAULT_RANGE: &str = "30000-32767";

fn check<'d>(subject: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let (first, last) = match subject.parameter(RULE.id, "nodePortRange") {
        Some(ParameterValue::Ports(first, last)) => (*first, *last),
        _ => port_range(DEFAULT_RANGE).unwrap_or_default(),
    };
    for port in container.ports() {
        let Some(port) = port.container_port() else { continue };
        if u16::try_from(port.value).is_ok_and(|port| (first..=last).contains(&port)) {
            findings.add(
                port.node,
                format_args!("listens on {}, in the node port range {first}-{last}", port.value),
                "listen on a port outside it",
            );
        }
    }
}
