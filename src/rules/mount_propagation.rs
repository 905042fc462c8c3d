//! `mount-propagation`: finds mounts that are to be propagated between host and container.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mount-propagation",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container: VolumeMount.MountPropagation",
        summary: "Finds mounts that are to be propagated between host and container.",
        why: "Oracle's page lists mount propagation as not supported: mounts that are made later, on the \
              host or in another container, do not appear in this one. `None` is the default and is not \
              found; `HostToContainer` and `Bidirectional` are. The fix removes the field.",
        instead: "Remove `mountPropagation`. Programs that mount file systems for other pods, such as \
                  storage drivers, belong on managed nodes.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: scanner
spec:
  containers:
    - name: scanner
      image: registry.example.com/security/scanner:6.3
      volumeMounts:
        - name: work
          mountPath: /work
          mountPropagation: HostToContainer
      resources:
        requests: {cpu: "1", memory: 2Gi}
        limits: {cpu: "1", memory: 2Gi}
  volumes:
    - name: work
      emptyDir: {}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: scanner
spec:
  containers:
    - name: scanner
      image: registry.example.com/security/scanner:6.3
      volumeMounts:
        - name: work
          mountPath: /work
      resources:
        requests: {cpu: "1", memory: 2Gi}
        limits: {cpu: "1", memory: 2Gi}
  volumes:
    - name: work
      emptyDir: {}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for mount in container.volume_mounts() {
        let propagation = mount.mount_propagation();
        if let Some(propagation) = propagation.filter(|propagation| !matches!(propagation.value, "" | "None")) {
            findings.mendable(
                propagation.node,
                "propagates a mount, and virtual nodes do not support that",
                "remove mountPropagation",
                Edit::Remove(propagation.node),
            );
        }
    }
}
