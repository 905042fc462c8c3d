//! `selinux-options`: finds pods with SELinux options.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "selinux-options",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::SeLinuxOptions],
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(options) = pod.security_context().and_then(|context| context.se_linux_options().filled()) {
        findings.add(options, "virtual nodes do not support seLinuxOptions", "remove them");
    }
}
