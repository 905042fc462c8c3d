//! `volume-default-mode`: finds a default file mode other than 0644 in configMap, secret and projected volumes.

use crate::findings::{Edit, Findings, Literal};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-default-mode",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod:Volumes - if DefaultMode specified for the following, DefaultMode must be 0644",
        summary: "Finds a default file mode other than 0644 in configMap, secret and projected volumes.",
        why: "Oracle's page supports only the mode 0644 for the files of ConfigMap, Secret and projected \
              volumes, so a file that should be readable by its owner alone, or executable, is not. 0644 is \
              what Kubernetes sets where nothing is written, and it arrives as the decimal 420, since JSON \
              has no octal numbers; anything else is found, 0 included. downwardAPI volumes are not in \
              Oracle's row and are not looked at.",
        instead: "Remove `defaultMode`. Start a script with its interpreter, as in `sh /scripts/run.sh`. A \
                  program that insists on a private file, as ssh does, can copy it to an emptyDir in its \
                  start command and change the mode there.",
        fails: r#"apiVersion: batch/v1
kind: CronJob
metadata:
  name: backup
spec:
  schedule: "15 2 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: backup
              image: registry.example.com/tools/backup:1.1
              command: [/scripts/backup.sh]
              volumeMounts:
                - {name: scripts, mountPath: /scripts}
              resources:
                requests: {cpu: "1", memory: 1Gi}
                limits: {cpu: "1", memory: 1Gi}
          volumes:
            - name: scripts
              configMap:
                name: backup-scripts
                defaultMode: 493  # 0755
"#,
        mended: r#"apiVersion: batch/v1
kind: CronJob
metadata:
  name: backup
spec:
  schedule: "15 2 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: backup
              image: registry.example.com/tools/backup:1.1
              command: [sh, /scripts/backup.sh]
              volumeMounts:
                - {name: scripts, mountPath: /scripts}
              resources:
                requests: {cpu: "1", memory: 1Gi}
                limits: {cpu: "1", memory: 1Gi}
          volumes:
            - name: scripts
              configMap:
                name: backup-scripts
"#,
    },
};

/// 0644, the mode that virtual nodes give to files.
const MODE: i32 = 0o644;

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    let modes = [
        volume.config_map().and_then(|source| source.default_mode()),
        volume.secret().and_then(|source| source.default_mode()),
        volume.projected().and_then(|source| source.default_mode()),
    ];
    for mode in modes.into_iter().flatten().filter(|mode| mode.value != MODE) {
        findings.mendable(
            mode.node,
            format_args!("files get mode 0644 on virtual nodes, not 0{:03o}", mode.value),
            "remove defaultMode or set it to 0644 (420)",
            Edit::Set(mode.node.into(), Literal::Int(MODE.into())),
        );
    }
}
