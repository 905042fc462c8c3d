//! `attach`: finds `kubectl attach`.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "attach",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(&[Kind::PodAttachOptions], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "The kubectl attach command",
        summary: "Finds `kubectl attach`.",
        why: "Oracle's page lists `kubectl attach` as not supported: nobody gets at the input and output of \
              a process that runs on a virtual node. `kubectl run -it` attaches as well, after it has made \
              its pod. `kubectl logs`, with `-p` for the container before the last restart, is supported and \
              never comes to admission; `kubectl logs -f` is not supported, and no policy can see it.",
        instead: "Read what the process writes with `kubectl logs`, as often as needed, and give it its \
                  input as arguments or files.",
        fails: r#"# What `kubectl attach -it importer` asks for
request:
  operation: CONNECT
  kind: {group: "", version: v1, kind: PodAttachOptions}
  resource: {group: "", version: v1, resource: pods}
  subResource: attach
  name: importer
  object:
    apiVersion: v1
    kind: PodAttachOptions
    stdin: true
    stdout: true
    tty: true
    container: importer
"#,
        mended: r#"# The importer takes its answers from its arguments and tells what it does in its log.
apiVersion: v1
kind: Pod
metadata:
  name: importer
spec:
  restartPolicy: Never
  containers:
    - name: importer
      image: registry.example.com/finance/importer:1.3
      args: [--source=ledger, --assume-yes, --verbose]
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Fixed("pods/attach"),
        "virtual nodes cannot attach to a container",
        "use kubectl logs to see what it writes",
    );
}
