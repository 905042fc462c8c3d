//! `seccomp-profile`: finds pods with a seccomp profile for all their containers.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "seccomp-profile",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod security contexts: seccompProfile",
        summary: "Finds pods with a seccomp profile for all their containers.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(profile) = pod.security_context().and_then(|context| context.seccomp_profile().filled()) {
        findings.mendable(
            profile,
            "virtual nodes do not support the pod's seccompProfile",
            "set it on each container, with which Pod Security \"restricted\" is also content",
            Edit::Remove(profile),
        );
    }
}
