//! `resource-field-ref`: finds files of a downwardAPI volume that show a container's resources.

use crate::findings::Findings;
use crate::reader::List;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::{DownwardApiVolumeFile, Volume};

/// The rule.
pub static RULE: Rule = Rule {
    id: "resource-field-ref",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Volumes:DownwardAPI:ResourceFieldRef",
        summary: "Finds files of a downwardAPI volume that show a container's resources.",
        why: "Oracle's page lists `resourceFieldRef` in downwardAPI volumes as not supported: files with a \
              container's requests and limits. It is found in downwardAPI volumes and in downwardAPI sources \
              of projected volumes, also where its value is `{}`. A `fieldRef` is fine. Oracle's row is \
              about volumes, so `resourceFieldRef` in an environment variable is not found.",
        instead: "Give the value to the container in an environment variable, with \
                  `valueFrom.resourceFieldRef` or as a constant.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  containers:
    - name: search
      image: registry.example.com/shop/search:8.0
      volumeMounts:
        - name: podinfo
          mountPath: /etc/podinfo
      resources:
        requests: {cpu: "2", memory: 4Gi}
        limits: {cpu: "2", memory: 4Gi}
  volumes:
    - name: podinfo
      downwardAPI:
        items:
          - path: cpu-limit
            resourceFieldRef:
              containerName: search
              resource: limits.cpu
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  containers:
    - name: search
      image: registry.example.com/shop/search:8.0
      env:
        - name: CPU_LIMIT
          valueFrom:
            resourceFieldRef: {resource: limits.cpu}
      resources:
        requests: {cpu: "2", memory: 4Gi}
        limits: {cpu: "2", memory: 4Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    if let Some(source) = volume.downward_api() {
        report(source.items(), findings);
    }
    for source in volume.projections() {
        if let Some(source) = source.downward_api() {
            report(source.items(), findings);
        }
    }
}

fn report<'d>(items: List<'d, DownwardApiVolumeFile<'d>>, findings: &mut Findings<'d>) {
    for item in items {
        if let Some(reference) = item.resource_field_ref() {
            findings.add(
                reference.0,
                "virtual nodes do not support resourceFieldRef in volumes",
                "give the value to the container in an environment variable",
            );
        }
    }
}
