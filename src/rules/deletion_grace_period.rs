//! `deletion-grace-period`: finds a deletion grace period that an author wrote.

use crate::findings::{Edit, Findings};
use crate::kinds::Kind;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule, TEMPLATES};
use crate::subject::Subject;
use crate::views::ObjectMeta;

/// The rule.
pub static RULE: Rule = Rule {
    id: "deletion-grace-period",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Object(TEMPLATES, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "DeletionGracePeriodSeconds",
        summary: "Finds a deletion grace period that an author wrote.",
        why: "Oracle's page lists `metadata.deletionGracePeriodSeconds` as not supported. Kubernetes writes \
              it on an object that is being deleted, together with `deletionTimestamp`, and throws away what \
              an author wrote there on creation; so it is found only where no `deletionTimestamp` stands \
              beside it. It is looked for on the object, on its pod template and on the job template of a \
              CronJob. The fix removes it.",
        instead: "Remove it. How long the deletion of a pod may take is said with `kubectl delete \
                  --grace-period`.",
        fails: r#"apiVersion: v1
kind: PodTemplate
metadata:
  name: render
template:
  metadata:
    labels: {app: render}
    deletionGracePeriodSeconds: 10
  spec:
    containers:
      - name: render
        image: registry.example.com/media/render:12.0
        resources:
          requests: {cpu: "8", memory: 16Gi}
          limits: {cpu: "8", memory: 16Gi}
"#,
        mended: r#"apiVersion: v1
kind: PodTemplate
metadata:
  name: render
template:
  metadata:
    labels: {app: render}
  spec:
    containers:
      - name: render
        image: registry.example.com/media/render:12.0
        resources:
          requests: {cpu: "8", memory: 16Gi}
          limits: {cpu: "8", memory: 16Gi}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let Some(template) = subject.template else { return };
    report(subject.metadata, findings);
    report(subject.job_metadata, findings);
    // A Pod is its own template.
    if subject.kind != Kind::Pod {
        report(template.metadata, findings);
    }
}

fn report<'d>(metadata: Option<ObjectMeta<'d>>, findings: &mut Findings<'d>) {
    let Some(metadata) = metadata else { return };
    // The API server writes it on an object that it is deleting.
    let is_deleted = metadata.deletion_timestamp().is_some_and(|time| !time.value.is_empty());
    if let Some(seconds) = metadata.deletion_grace_period_seconds().filter(|_| !is_deleted) {
        findings.mendable(
            seconds.node,
            "virtual nodes do not support deletionGracePeriodSeconds",
            "remove it",
            Edit::Remove(seconds.node),
        );
    }
}
