//! `host-ip`: finds container ports that are to be bound to an address of the node.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-ip",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    rows: &[Row::HostIp],
    fix_fields: Fields::of(&["hostIP"]),
    checks: &[Check::Container(check)],
    ..Rule::NEW
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
