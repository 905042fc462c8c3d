//! `kubernetes-dashboard`: finds the Kubernetes Dashboard, its metrics scraper included.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "kubernetes-dashboard",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(TEMPLATES, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Kubernetes Dashboard",
        summary: "Finds the Kubernetes Dashboard, its metrics scraper included.",
        why: "Oracle's page lists the Kubernetes Dashboard as not supported, while Oracle also publishes a \
              manifest of it that is adapted to virtual nodes; so the profile `tolerant` only warns. Found \
              are its workloads of versions 2 and 3, the metrics scraper included, by label or image. A bare \
              `dashboard` is nobody's image and is not found.",
        instead: "Use the OCI Console, or a dashboard that runs outside the cluster with a kubeconfig of its \
                  own.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: kubernetes-dashboard
  namespace: kubernetes-dashboard
spec:
  selector:
    matchLabels: {k8s-app: kubernetes-dashboard}
  template:
    metadata:
      labels: {k8s-app: kubernetes-dashboard}
    spec:
      containers:
        - name: kubernetes-dashboard
          image: kubernetesui/dashboard:v2.7.0
          args: [--auto-generate-certificates]
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r"# Whoever has this role sees the cluster with a dashboard on their own machine.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: watchers
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: watchers
",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes do not support it";
    products::report(&RULE, subject, problem, "use the OCI Console or a dashboard outside the cluster", findings);
}
