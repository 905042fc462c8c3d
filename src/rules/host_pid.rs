//! `host-pid`: finds pods that share the process namespace of the node.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-pid",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::HostPid]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    if let Some(flag) = pod.host_pid().filter(|flag| flag.value) {
        cx.report(flag.node, "virtual nodes do not support hostPID", "remove hostPID");
    }
}
