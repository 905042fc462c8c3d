//! `kube-proxy`: finds workloads that run kube-proxy.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule, TEMPLATES};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "kube-proxy",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(TEMPLATES, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "kube-proxy in the kube-system namespace, and the kube-proxy cluster add-on",
        summary: "Finds workloads that run kube-proxy.",
        why: "On virtual nodes kube-proxy runs inside every pod, by Oracle's page, and not as a workload in \
              `kube-system`. A second one would have no node whose rules it could write. Found are workloads \
              with its label or image, from whatever registry; its DaemonSet is found by `daemonset` as \
              well.",
        instead: "Leave it out, and disable the cluster add-on where there are virtual nodes only. Services \
                  work without it.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: kube-proxy
  namespace: kube-system
  labels: {k8s-app: kube-proxy}
spec:
  containers:
    - name: kube-proxy
      image: registry.k8s.io/kube-proxy:v1.34.2
      command: [kube-proxy, --config=/var/lib/kube-proxy/config.conf]
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r"# Nothing has to be installed for Services.
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
    - {port: 80, targetPort: 8080}
",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "on virtual nodes it runs inside every pod already";
    products::report(&RULE, subject, problem, "leave it out", findings);
}
