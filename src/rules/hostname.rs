//! `hostname`: finds pods with a host name that their author chose.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "hostname",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: doc(&[Row::Hostname]),
    fix_fields: doc(&["hostname"]),
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

/// Returns true if the pod's controller set the hostname: to the pod's name, or for an indexed Job, to the Job's name
/// and the index.
fn is_given(cx: &Context, hostname: &str) -> bool {
    let object = cx.object;
    if object.info.name == "StrimziPodSet" {
        let name = cx.template().and_then(|template| template.metadata?.name());
        return name.is_some_and(|name| name.value == hostname);
    }
    if object.kind() != Kind::Pod {
        return false;
    }
    let job = object.controller("batch", "Job").and_then(|owner| owner.name());
    let index = job.and_then(|job| hostname.strip_prefix(job.value)?.strip_prefix('-'));
    let is_indexed = index.is_some_and(|index| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()));
    is_indexed || (object.has_controller() && hostname == object.name)
}
