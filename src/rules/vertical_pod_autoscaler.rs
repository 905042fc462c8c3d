//! `vertical-pod-autoscaler`: finds the Vertical Pod Autoscaler and its objects.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, PRODUCT_KINDS, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "vertical-pod-autoscaler",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(PRODUCT_KINDS, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Vertical Pod Autoscaler",
        summary: "Finds the Vertical Pod Autoscaler and its objects.",
        why: "Oracle's page lists the Vertical Pod Autoscaler as not supported: it changes requests and \
              limits, and these decide what a virtual node allocates to a pod. Found are all objects of the \
              group `autoscaling.k8s.io` and the autoscaler's own workloads, by label or image. The group \
              `autoscaling`, with the Horizontal Pod Autoscaler, is another one and fine.",
        instead: "Set requests and limits by hand, from what the containers were measured to use, and scale \
                  with the Horizontal Pod Autoscaler.",
        fails: r"apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata:
  name: web
spec:
  targetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: web
  updatePolicy:
    updateMode: Auto
",
        mended: r"apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: web
  minReplicas: 2
  maxReplicas: 10
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: 70}
",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes do not support it";
    products::report(
        &RULE,
        subject,
        problem,
        "set requests and limits by hand, or use the Horizontal Pod Autoscaler",
        findings,
    );
}
