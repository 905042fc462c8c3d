//! `interactive-container`: finds containers that expect somebody at a terminal.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "interactive-container",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container stdin/stdinOnce, tty",
        summary: "Finds containers that expect somebody at a terminal.",
        why: "Oracle's page lists the three fields as not supported, and `kubectl attach` and `kubectl exec` \
              too, so nobody can type anything into a container of a virtual node. A program that waits for \
              input waits in vain or sees its end at once. Each field that is true is a finding of its own; \
              `false` is the default and none. The fix removes them.",
        instead: "Remove `stdin`, `stdinOnce` and `tty`. Give the program its input as arguments, \
                  environment variables or a ConfigMap, and let it run without asking.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: psql
spec:
  restartPolicy: Never
  containers:
    - name: psql
      image: registry.example.com/data/psql:17
      stdin: true
      tty: true
      args: [--host=database]
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: psql
spec:
  restartPolicy: Never
  containers:
    - name: psql
      image: registry.example.com/data/psql:17
      args: [--host=database, --file=/sql/report.sql]
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for flag in [container.stdin(), container.stdin_once(), container.tty()].into_iter().flatten() {
        if flag.value {
            findings.mendable(
                flag.node,
                format_args!("sets {}, and nobody can attach to it on a virtual node", flag.node.name()),
                "remove it",
                Edit::Remove(flag.node),
            );
        }
    }
}
