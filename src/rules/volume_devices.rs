//! `volume-devices`: finds containers that use block devices.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-devices",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container: VolumeDevices",
        summary: "Finds containers that use block devices.",
        why: "Oracle's page lists `volumeDevices` as not supported, so a container gets no raw block device. \
              A device comes from a claim with `volumeMode: Block`, which `persistent-volume-claim` finds in \
              the same pod; Oracle's release note of 2026-08-28 adds volumes of File Storage, which are file \
              systems, and not those of Block Volume. There is one finding for each container, however many \
              devices it has. An empty list is not found.",
        instead: "Use a file system in place of the device, on an emptyDir for scratch data. A database that \
                  wants raw devices belongs on managed nodes.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: sorter
spec:
  containers:
    - name: sorter
      image: registry.example.com/data/sorter:1.2
      volumeDevices:
        - name: scratch
          devicePath: /dev/xvda
      resources:
        requests: {cpu: "2", memory: 8Gi}
        limits: {cpu: "2", memory: 8Gi}
  volumes:
    - name: scratch
      persistentVolumeClaim:
        claimName: sorter-scratch
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: sorter
spec:
  containers:
    - name: sorter
      image: registry.example.com/data/sorter:1.2
      volumeMounts:
        - name: scratch
          mountPath: /scratch
      resources:
        requests: {cpu: "2", memory: 8Gi}
        limits: {cpu: "2", memory: 8Gi}
  volumes:
    - name: scratch
      emptyDir: {}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    if let Some(devices) = container.volume_devices().filled() {
        findings.add(
            devices,
            "uses volumeDevices, and virtual nodes attach no block devices",
            "remove them, or run it on managed nodes",
        );
    }
}
