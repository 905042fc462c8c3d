//! `termination-message`: finds containers that put their last words elsewhere than the default.

use crate::findings::{Edit, Findings, Literal};
use crate::reader::Text;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "termination-message",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container: TerminationMessagePolicy, TerminationMessagePath",
        summary: "Finds containers that put their last words elsewhere than the default.",
        why: "Oracle's page lists both fields as not supported and notes that Kubernetes adds them by \
              default, so only other values than `/dev/termination-log` and `File` are found. A message that \
              a container leaves elsewhere, or in its log with `FallbackToLogsOnError`, does not get into \
              the status of the pod. The fix writes the defaults, with which Kubernetes runs a container \
              that says nothing.",
        instead: "Remove both fields, write the last words to `/dev/termination-log`, and read the reason of \
                  a failure with `kubectl logs -p`.",
        fails: r#"apiVersion: batch/v1
kind: CronJob
metadata:
  name: reconcile
spec:
  schedule: "0 * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: reconcile
              image: registry.example.com/finance/reconcile:1.8
              terminationMessagePolicy: FallbackToLogsOnError
              resources:
                requests: {cpu: "1", memory: 1Gi}
                limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: batch/v1
kind: CronJob
metadata:
  name: reconcile
spec:
  schedule: "0 * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: reconcile
              image: registry.example.com/finance/reconcile:1.8
              resources:
                requests: {cpu: "1", memory: 1Gi}
                limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    report(container.termination_message_path(), "/dev/termination-log", findings);
    report(container.termination_message_policy(), "File", findings);
}

fn report<'d>(field: Option<Text<'d>>, default: &'static str, findings: &mut Findings<'d>) {
    if let Some(field) = field.filter(|field| !field.value.is_empty() && field.value != default) {
        findings.mendable(
            field.node,
            format_args!("sets {}, and virtual nodes support only the default", field.node.name()),
            format_args!("remove it or set it to {default}"),
            // The API server defaults a field that is not there, so the default is what removing it comes to.
            Edit::Set(field.node.into(), Literal::Text(default)),
        );
    }
}
