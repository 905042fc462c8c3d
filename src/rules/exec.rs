//! `exec`: finds `kubectl exec`.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "exec",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(&[Kind::PodExecOptions], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Exec Container",
        summary: "Finds `kubectl exec`.",
        why: "Oracle's page lists running a command in a container as not supported, so `kubectl exec` and \
              `kubectl cp` fail on a pod of a virtual node. The rule gives the reason and a way out, where \
              kubectl would show an error alone. Probes and hooks of type `exec` are no requests of this \
              kind and are not found. `kubectl logs` never comes to admission.",
        instead: "Look at `kubectl logs`, and build what you need to see into the application, to be reached \
                  with `kubectl proxy`. Run what has to be done once as a Job.",
        fails: r#"# What `kubectl exec database-0 -- psql -c "VACUUM"` asks for
request:
  operation: CONNECT
  kind: {group: "", version: v1, kind: PodExecOptions}
  resource: {group: "", version: v1, resource: pods}
  subResource: exec
  name: database-0
  object:
    apiVersion: v1
    kind: PodExecOptions
    stdout: true
    stderr: true
    container: database
    command: [psql, -c, VACUUM]
"#,
        mended: r#"apiVersion: batch/v1
kind: Job
metadata:
  name: vacuum
spec:
  ttlSecondsAfterFinished: 600
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: psql
          image: registry.example.com/data/psql:17
          command: [psql, --host=database, -c, VACUUM]
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Fixed("pods/exec"),
        "virtual nodes cannot run a command in a container",
        "use kubectl logs, or build what you need to see into the application",
    );
}
