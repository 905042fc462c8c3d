//! `seccomp-profile`: finds pods with a seccomp profile for all their containers.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "seccomp-profile",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: doc(&[Row::SeccompProfile]),
    fix_fields: doc(&["seccompProfile"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    if let Some(profile) = pod.security_context().and_then(|context| context.seccomp_profile().filled()) {
        cx.remove(
            profile,
            "virtual nodes do not support the pod's seccompProfile",
            "set it on each container, which also satisfies Pod Security \"restricted\"",
        )
        .with_caution("Pod Security \"restricted\" now rejects the pod unless its containers set one");
    }
}
