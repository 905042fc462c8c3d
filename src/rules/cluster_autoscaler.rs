//! `cluster-autoscaler`: finds the Cluster Autoscaler.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cluster-autoscaler",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(TEMPLATES, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Kubernetes Cluster Autoscaler",
        summary: "Finds the Cluster Autoscaler.",
        why: "Oracle's page lists the Cluster Autoscaler as not supported, and says that it is not necessary \
              either: there are no machines to add, and a virtual node by itself grows to 500 pods. The \
              autoscaler is recognised by its label or its image, Oracle's `oci-cluster-autoscaler` \
              included, from whatever registry.",
        instead: "Leave it out, and scale the number of pods with the Horizontal Pod Autoscaler. In a \
                  cluster that also has managed nodes, let it run there.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: cluster-autoscaler
  namespace: kube-system
spec:
  selector:
    matchLabels: {app: cluster-autoscaler}
  template:
    metadata:
      labels: {app: cluster-autoscaler}
    spec:
      containers:
        - name: cluster-autoscaler
          image: registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.0
          command: [./cluster-autoscaler, --cloud-provider=oci]
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 20
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes do not support it";
    products::report(&RULE, subject, problem, "leave it out, as virtual nodes grow with their pods", findings);
}
