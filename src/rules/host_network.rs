//! `host-network`: finds pods that use the network of the node.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-network",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::HostNetwork],
    checks: &[Check::Pod(check)],
    ..Rule::NEW
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
