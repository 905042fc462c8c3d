//! `volume-item-mode`: finds a file mode other than 0644 on an item of a configMap or secret volume or projected source.

use crate::findings::{Edit, Findings, Literal};
use crate::reader::List;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::{KeyToPath, Volume};

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-item-mode",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod:Volumes - Mode must be specified as 0644",
        summary: "Finds a file mode other than 0644 on an item of a configMap or secret volume or projected source.",
        why: "Oracle's page supports only the mode 0644, decimal 420, for the single files of ConfigMap and \
              Secret volumes and of the same sources in projected volumes. A missing mode is accepted \
              although Oracle writes \"must be specified\": the volume that the cluster itself puts into \
              every pod has none. Items of downwardAPI volumes are not in Oracle's row and are not looked \
              at.",
        instead: "Remove `mode` from the item. A program that insists on a private file can copy it to an \
                  emptyDir in its start command and change the mode there.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: deployer
spec:
  containers:
    - name: deployer
      image: registry.example.com/tools/deployer:2.0
      volumeMounts:
        - name: key
          mountPath: /etc/deployer
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
  volumes:
    - name: key
      secret:
        secretName: deployer-key
        items:
          - key: id_ed25519
            path: id_ed25519
            mode: 256  # 0400
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: deployer
spec:
  containers:
    - name: deployer
      image: registry.example.com/tools/deployer:2.0
      volumeMounts:
        - name: key
          mountPath: /etc/deployer
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
  volumes:
    - name: key
      secret:
        secretName: deployer-key
        items:
          - key: id_ed25519
            path: id_ed25519
"#,
    },
};

/// 0644, the mode that virtual nodes give to files.
const MODE: i32 = 0o644;

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    if let Some(source) = volume.config_map() {
        report(source.items(), findings);
    }
    if let Some(source) = volume.secret() {
        report(source.items(), findings);
    }
    for source in volume.projections() {
        for source in [source.config_map(), source.secret()].into_iter().flatten() {
            report(source.items(), findings);
        }
    }
}

fn report<'d>(items: List<'d, KeyToPath<'d>>, findings: &mut Findings<'d>) {
    for item in items {
        if let Some(mode) = item.mode().filter(|mode| mode.value != MODE) {
            findings.mendable(
                mode.node,
                format_args!("files get mode 0644 on virtual nodes, not 0{:03o}", mode.value),
                "remove mode or set it to 0644 (420)",
                Edit::Set(mode.node.into(), Literal::Int(MODE.into())),
            );
        }
    }
}
