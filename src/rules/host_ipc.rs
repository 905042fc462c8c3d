//! `host-ipc`: finds pods that share the IPC namespace of the node.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-ipc",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::HostIpc],
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(flag) = pod.host_ipc().filter(|flag| flag.value) {
        findings.add(flag.node, "a pod on a virtual node has no host whose IPC it could share", "remove hostIPC");
    }
}
