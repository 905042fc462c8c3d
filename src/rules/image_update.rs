//! `image-update`: finds updates that change the image of a running pod.

use crate::findings::{Findings, Place};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-update",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Update(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "UpdatePod requests with mutations to pod.spec.containers[].image",
        summary: "Finds updates that change the image of a running pod.",
        why: "Kubernetes lets one change the image of a running pod, and restarts the container with it; \
              Oracle's page lists this as not supported on virtual nodes. Only updates of Pods are looked \
              at, and in them only the image of normal and init containers, since the virtual node itself \
              updates its pods all the time. A changed image in a Deployment or another workload makes new \
              Pods and is fine.",
        instead: "Change the image in the Deployment or StatefulSet that makes the Pod. A Pod of its own has \
                  to be deleted and made anew.",
        fails: r#"# What `kubectl set image pod/web web=registry.example.com/shop/web:1.5` asks for
request:
  operation: UPDATE
  kind: {group: "", version: v1, kind: Pod}
  resource: {group: "", version: v1, resource: pods}
  name: web
  object:
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.5
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
  oldObject:
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"# What `kubectl set image deployment/web web=registry.example.com/shop/web:1.5` asks for
request:
  operation: UPDATE
  kind: {group: apps, version: v1, kind: Deployment}
  resource: {group: apps, version: v1, resource: deployments}
  name: web
  object:
    apiVersion: apps/v1
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
              image: registry.example.com/shop/web:1.5
              resources:
                requests: {cpu: "1", memory: 1Gi}
                limits: {cpu: "1", memory: 1Gi}
  oldObject:
    apiVersion: apps/v1
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
              resources:
                requests: {cpu: "1", memory: 1Gi}
                limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let Some(before) = subject.before(container) else { return };
    let image = |container: Container<'d>| container.image().map_or("", |image| image.value);
    if image(container) != image(before) {
        findings.add(
            Place::Below(container.node, &["image"]),
            "gets another image, and virtual nodes do not change a running pod",
            "delete the pod, or roll it out with its Deployment",
        );
    }
}
