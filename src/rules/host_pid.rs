//! `host-pid`: finds pods that share the process namespace of the node.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "host-pid",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::HostPid],
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(flag) = pod.host_pid().filter(|flag| flag.value) {
        findings.add(flag.node, "a pod on a virtual node has no host whose processes it could see", "remove hostPID");
    }
}
