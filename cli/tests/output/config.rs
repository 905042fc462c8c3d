//! `.oke-vn.yaml`: how it is found, read, and found wrong.

use std::fs;

use oke_vn::output::config::{self, Config};
use oke_vn::output::summary::FailOn;

const RULES: [&str; 3] = ["host-pid", "host-ipc", "fs-group"];

fn errors(text: &str) -> Vec<String> {
    config::read(text, ".oke-vn.yaml", &RULES).map(|_| ()).unwrap_err()
}

#[test]
fn everything_is_read() {
    let text = "\
# How this repository is checked.
settings: {profile: tolerant, rules: {host-pid: off}}
paths: [manifests/, charts/shop]
exclude: ['**/testdata/**', '*.tmp.yaml']
failOn: warn
baseline: .oke-vn-baseline.json
ignore:
  - rules: [host-pid, host-ipc]
    files: ['monitoring/**']
    objects: [DaemonSet monitoring/*]
    reason: runs on managed nodes
    until: 2026-12-31
";
    let loaded = config::read(text, ".oke-vn.yaml", &RULES).unwrap();
    let Config { settings, paths, fail_on, baseline, .. } = loaded.config;
    assert_eq!(serde_json::to_string(&settings).unwrap(), r#"{"profile":"tolerant","rules":{"host-pid":"off"}}"#);
    assert_eq!(paths, ["manifests/", "charts/shop"].map(std::path::PathBuf::from));
    assert_eq!((fail_on, baseline), (Some(FailOn::Warn), Some(".oke-vn-baseline.json".into())));
    assert_eq!(loaded.ignore.len(), 1);
    let entry = &loaded.ignore[0];
    assert_eq!((entry.location.line, entry.location.column), (Some(8), Some(5)));
    assert_eq!(entry.until.unwrap().to_string(), "2026-12-31");
    let excluded = |file: &str| loaded.exclude.iter().any(|glob| glob.is_match(file));
    assert!(excluded("a/testdata/b/c.yaml") && excluded("x.tmp.yaml"));
    assert!(!excluded("a/x.tmp.yaml"), "`*` stays within a directory");
}

#[test]
fn nothing_has_to_be_said() {
    for text in ["", "# nothing\n", "{}\n"] {
        assert_eq!(config::read(text, ".oke-vn.yaml", &RULES).unwrap().config, Config::default(), "{text:?}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    assert_eq!(
        errors("ignor: []"),
        [
            ".oke-vn.yaml:1:1: unknown field `ignor`, expected one of `settings`, `settingsFrom`, `policyName`, `paths`, \
         `exclude`, `failOn`, `baseline`, `ignore`"
        ]
    );
    assert_eq!(
        errors("failOn: sometimes"),
        [".oke-vn.yaml:1:9: failOn: unknown variant `sometimes`, expected one of `deny`, `warn`, `never`"]
    );
    assert!(
        errors("ignore:\n  - rules: [host-pid]\n")[0]
            .starts_with(".oke-vn.yaml:2:5: ignore[0]: missing field `reason`")
    );
    assert!(errors("ignore:\n  - rules: [host-pid]\n    reason: x\n    until: 2026-02-30\n")[0].contains("until"));
    assert!(errors("paths: [a\n")[0].starts_with(".oke-vn.yaml:"));
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = "\
settings: {}
settingsFrom: policy.yaml
exclude: ['a/[']
ignore:
  - rules: [host-pdi]
    reason: x
  - rules: []
    objects: ['a{']
    reason: ' '
";
    assert_eq!(
        errors(text),
        [
            ".oke-vn.yaml:2:1: `settings` and `settingsFrom` exclude each other: keep one of them",
            ".oke-vn.yaml:3:11: the pattern isn't one: unclosed character class; missing ']'",
            ".oke-vn.yaml:5:13: unknown rule `host-pdi`; did you mean `host-pid`?",
            ".oke-vn.yaml:7:5: the entry names no rule: name the rules that it is about",
            ".oke-vn.yaml:9:5: the entry gives no reason: say why these findings are all right",
            ".oke-vn.yaml:8:15: the pattern isn't one: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ]
    );
    assert_eq!(
        errors("policyName: a"),
        [".oke-vn.yaml:1:1: `policyName` chooses a policy of `settingsFrom`, which is missing: add it"]
    );
}

#[test]
fn it_is_found_up_to_the_root_of_the_repository() {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("repo");
    let deep = root.join("services/shop");
    fs::create_dir_all(&deep).unwrap();
    fs::create_dir(root.join(".git")).unwrap();
    fs::write(outer.path().join(".oke-vn.yaml"), "").unwrap();
    assert_eq!(config::find(&deep), None, "what is above the repository isn't its own");
    fs::write(root.join(".oke-vn.yml"), "").unwrap();
    assert_eq!(config::find(&deep), Some(root.join(".oke-vn.yml")));
    fs::write(root.join(".oke-vn.yaml"), "").unwrap();
    assert_eq!(config::find(&deep), Some(root.join(".oke-vn.yaml")));
    fs::write(root.join("services/.oke-vn.yaml"), "").unwrap();
    assert_eq!(config::find(&deep), Some(root.join("services/.oke-vn.yaml")), "the nearest one");
    fs::remove_dir(root.join(".git")).unwrap();
    assert_eq!(config::find(&deep), None, "outside of a repository nothing above is looked at");
    assert_eq!(config::find(&root), Some(root.join(".oke-vn.yaml")));
}
