//! `ingress-nginx`: finds the ingress-nginx controller, which has to be deployed differently.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ingress-nginx",
    strict: Level::Warn,
    tolerant: Level::Warn,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(TEMPLATES, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Nginx ingress controller",
        summary: "Finds the ingress-nginx controller, which has to be deployed differently.",
        why: "Oracle's page says that the controller has to be deployed differently, and its guide takes \
              `fsGroup`, `allowPrivilegeEscalation` and `capabilities` out of the manifest; the comparing \
              page, which is newer, lists `capabilities` as supported. The rule warns of every controller, \
              so that nobody installs the manifest of the project unchanged, and it warns of a well adapted \
              one too. What is wrong in the manifest is found by the rules on pod templates. The Jobs that \
              make its certificates are not found.",
        instead: "Deploy the controller as in Oracle's guide \"Setting Up the Example Ingress Controller\", \
                  and set this rule to `off` when it runs. A workload alone can have a load balancer of its \
                  own.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: ingress-nginx-controller
  namespace: ingress-nginx
spec:
  selector:
    matchLabels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}
  template:
    metadata:
      labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.13.0
          args: [/nginx-ingress-controller, --ingress-class=nginx]
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"# Without a controller: a load balancer for the one workload.
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    oci.oraclecloud.com/security-rule-management-mode: "None"
spec:
  type: LoadBalancer
  selector: {app: web}
  ports:
    - {port: 443, targetPort: 8443}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes need it deployed differently";
    products::report(
        &RULE,
        subject,
        problem,
        "remove fsGroup and allowPrivilegeEscalation as in Oracle's guide",
        findings,
    );
}
