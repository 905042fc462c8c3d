//! `node-port-conflict`: finds container ports in the range of node ports.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Parameter, ParameterKind, Rule};
use crate::settings::{ParameterValue, port_range};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "node-port-conflict",
    strict: Level::Deny,
    tolerant: Level::Deny,
    parameters: &[Parameter { name: "nodePortRange", kind: ParameterKind::PortRange }],
    rows: &[Row::ContainerPortRange],
    checks: &[Check::Container(check)],
    ..Rule::NEW
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
