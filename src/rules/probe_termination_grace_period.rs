//! `probe-termination-grace-period`: finds probes with a grace period of their own.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "probe-termination-grace-period",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "probe.terminationGracePeriodSeconds is not supported",
        summary: "Finds probes with a grace period of their own.",
        why: "Oracle's page lists a probe's own grace period as not supported, so a container that fails its \
              probe may not be given the time that the field says. Kubernetes never writes this field by \
              itself. Therefore every value is found, the 30 included that is the default for the pod. The \
              fix removes the field.",
        instead: "Remove `terminationGracePeriodSeconds` from the probe, and let `failureThreshold` and \
                  `periodSeconds` leave the time that is needed before the container is restarted.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: queue
spec:
  containers:
    - name: queue
      image: registry.example.com/events/queue:3.11
      livenessProbe:
        httpGet:
          path: /healthz
          port: 8080
        terminationGracePeriodSeconds: 10
      resources:
        requests: {cpu: "1", memory: 2Gi}
        limits: {cpu: "1", memory: 2Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: queue
spec:
  containers:
    - name: queue
      image: registry.example.com/events/queue:3.11
      livenessProbe:
        httpGet:
          path: /healthz
          port: 8080
        periodSeconds: 5
        failureThreshold: 3
      resources:
        requests: {cpu: "1", memory: 2Gi}
        limits: {cpu: "1", memory: 2Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for probe in container.probes() {
        if let Some(seconds) = probe.termination_grace_period_seconds() {
            findings.mendable(
                seconds.node,
                "has a probe with a grace period, and virtual nodes support none",
                "remove it from the probe",
                Edit::Remove(seconds.node),
            );
        }
    }
}
