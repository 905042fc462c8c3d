//! `host-ip`: finds container ports that are to be bound to an address of the node.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-ip",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container.Port: Host IP",
        summary: "Finds container ports that are to be bound to an address of the node.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
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
