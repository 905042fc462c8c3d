//! `sysctls`: finds pods that set kernel parameters.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sysctls",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::Sysctls]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    if let Some(sysctls) = pod.security_context().and_then(|context| context.sysctls().filled()) {
        cx.report(sysctls, "virtual nodes do not set kernel parameters", "remove sysctls, or run the workload on managed nodes");
    }
}
