//! `selinux-options`: finds pods with SELinux options.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "selinux-options",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::SeLinuxOptions]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    if let Some(options) = pod.security_context().and_then(|context| context.se_linux_options().filled()) {
        cx.report(options, "virtual nodes do not support seLinuxOptions", "remove them");
    }
}
