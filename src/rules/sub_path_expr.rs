//! `sub-path-expr`: finds mounts whose path in the volume is put together from variables.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sub-path-expr",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container: VolumeMount.Subpath Expression",
        summary: "Finds mounts whose path in the volume is put together from variables.",
        why: "Oracle's page lists the expression form of a mount's sub-path as not supported, so a directory \
              whose name comes from a variable, such as one for each Pod, is not made. A fixed `subPath` is \
              not in Oracle's row and is fine. An empty expression is not found. There is no fix, since only \
              the author knows which path serves as well.",
        instead: "Use a fixed `subPath`, or mount the whole volume and let the program make its directory \
                  with the name from its environment.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
spec:
  selector:
    matchLabels: {app: orders}
  template:
    metadata:
      labels: {app: orders}
    spec:
      containers:
        - name: orders
          image: registry.example.com/shop/orders:3.3
          env:
            - name: POD_NAME
              valueFrom: {fieldRef: {fieldPath: metadata.name}}
          volumeMounts:
            - name: logs
              mountPath: /var/log/orders
              subPathExpr: $(POD_NAME)
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
      volumes:
        - name: logs
          emptyDir: {}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
spec:
  selector:
    matchLabels: {app: orders}
  template:
    metadata:
      labels: {app: orders}
    spec:
      containers:
        - name: orders
          image: registry.example.com/shop/orders:3.3
          env:
            - name: POD_NAME
              valueFrom: {fieldRef: {fieldPath: metadata.name}}
          volumeMounts:
            - name: logs
              mountPath: /var/log/orders
              subPath: orders
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
      volumes:
        - name: logs
          emptyDir: {}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for mount in container.volume_mounts() {
        if let Some(path) = mount.sub_path_expr().filter(|path| !path.value.is_empty()) {
            findings.add(path.node, "uses subPathExpr, which virtual nodes do not support", "use a fixed subPath");
        }
    }
}
