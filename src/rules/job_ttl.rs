//! `job-ttl`: finds Jobs, also those of a CronJob, without a time after which they are deleted.

use crate::check::prelude::*;
use crate::document::view::Int32;
use crate::kubernetes::kinds::{CRON_JOB_TTL, JOB_METADATA, JOB_TTL};
use crate::kubernetes::views::ObjectMeta;

/// The rule.
pub static RULE: Rule = Rule {
    id: "job-ttl",
    strict: Warn,
    tolerant: Off,
    fix: Some(Full),
    parameters: &[&SECONDS],
    fixes_new_jobs: true,
    fix_fields: doc(&["ttlSecondsAfterFinished"]),
    ..Rule::NEW
};

/// The time to keep a finished Job, in seconds, that the fix sets.
static SECONDS: Parameter = Parameter { name: "seconds", kind: ParameterKind::Number(0, i32::MAX as i64) };

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::Job, Kind::CronJob], check)];

/// The annotations that make a Job a hook, each with the annotation for the hook's deletion policy.
const HOOKS: [(&str, &str); 2] = [
    ("helm.sh/hook", "helm.sh/hook-delete-policy"),
    ("argocd.argoproj.io/hook", "argocd.argoproj.io/hook-delete-policy"),
];

fn check(cx: &mut Context) {
    let is_job = cx.object.kind() == Kind::Job;
    let (path, ttl, metadata): (&'static [_], _, _) = if is_job {
        (&["spec"], JOB_TTL, cx.object.metadata)
    } else {
        (&["spec", "jobTemplate", "spec"], CRON_JOB_TTL, cx.object.field(JOB_METADATA))
    };
    let annotation = |name| metadata.and_then(|metadata: ObjectMeta| metadata.annotations().get(name));
    let deletes_itself = |policy: Text| {
        policy.value.split(',').any(|policy| matches!(policy.trim_ascii(), "hook-succeeded" | "HookSucceeded"))
    };
    let is_hook = HOOKS.iter().any(|(hook, _)| annotation(*hook).is_some());
    let is_deleted =
        HOOKS.iter().any(|(hook, policy)| annotation(*hook).is_some() && annotation(*policy).is_some_and(deletes_itself));
    let has_ttl = cx.object.field::<Int32>(ttl).is_some();
    if has_ttl || is_deleted || (is_job && cx.object.has_controller()) {
        return;
    }
    let place = Place::Below(cx.object.root, path);
    cx.report(place, "a finished Job is billed until it is deleted", "set ttlSecondsAfterFinished");
    if let Some(seconds) = cx.number(&SECONDS).filter(|_| !is_hook) {
        let path: &[_] = if is_job {
            &["spec", "ttlSecondsAfterFinished"]
        } else {
            &["spec", "jobTemplate", "spec", "ttlSecondsAfterFinished"]
        };
        cx.and_set(Place::Below(cx.object.root, path), Scalar::Int(seconds));
    }
}
