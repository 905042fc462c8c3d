//! `host-ipc`: finds pods that share the IPC namespace of the node.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-ipc",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::HostIpc]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    if let Some(flag) = pod.host_ipc().filter(|flag| flag.value) {
        cx.report(flag.node, "virtual nodes do not support hostIPC", "remove hostIPC");
    }
}
