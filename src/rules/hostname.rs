//! `hostname`: finds pods with a host name that their author chose.

use crate::findings::{Edit, Findings};
use crate::kinds::Kind;
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "hostname",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: &[Row::Hostname],
    fix_fields: Fields::of(&["hostname"]),
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(hostname) = pod.hostname().filter(|name| !name.value.is_empty() && !is_given(subject, name.value)) {
        findings.mendable(
            hostname.node,
            "virtual nodes do not support hostname",
            "remove it, and use a Service for a stable name",
            Edit::Remove(hostname.node),
        );
    }
}

/// Whether the pod's controller wrote the name: a StatefulSet the pod's own, an indexed Job its name and the index.
fn is_given(subject: &Subject<'_>, hostname: &str) -> bool {
    if subject.kind != Kind::Pod {
        return false;
    }
    if subject.controller("apps", "StatefulSet").is_some() && hostname == subject.name {
        return true;
    }
    let job = subject.controller("batch", "Job").and_then(|owner| owner.name());
    job.and_then(|job| hostname.strip_prefix(job.value)?.strip_prefix('-'))
        .is_some_and(|index| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()))
}
