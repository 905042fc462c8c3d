//! `projected-source`: finds a source of a projected volume that virtual nodes do not support.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "projected-source",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "ProjectedVolume of the following types: ServiceAccount, ConfigMap, Secret",
        summary: "Finds a source of a projected volume that virtual nodes do not support.",
        why: "Oracle's page supports projected volumes of service account tokens, ConfigMaps and Secrets. \
              Kubernetes itself puts a downwardAPI source into the `kube-api-access-*` volume of every pod, \
              so that one is accepted as well. Newer sources, such as `clusterTrustBundle` and \
              `podCertificate`, are found, and so is an entry without any source. A source counts although \
              its value is `{}`.",
        instead: "Copy what the source would give into a ConfigMap or a Secret, and project that one.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: ledger
spec:
  containers:
    - name: ledger
      image: registry.example.com/finance/ledger:1.9
      volumeMounts:
        - name: trust
          mountPath: /etc/trust
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
  volumes:
    - name: trust
      projected:
        sources:
          - clusterTrustBundle:
              name: example.com:internal:roots
              path: roots.pem
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: ledger
spec:
  containers:
    - name: ledger
      image: registry.example.com/finance/ledger:1.9
      volumeMounts:
        - name: trust
          mountPath: /etc/trust
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
  volumes:
    - name: trust
      projected:
        sources:
          - configMap:
              name: internal-roots
"#,
    },
};

const SUPPORTED: [&str; 4] = ["serviceAccountToken", "configMap", "secret", "downwardAPI"];

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    for entry in volume.projections() {
        let mut names = entry.sources().map(|source| source.name()).peekable();
        let remedy = "use serviceAccountToken, configMap, secret or downwardAPI";
        if names.peek().is_none() {
            findings.add(entry.node, "this projected source is none that virtual nodes support", remedy);
        } else if let Some(name) = names.find(|name| !SUPPORTED.contains(name)) {
            findings.add(entry.node, format_args!("virtual nodes do not project {name}"), remedy);
        }
    }
}
