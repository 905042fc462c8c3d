//! `emptydir-size-limit`: finds an emptyDir with a size limit.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "emptydir-size-limit",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod.Volumes.EmptyDirVolumeSource:SizeLimit",
        summary: "Finds an emptyDir with a size limit.",
        why: "Oracle's page lists `sizeLimit` as not supported, so nobody should count on a pod being \
              evicted when it writes more. Any value is found, `0` included, because Kubernetes sets none by \
              itself. The fix removes the field: the volume stays as it is, and only the promise that is not \
              kept goes.",
        instead: "Remove `sizeLimit`, and bound what is written in the program itself. Size the pod for it: \
                  a volume in memory counts as the memory of its containers.",
        fails: r#"apiVersion: batch/v1
kind: Job
metadata:
  name: encode
spec:
  ttlSecondsAfterFinished: 600
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: encode
          image: registry.example.com/media/encode:7.2
          volumeMounts:
            - name: scratch
              mountPath: /scratch
          resources:
            requests: {cpu: "4", memory: 8Gi}
            limits: {cpu: "4", memory: 8Gi}
      volumes:
        - name: scratch
          emptyDir:
            sizeLimit: 500Mi
"#,
        mended: r#"apiVersion: batch/v1
kind: Job
metadata:
  name: encode
spec:
  ttlSecondsAfterFinished: 600
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: encode
          image: registry.example.com/media/encode:7.2
          volumeMounts:
            - name: scratch
              mountPath: /scratch
          resources:
            requests: {cpu: "4", memory: 8Gi}
            limits: {cpu: "4", memory: 8Gi}
      volumes:
        - name: scratch
          emptyDir: {}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    if let Some(limit) = volume.empty_dir().and_then(|volume| volume.size_limit()) {
        findings.mendable(limit.node, "virtual nodes do not support sizeLimit", "remove it", Edit::Remove(limit.node));
    }
}
