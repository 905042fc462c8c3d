//! `proc-mount`: finds containers with another proc mount than the default one.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "proc-mount",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container security contexts: procMount",
        summary: "Finds containers with another proc mount than the default one.",
        why: "Oracle's page lists `procMount` as not supported and shows `Unmasked` as its example, so the \
              parts of /proc that a container runtime hides stay hidden. `Default` is the default and is not \
              found. There is no fix, because a program that asks for the whole of /proc would then fail in \
              its own way. `hostUsers`, which Kubernetes wants beside `Unmasked`, is in no list of Oracle's \
              and is accepted.",
        instead: "Remove `procMount`. Containers in a container, which are what it is mostly for, belong on \
                  managed nodes.",
        fails: r#"apiVersion: batch/v1
kind: Job
metadata:
  name: build-image
spec:
  ttlSecondsAfterFinished: 600
  template:
    spec:
      restartPolicy: Never
      hostUsers: false
      containers:
        - name: build
          image: registry.example.com/ci/image-builder:1.41
          args: [--isolation=rootless, .]
          securityContext:
            procMount: Unmasked
          resources:
            requests: {cpu: "2", memory: 4Gi}
            limits: {cpu: "2", memory: 4Gi}
"#,
        mended: r#"apiVersion: batch/v1
kind: Job
metadata:
  name: build-image
spec:
  ttlSecondsAfterFinished: 600
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: build
          image: registry.example.com/ci/image-builder:1.41
          args: [--isolation=chroot, .]
          resources:
            requests: {cpu: "2", memory: 4Gi}
            limits: {cpu: "2", memory: 4Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let mount = container.security_context().and_then(|context| context.proc_mount());
    if let Some(mount) = mount.filter(|mount| !matches!(mount.value, "" | "Default")) {
        findings.add(mount.node, "sets procMount, which virtual nodes do not support", "remove it");
    }
}
