//! `hostname`: finds pods with a host name that their author chose.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "hostname",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: &[Row::Hostname],
    fix_fields: &["hostname"],
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    if let Some(hostname) = pod.hostname().filter(|name| !name.value.is_empty() && !is_given(cx, name.value)) {
        cx.remove(
            hostname.node,
            "virtual nodes do not support hostname",
            "remove it, and use a Service for a stable name",
        );
    }
}

/// Whether the pod's controller wrote the name: a StatefulSet the pod's own, an indexed Job its name and the index.
fn is_given(cx: &Context, hostname: &str) -> bool {
    if cx.object.kind() != Kind::Pod {
        return false;
    }
    if cx.object.controller("apps", "StatefulSet").is_some() && hostname == cx.object.name {
        return true;
    }
    let job = cx.object.controller("batch", "Job").and_then(|owner| owner.name());
    job.and_then(|job| hostname.strip_prefix(job.value)?.strip_prefix('-'))
        .is_some_and(|index| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()))
}
