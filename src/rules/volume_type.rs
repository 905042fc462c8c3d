//! `volume-type`: finds volumes whose source is none of those that virtual nodes mount.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Parameter, ParameterKind, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-type",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[Parameter {
        name: "allow",
        kind: ParameterKind::Names,
        #[cfg(not(target_arch = "wasm32"))]
        about: "Names of more volume sources to accept, as they are written in a volume, such as `csi`. Default: none.",
    }],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Volume Types",
        summary: "Finds volumes whose source is none of those that virtual nodes mount.",
        why: "Oracle's page names the types of volume that virtual nodes mount, and hostPath, local, nfs, \
              iscsi and cephfs among those that they do not. Everything outside the supported list is found, \
              a source that no known version of Kubernetes has included: it is named as it was written. \
              Oracle lists downwardAPI volumes nowhere and restricts only their `resourceFieldRef`, so they \
              are accepted, as is a volume without any source, which Kubernetes makes an emptyDir. Claims \
              belong to `persistent-volume-claim`. The parameter `allow` names further sources to accept.",
        instead: "Put files that come with the workload into the image, a ConfigMap or a Secret, and scratch \
                  data into an emptyDir. Write logs to standard output. Keep what has to last outside the \
                  pod, in Object Storage or a database, or on a File Storage volume.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: report
spec:
  containers:
    - name: report
      image: registry.example.com/finance/report:5.1
      volumeMounts:
        - name: spool
          mountPath: /var/spool/report
      resources:
        requests: {cpu: "1", memory: 2Gi}
        limits: {cpu: "1", memory: 2Gi}
  volumes:
    - name: spool
      hostPath:
        path: /var/spool/report
        type: DirectoryOrCreate
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: report
spec:
  containers:
    - name: report
      image: registry.example.com/finance/report:5.1
      volumeMounts:
        - name: spool
          mountPath: /var/spool/report
      resources:
        requests: {cpu: "1", memory: 2Gi}
        limits: {cpu: "1", memory: 2Gi}
  volumes:
    - name: spool
      emptyDir: {}
"#,
    },
};

const SUPPORTED: [&str; 5] = ["emptyDir", "configMap", "secret", "projected", "downwardAPI"];
/// Claims have a rule of their own.
const CLAIMS: [&str; 2] = ["persistentVolumeClaim", "ephemeral"];

fn check<'d>(subject: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    let allowed = subject.names(RULE.id, "allow");
    let unsupported = volume.sources().find(|source| {
        let name = source.name();
        !SUPPORTED.contains(&name) && !CLAIMS.contains(&name) && !allowed.contains(&name)
    });
    if let Some(source) = unsupported {
        findings.add(
            source,
            format_args!("virtual nodes do not mount volumes of type {}", source.name()),
            "use emptyDir, configMap, secret, projected or downwardAPI",
        );
    }
}
