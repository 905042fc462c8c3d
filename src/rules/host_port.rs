//! `host-port`: finds container ports that are to be opened on the node.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-port",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container.Port: Host Port",
        summary: "Finds container ports that are to be opened on the node.",
        why: "Oracle's page lists host ports as not supported: a virtual node has no ports on which it could \
              pass traffic to a pod. A port 0 is no host port and not found. Where the pod uses the network \
              of the host, Kubernetes copies each container port to `hostPort`; such a copy is not found, \
              because `host-network` reports the cause. The fix removes the field.",
        instead: "Remove `hostPort`, and let a Service of type LoadBalancer or ClusterIP lead to the \
                  container port.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: syslog
spec:
  selector:
    matchLabels: {app: syslog}
  template:
    metadata:
      labels: {app: syslog}
    spec:
      containers:
        - name: syslog
          image: registry.example.com/ops/syslog:4.8
          ports:
            - containerPort: 6514
              hostPort: 6514
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: syslog
spec:
  selector:
    matchLabels: {app: syslog}
  template:
    metadata:
      labels: {app: syslog}
    spec:
      containers:
        - name: syslog
          image: registry.example.com/ops/syslog:4.8
          ports:
            - containerPort: 6514
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for port in container.ports() {
        let Some(host) = port.host_port().filter(|host| host.value != 0) else { continue };
        // With the network of the node Kubernetes copies every container port; host-network reports the cause.
        let is_copied = port.container_port().is_some_and(|port| port.value == host.value);
        if is_copied && subject.uses_host_network() {
            continue;
        }
        findings.mendable(
            host.node,
            format_args!("asks for host port {}, and virtual nodes have none", host.value),
            "remove hostPort and use a Service",
            Edit::Remove(host.node),
        );
    }
}
