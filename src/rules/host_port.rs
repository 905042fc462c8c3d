//! `host-port`: finds container ports that are to be opened on the node.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-port",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    rows: &[Row::HostPort],
    fix_fields: Fields::of(&["hostPort"]),
    checks: &[Check::Container(check)],
    ..Rule::NEW
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
