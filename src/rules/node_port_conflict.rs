//! `node-port-conflict`: finds container ports in the range of node ports.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "node-port-conflict",
    strict: Deny,
    tolerant: Deny,
    parameters: &[&RANGE],
    rows: doc(&[Row::ContainerPortRange]),
    ..Rule::NEW
};

/// The cluster's node port range.
static RANGE: Parameter = Parameter { name: "nodePortRange", kind: ParameterKind::PortRange };

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

/// Kubernetes' default range.
const DEFAULT_RANGE: (u16, u16) = (30000, 32767);

fn check(cx: &mut Context, container: Container) {
    let (first, last) = cx.ports(&RANGE).unwrap_or(DEFAULT_RANGE);
    for port in container.ports() {
        let Some(port) = port.container_port() else { continue };
        if u16::try_from(port.value).is_ok_and(|port| (first..=last).contains(&port)) {
            cx.report(
                port.node,
                format_args!("listens on {}, in the node port range {first}-{last}", port.value),
                "listen on a port outside it",
            );
        }
    }
}
