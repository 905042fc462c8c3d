//! `host-network`: finds pods that use the network of the node.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-network",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod fields: hostNetwork",
        summary: "Finds pods that use the network of the node.",
        why: "Oracle's page lists `hostNetwork` as not supported: every pod on a virtual node has an address \
              of its own in the VCN, and there is no network of a host to join. `false` is the default and \
              is not found. Kubernetes copies the container ports of such a pod to `hostPort`; these copies \
              are not reported a second time by `host-port`.",
        instead: "Remove `hostNetwork`, with `dnsPolicy: ClusterFirstWithHostNet` where it is there, and \
                  reach the pod by its own IP or by a Service. Agents that watch a node's network belong on \
                  managed nodes.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
spec:
  selector:
    matchLabels: {app: gateway}
  template:
    metadata:
      labels: {app: gateway}
    spec:
      hostNetwork: true
      dnsPolicy: ClusterFirstWithHostNet
      containers:
        - name: gateway
          image: registry.example.com/shop/gateway:1.12
          ports:
            - containerPort: 8443
          resources:
            requests: {cpu: "2", memory: 2Gi}
            limits: {cpu: "2", memory: 2Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
spec:
  selector:
    matchLabels: {app: gateway}
  template:
    metadata:
      labels: {app: gateway}
    spec:
      containers:
        - name: gateway
          image: registry.example.com/shop/gateway:1.12
          ports:
            - containerPort: 8443
          resources:
            requests: {cpu: "2", memory: 2Gi}
            limits: {cpu: "2", memory: 2Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(flag) = pod.host_network().filter(|flag| flag.value) {
        findings.add(
            flag.node,
            "a pod on a virtual node has no host whose network it could use",
            "remove hostNetwork and reach the pod by its own IP or a Service",
        );
    }
}
