//! `selinux-options`: finds pods with SELinux options.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "selinux-options",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod security contexts: seLinuxOptions",
        summary: "Finds pods with SELinux options.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(options) = pod.security_context().and_then(|context| context.se_linux_options().filled()) {
        findings.add(options, "virtual nodes do not support seLinuxOptions", "remove them");
    }
}
