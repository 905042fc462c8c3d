//! `termination-grace-period`: finds pods with another grace period than the default.

use crate::findings::{Edit, Findings, Literal};
use crate::reader::{Document, View};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, Lifecycle, PodSpec};

/// The rule.
pub static RULE: Rule = Rule {
    id: "termination-grace-period",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "TerminationGracePeriodSeconds",
        summary: "Finds pods with another grace period than the default.",
        why: "Oracle's page lists the grace period as not supported, so a pod that needs longer to end may \
              be cut off. Its example shows 30, which is what the API server writes into every pod that says \
              nothing. The two cannot be told apart, so 30 is not found; any other value is, 0 included. \
              Oracle's own manifest of ingress-nginx for virtual nodes has 300, so the profile `tolerant` \
              only warns. The fix writes 30.",
        instead: "Remove `terminationGracePeriodSeconds`, and let the program end within 30 seconds after \
                  SIGTERM, with its work saved as it goes.",
        fails: r#"apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: worker
spec:
  serviceName: worker
  selector:
    matchLabels: {app: worker}
  template:
    metadata:
      labels: {app: worker}
    spec:
      terminationGracePeriodSeconds: 300
      containers:
        - name: worker
          image: registry.example.com/events/worker:4.0
          resources:
            requests: {cpu: "1", memory: 2Gi}
            limits: {cpu: "1", memory: 2Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: worker
spec:
  serviceName: worker
  selector:
    matchLabels: {app: worker}
  template:
    metadata:
      labels: {app: worker}
    spec:
      containers:
        - name: worker
          image: registry.example.com/events/worker:4.0
          args: [--drain-timeout=20s]
          resources:
            requests: {cpu: "1", memory: 2Gi}
            limits: {cpu: "1", memory: 2Gi}
"#,
    },
};

/// What the API server sets where nothing is written.
const DEFAULT: i64 = 30;

fn check<'d>(subject: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let seconds = pod.termination_grace_period_seconds().filter(|seconds| seconds.value != DEFAULT);
    let Some(seconds) = seconds else { return };
    let problem = "virtual nodes do not support another grace period than 30 seconds";
    let remedy = "remove terminationGracePeriodSeconds";
    if subject.containers().any(sleeps_longer) {
        findings.add(seconds.node, problem, remedy);
    } else {
        // The API server defaults a field that is not there, so the default is what removing it comes to.
        let edit = Edit::Set(seconds.node.into(), Literal::Int(DEFAULT));
        findings.mendable(seconds.node, problem, remedy, edit);
    }
}

/// Whether a container sleeps longer, at its start or end, than the default allows: Kubernetes would reject the fix.
fn sleeps_longer(container: Container<'_>) -> bool {
    let lifecycle = container.lifecycle().and_then(|lifecycle| Document::read(lifecycle.text(), Lifecycle::SHAPE).ok());
    let Some(lifecycle) = lifecycle.as_ref().and_then(|document| Lifecycle::of(document.root())) else { return false };
    let hooks = [lifecycle.post_start(), lifecycle.pre_stop()].into_iter().flatten();
    hooks.filter_map(|hook| hook.sleep()?.seconds()).any(|seconds| seconds.value > DEFAULT)
}
