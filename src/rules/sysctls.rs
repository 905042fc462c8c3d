//! `sysctls`: finds pods that set kernel parameters.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sysctls",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::Sysctls],
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(sysctls) = pod.security_context().and_then(|context| context.sysctls().filled()) {
        findings.add(
            sysctls,
            "virtual nodes do not set kernel parameters",
            "remove sysctls, or run the workload on managed nodes",
        );
    }
}
