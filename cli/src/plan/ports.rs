//! The ports that security rules have to open for virtual nodes and the Services of the objects.
//!
//! On virtual nodes Oracle manages no security lists, so all of this is to be done by hand. The rules are those of
//! Oracle's example network for virtual nodes; the ports of Services are those of the objects.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::count::whole;
use super::input::{Inventory, Item, text};
use super::pod::list;

/// Oracle's example network.
pub const NETWORK_PAGE: &str =
    "https://docs.oracle.com/en-us/iaas/Content/ContEng/Concepts/contengnetworkconfig-virtualnodes.htm";

/// The range that node ports are taken from.
const NODE_PORTS: &str = "30000-32767";
/// Where kube-proxy tells a load balancer that it is healthy.
const HEALTH_PORT: &str = "10256";

const PODS: &str = "virtual nodes and Pods";
const API: &str = "Kubernetes API endpoint";
const LOAD_BALANCERS: &str = "load balancers";
const SERVICES: &str = "Oracle Services Network";
const ANYWHERE: &str = "0.0.0.0/0";

/// The direction of a rule, seen from its subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Into the subnet.
    Ingress,
    /// Out of the subnet.
    Egress,
}

/// A security rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PortRule {
    /// The subnet whose rule it is.
    pub subnet: &'static str,
    /// Its direction.
    pub direction: Direction,
    /// The other side: another subnet, or a CIDR block.
    pub peer: String,
    /// `TCP`, `UDP`, `ICMP` or `all`.
    pub protocol: String,
    /// The destination ports; for ICMP the type and the code.
    pub ports: String,
    /// What it is for.
    pub purpose: &'static str,
    /// The Services that need it; empty for what every cluster needs.
    pub services: Vec<String>,
    /// The page that it is from.
    pub source: &'static str,
}

use Direction::{Egress, Ingress};

/// What every cluster with virtual nodes needs: subnet, direction, peer, protocol, ports, purpose.
const ALWAYS: &[(&str, Direction, &str, &str, &str, &str)] = &[
    (API, Ingress, PODS, "TCP", "6443", "virtual nodes and Pods to the Kubernetes API"),
    (API, Ingress, PODS, "TCP", "12250", "virtual nodes to the control plane"),
    (API, Ingress, PODS, "ICMP", "3,4", "path discovery"),
    (API, Ingress, "the clients of the Kubernetes API", "TCP", "6443", "kubectl and others to the Kubernetes API"),
    (API, Egress, SERVICES, "TCP", "443", "the Kubernetes API to Oracle's services"),
    (API, Egress, PODS, "TCP", "all", "the Kubernetes API to virtual nodes"),
    (API, Egress, PODS, "ICMP", "3,4", "path discovery"),
    (PODS, Ingress, PODS, "all", "all", "Pods to Pods"),
    (PODS, Ingress, API, "TCP", "all", "the Kubernetes API to virtual nodes"),
    (PODS, Ingress, API, "ICMP", "3,4", "path discovery"),
    (PODS, Egress, PODS, "all", "all", "Pods to Pods"),
    (PODS, Egress, API, "TCP", "6443", "virtual nodes and Pods to the Kubernetes API"),
    (PODS, Egress, API, "TCP", "12250", "virtual nodes and Pods to the control plane"),
    (PODS, Egress, API, "ICMP", "3,4", "path discovery"),
    (PODS, Egress, SERVICES, "TCP", "443", "virtual nodes and Pods to Oracle's services"),
    (PODS, Egress, ANYWHERE, "ICMP", "3,4", "path discovery to the control plane"),
    (PODS, Egress, ANYWHERE, "all", "all", "Pods to the internet, as far as they need it"),
];

/// The rules for the objects. Services of the type `LoadBalancer` have ports of their own.
#[must_use]
pub fn of(inventory: &Inventory) -> Vec<PortRule> {
    let mut rules: Vec<PortRule> = ALWAYS.iter().map(|rule| fixed(*rule)).collect();
    let mut needed = BTreeMap::new();
    for item in inventory.items.iter().filter(|item| item.id.group.is_empty() && item.id.kind == "Service") {
        if item.value.pointer("/spec/type").and_then(Value::as_str) == Some("LoadBalancer") {
            for rule in of_service(item) {
                let services: &mut Vec<String> = needed.entry(rule).or_default();
                services.push(format!("{}/{}", item.id.namespace, item.id.name));
            }
        }
    }
    rules.extend(needed.into_iter().map(|(rule, services)| PortRule { services, ..rule }));
    rules
}

fn fixed(
    (subnet, direction, peer, protocol, ports, purpose): (&'static str, Direction, &str, &str, &str, &'static str),
) -> PortRule {
    PortRule {
        subnet,
        direction,
        peer: peer.to_owned(),
        protocol: protocol.to_owned(),
        ports: ports.to_owned(),
        purpose,
        services: Vec::new(),
        source: NETWORK_PAGE,
    }
}

