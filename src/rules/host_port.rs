//! `host-port`: finds container ports with a host port.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-port",
    strict: Deny,
    tolerant: Deny,
    fix: Some(Full),
    rows: doc(&[Row::HostPort]),
    fix_fields: doc(&["hostPort"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    for port in container.ports() {
        let Some(host) = port.host_port().filter(|host| host.value != 0) else { continue };
        // With hostNetwork, Kubernetes copies every container port to hostPort. The rule host-network reports the
        // cause.
        if cx.is_host_port_copied(port) {
            continue;
        }
        cx.remove(host.node, format_args!("asks for host port {}, and virtual nodes have none", host.value), "remove hostPort and use a Service");
    }
}
