//! `host-network`: finds pods that use the network of the node.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-network",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::HostNetwork]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    if let Some(flag) = pod.host_network().filter(|flag| flag.value) {
        cx.report(flag.node, "virtual nodes do not support hostNetwork", "remove hostNetwork and reach the pod by its own IP or a Service");
    }
}