fn of_service(item: &Item) -> Vec<PortRule> {
    let Some(spec) = item.value.get("spec") else { return Vec::new() };
    let mut rules = Vec::new();
    for port in list(spec, "ports") {
        let protocol = Some(text(port, "protocol")).filter(|protocol| !protocol.is_empty()).unwrap_or("TCP");
        let listener = whole(port.get("port")).map_or_else(|| "all".to_owned(), |port| port.to_string());
        for client in clients(item, spec) {
            rules.push(fixed((LOAD_BALANCERS, Ingress, &client, protocol, &listener, "clients to the load balancer")));
        }
        let node_port = whole(port.get("nodePort")).filter(|port| *port > 0);
        let node_port = node_port.map_or_else(|| NODE_PORTS.to_owned(), |port| port.to_string());
        rules.extend(to_pods(protocol, &node_port, "the load balancer to Pods"));
    }
    let health = if text(spec, "externalTrafficPolicy") == "Local" {
        let port = whole(spec.get("healthCheckNodePort")).filter(|port| *port > 0);
        port.map_or_else(|| NODE_PORTS.to_owned(), |port| port.to_string())
    } else {
        HEALTH_PORT.to_owned()
    };
    rules.extend(to_pods("TCP", &health, "health checks of the load balancer"));
    rules.sort();
    rules.dedup();
    rules
}

/// Both sides of the way from the load balancer's subnet to that of the Pods.
fn to_pods(protocol: &str, ports: &str, purpose: &'static str) -> [PortRule; 2] {
    [
        fixed((LOAD_BALANCERS, Egress, PODS, protocol, ports, purpose)),
        fixed((PODS, Ingress, LOAD_BALANCERS, protocol, ports, purpose)),
    ]
}

/// Where the clients of a Service are.
fn clients(item: &Item, spec: &Value) -> Vec<String> {
    let ranges = list(spec, "loadBalancerSourceRanges").iter().filter_map(Value::as_str);
    let ranges: Vec<String> = ranges.map(str::to_owned).collect();
    if !ranges.is_empty() {
        return ranges;
    }
    let annotations = item.value.pointer("/metadata/annotations").unwrap_or(&Value::Null);
    let is_internal =
        ["service.beta.kubernetes.io/oci-load-balancer-internal", "oci-network-load-balancer.oraclecloud.com/internal"]
            .iter()
            .any(|key| text(annotations, key) == "true");
    vec![if is_internal { "the clients inside of the network".to_owned() } else { ANYWHERE.to_owned() }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::input::{Object, Source};

    fn lines(services: &[Value]) -> Vec<String> {
        let object = |value: &Value| Object::new(value.clone(), Source { file: String::new(), line: 1 });
        let rules = of(&Inventory::of(services.iter().map(object).collect(), "shop"));
        let of_services = rules.iter().filter(|rule| !rule.services.is_empty());
        of_services
            .map(|rule| {
                let PortRule { subnet, direction, peer, protocol, ports, .. } = rule;
                format!("{subnet} {direction:?} {peer} {protocol} {ports}: {}", rule.services.join(" "))
            })
            .collect()
    }

    fn service(name: &str, mut spec: Value) -> Value {
        spec["type"] = json!("LoadBalancer");
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec})
    }

    #[test]
    fn every_cluster_needs_the_same() {
        assert_eq!(of(&Inventory::default()).len(), ALWAYS.len());
        let internal = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}});
        assert_eq!(lines(&[internal]), Vec::<String>::new());
    }

    #[test]
    fn a_load_balancer_needs_its_ports_node_ports_and_health_checks() {
        let web = service("web", json!({"ports": [{"port": 80}, {"port": 443}]}));
        let api = service("api", json!({"ports": [{"port": 443}], "externalTrafficPolicy": "Cluster"}));
        assert_eq!(
            lines(&[web, api]),
            [
                "load balancers Ingress 0.0.0.0/0 TCP 443: shop/web shop/api",
                "load balancers Ingress 0.0.0.0/0 TCP 80: shop/web",
                "load balancers Egress virtual nodes and Pods TCP 10256: shop/web shop/api",
                "load balancers Egress virtual nodes and Pods TCP 30000-32767: shop/web shop/api",
                "virtual nodes and Pods Ingress load balancers TCP 10256: shop/web shop/api",
                "virtual nodes and Pods Ingress load balancers TCP 30000-32767: shop/web shop/api",
            ]
        );
    }

    #[test]
    fn what_is_written_is_narrower() {
        let dns = service(
            "dns",
            json!({
                "ports": [{"port": 53, "nodePort": 30053, "protocol": "UDP"}],
                "loadBalancerSourceRanges": ["192.0.2.0/24"],
                "externalTrafficPolicy": "Local",
                "healthCheckNodePort": 31000,
            }),
        );
        assert_eq!(
            lines(&[dns]),
            [
                "load balancers Ingress 192.0.2.0/24 UDP 53: shop/dns",
                "load balancers Egress virtual nodes and Pods TCP 31000: shop/dns",
                "load balancers Egress virtual nodes and Pods UDP 30053: shop/dns",
                "virtual nodes and Pods Ingress load balancers TCP 31000: shop/dns",
                "virtual nodes and Pods Ingress load balancers UDP 30053: shop/dns",
            ]
        );
    }
}
