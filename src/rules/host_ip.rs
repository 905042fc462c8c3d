//! `host-ip`: finds container ports with a host IP.

use crate::check::prelude::*;
use crate::rules::host_port;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-ip",
    strict: Deny,
    tolerant: Deny,
    fix: Some(Full),
    rows: doc(&[Row::HostIp]),
    fix_fields: doc(&["hostIP"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    for port in container.ports() {
        if let Some(address) = port.host_ip().filter(|address| !address.value.is_empty()) {
            cx.report(
                address.node,
                "binds a port to an address of the host, and virtual nodes have none",
                "remove hostIP",
            );
            // Kubernetes rejects two host ports with the same number and address.
            if !cx.shares_host_port(port) {
                cx.and_remove(address.node);
            } else if cx.is_fixed(&host_port::RULE) && !cx.is_host_port_copied(port) {
                cx.and_remove(address.node).relying_on(&host_port::RULE);
            }
        }
    }
}
