//! `emptydir-medium`: finds an emptyDir on another medium than the default one or memory.

use crate::findings::{Edit, Findings, Literal};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Parameter, ParameterKind, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "emptydir-medium",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    parameters: &[Parameter {
        name: "medium",
        kind: ParameterKind::Choice(&["", "Memory"]),
        #[cfg(not(target_arch = "wasm32"))]
        about: r#"What the fix writes: `""` removes the field, so that the volume is on disk, and `Memory` keeps it in memory. Default: `""`."#,
    }],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod.Volumes.EmptyDirVolumeSource:Medium - can only be \"\" or \"Memory\"",
        summary: "Finds an emptyDir on another medium than the default one or memory.",
        why: "Oracle's page allows the default medium and `Memory`, and nothing else. In practice this means \
              volumes on huge pages, `HugePages` and `HugePages-<size>`. A missing medium and an empty one \
              are the default and are not found. The fix writes what the parameter `medium` says, which by \
              default removes the field and so puts the volume on disk.",
        instead: "Remove the medium, or use `Memory` where the volume has to be fast. A program that needs \
                  huge pages belongs on managed nodes.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: pricing
spec:
  containers:
    - name: pricing
      image: registry.example.com/trading/pricing:4.4
      volumeMounts:
        - name: tables
          mountPath: /dev/tables
      resources:
        requests: {cpu: "2", memory: 4Gi, hugepages-2Mi: 512Mi}
        limits: {cpu: "2", memory: 4Gi, hugepages-2Mi: 512Mi}
  volumes:
    - name: tables
      emptyDir:
        medium: HugePages-2Mi
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: pricing
spec:
  containers:
    - name: pricing
      image: registry.example.com/trading/pricing:4.4
      volumeMounts:
        - name: tables
          mountPath: /dev/tables
      resources:
        requests: {cpu: "2", memory: 4Gi}
        limits: {cpu: "2", memory: 4Gi}
  volumes:
    - name: tables
      emptyDir:
        medium: Memory
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    let Some(medium) = volume.empty_dir().and_then(|volume| volume.medium()) else { return };
    if matches!(medium.value, "" | "Memory") {
        return;
    }
    let edit = match subject.text(RULE.id, "medium") {
        None | Some("") => Edit::Remove(medium.node),
        Some(medium_to_be) => Edit::Set(medium.node.into(), Literal::Text(medium_to_be)),
    };
    findings.mendable(medium.node, "the medium is neither \"\" nor Memory", "remove it or use Memory", edit);
}
