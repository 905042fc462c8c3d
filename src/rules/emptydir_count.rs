//! `emptydir-count`: finds every emptyDir volume after the first; a volume without a source is one too.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "emptydir-count",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Maximum of 1 volume of type emptyDir can currently be defined in the pod spec",
        summary: "Finds every emptyDir volume after the first; a volume without a source is one too.",
        why: "Oracle's page allows one emptyDir in a pod. Charts often have several, for /tmp, for caches \
              and for sockets. The first one is fine, and every further one is a finding, whatever its \
              medium; a volume without any source counts, because Kubernetes makes it an emptyDir. A volume \
              that no container mounts counts as well: Oracle counts what is defined.",
        instead: "Keep one emptyDir and mount it in all places, each with a `subPath` of its own. Oracle \
                  excludes only the form `subPathExpr`.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            - {name: cache, mountPath: /var/cache/web}
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
      volumes:
        - name: tmp
          emptyDir: {}
        - name: cache
          emptyDir: {}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4
          volumeMounts:
            - {name: scratch, mountPath: /tmp, subPath: tmp}
            - {name: scratch, mountPath: /var/cache/web, subPath: cache}
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
      volumes:
        - name: scratch
          emptyDir: {}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    if volume.is_empty_dir() && subject.first_empty_dir() != Some(volume.node) {
        findings.add(
            volume.node,
            "a pod on a virtual node has at most one emptyDir volume, and this is another",
            "mount one emptyDir with subPath in all places",
        );
    }
}
