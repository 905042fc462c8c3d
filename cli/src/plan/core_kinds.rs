//! The Pods of Kubernetes' own kinds.

use serde_json::Value;

use super::count::{Count, Counter, Group, Lasting, surge, whole};
use super::input::{Item, text};

type Counted<'a> = Result<Vec<Group<'a>>, String>;

/// A Pod is one Pod.
pub fn pod<'a>(_: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    Ok(vec![Group::of(&item.value, "", Count::new(1, "one Pod"))])
}

/// A kind that has `spec.replicas` and `spec.template`, and no more Pods during a rollout.
pub fn replicas<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let scaled = counter.scaled(item, item.value.pointer("/spec/replicas"), 1);
    Ok(vec![Group::at(item, "/spec/template", Count::new(scaled.replicas, scaled.why))?])
}

/// A Deployment has `maxSurge` more Pods during a rollout, 25 % by default, unless it is recreated.
pub fn deployment<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let mut groups = replicas(counter, item)?;
    for group in &mut groups {
        let strategy = item.value.pointer("/spec/strategy");
        let recreated = strategy.is_some_and(|strategy| text(strategy, "type") == "Recreate");
        let max_surge = strategy.and_then(|strategy| strategy.pointer("/rollingUpdate/maxSurge"));
        group.count.surge = if recreated { 0 } else { surge(max_surge, 25, group.count.pods) };
    }
    Ok(groups)
}

/// A Job runs `parallelism` Pods at a time, and no more than are to complete.
pub fn job<'a>(_: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let spec = item.value.get("spec").unwrap_or(&Value::Null);
    let mut group = Group::at(item, "/spec/template", job_count(spec))?;
    // What has a controller is deleted by that.
    if !is_deleted(spec) && !is_deleted_hook(&item.value) && item.owner.is_none() {
        group.lasting = Some(Lasting { jobs: 1, failed: 0, pods: finished(spec), is_cron: false });
    }
    Ok(vec![group])
}

/// A CronJob runs one Job at a time, as long as its runs do not overlap.
pub fn cron_job<'a>(_: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let field = |pointer: &str| item.value.pointer(pointer);
    let spec = field("/spec/jobTemplate/spec").unwrap_or(&Value::Null);
    let mut count = job_count(spec);
    if field("/spec/suspend").and_then(Value::as_bool) == Some(true) {
        count = Count::new(0, "suspended");
    }
    let mut group = Group::at(item, "/spec/jobTemplate/spec/template", count)?;
    if matches!(field("/spec/concurrencyPolicy").and_then(Value::as_str), None | Some("Allow")) {
        group = group.note("one run is counted; concurrencyPolicy Allow lets runs overlap");
    }
    let kept = |pointer: &str, default| whole(field(pointer)).unwrap_or(default);
    let jobs = kept("/spec/successfulJobsHistoryLimit", 3);
    let failed = kept("/spec/failedJobsHistoryLimit", 1);
    let is_hook = field("/spec/jobTemplate").is_some_and(is_deleted_hook);
    if !is_deleted(spec) && !is_hook && jobs.saturating_add(failed) > 0 {
        group.lasting = Some(Lasting { jobs, failed, pods: finished(spec), is_cron: true });
    }
    Ok(vec![group])
}

/// The Pods of a Job that run at the same time, by its `spec`.
pub fn job_count(spec: &Value) -> Count {
    let number = |key: &str| whole(spec.get(key));
    let parallelism = number("parallelism").unwrap_or(1);
    if spec.get("suspend").and_then(Value::as_bool) == Some(true) {
        return Count::new(0, "suspended");
    }
    match number("completions") {
        Some(completions) if completions < parallelism => Count::new(completions, format!("completions {completions}")),
        _ if number("parallelism").is_some() => Count::new(parallelism, format!("parallelism {parallelism}")),
        _ => Count::new(1, "parallelism 1 by default"),
    }
}

/// The Pods that a Job has when it is complete.
fn finished(spec: &Value) -> u64 {
    let parallelism = whole(spec.get("parallelism")).unwrap_or(1);
    whole(spec.get("completions")).unwrap_or(parallelism)
}

fn is_deleted(spec: &Value) -> bool {
    whole(spec.get("ttlSecondsAfterFinished")).is_some()
}

/// Whether a Job, or the Jobs of a template, are hooks of Helm or Argo CD that are deleted when they have succeeded.
fn is_deleted_hook(job: &Value) -> bool {
    let annotations = job.pointer("/metadata/annotations").unwrap_or(&Value::Null);
    let is_hook = ["helm.sh/hook", "argocd.argoproj.io/hook"].iter().any(|key| annotations.get(key).is_some());
    let policies = ["helm.sh/hook-delete-policy", "argocd.argoproj.io/hook-delete-policy"];
    let mut policies = policies.iter().flat_map(|key| text(annotations, key).split(','));
    is_hook && policies.any(|policy| matches!(policy.trim(), "hook-succeeded" | "HookSucceeded"))
}
