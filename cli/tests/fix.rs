//! `oke-vn check --fix`: what becomes of files.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn oke_vn(args: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_oke-vn"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that stops over its options does not read its input.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// A directory with one file, and the file.
fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, text).unwrap();
    (directory, path)
}

/// Fixes a text in place, and returns the new content of the file, the status and the report.
fn fix(text: &str, args: &[&str]) -> (String, i32, Value) {
    let (_directory, path) = file("manifest.yaml", text);
    let name = path.to_str().unwrap();
    let output = oke_vn(&[&["check", "--fix", "--in-place", "-o", "json"], args, &[name]].concat(), "");
    let report = serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (fs::read_to_string(&path).unwrap(), status(&output), report)
}

/// The row of a rule in a report.
fn rule<'r>(report: &'r Value, id: &str) -> &'r Value {
    let rows = report["byRule"].as_array().unwrap();
    rows.iter().find(|row| row["rule"] == id).unwrap_or_else(|| panic!("{report}"))
}

const DEPLOYMENT: &str = r#"# Web shop
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60   # long

      # What it stores
      volumes:
        - name: cache
          emptyDir:
            sizeLimit: 1Gi
        - {name: keys, secret: {secretName: 'keys', defaultMode: 0400}}
      containers:
        - tty: true
          name: "web"
          image: web
          resources: {limits: {cpu: 1, memory: 1Gi}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
data:
  odd:   'spaced'   # stays
"#;

const FIXED: &str = r#"# Web shop
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 30   # long

      # What it stores
      volumes:
        - name: cache
          emptyDir: {}
        - {name: keys, secret: {secretName: 'keys', defaultMode: 0644}}
      containers:
        - name: "web"
          image: web
          resources: {limits: {cpu: 1, memory: 1Gi}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
data:
  odd:   'spaced'   # stays
"#;

#[test]
fn the_text_is_edited_and_nothing_else() {
    let (text, status, report) = fix(DEPLOYMENT, &[]);
    assert_eq!(text, FIXED);
    assert_eq!(status, 0);
    assert_eq!(report["summary"]["fixed"], 1);
    assert_eq!(report["summary"]["denied"], 0);
    assert_eq!(report["files"][0]["status"], "fixed");
    assert_eq!(rule(&report, "interactive-container")["fixed"], 1);
    let findings = report["objects"][0]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 4);
    assert!(findings.iter().all(|finding| finding["fix"] == "made"));
    assert_eq!(findings[3]["changes"][0], "spec.template.spec.containers[0].tty: was true, removed");
    // Twice is once.
    let (again, _, report) = fix(FIXED, &[]);
    assert_eq!(again, FIXED);
    assert_eq!(report["files"], Value::Array(Vec::new()));
}

#[test]
fn marks_and_ends_of_lines_stay() {
    let text = format!("\u{feff}{}", DEPLOYMENT.replace('\n', "\r\n"));
    assert_eq!(fix(&text, &[]).0, format!("\u{feff}{}", FIXED.replace('\n', "\r\n")));
}

#[test]
fn without_in_place_there_is_a_diff() {
    let (_directory, path) = file("web.yaml", DEPLOYMENT);
    let name = path.to_str().unwrap();
    let output = oke_vn(&["check", "--fix", name], "");
    let text = stdout(&output);
    assert_eq!(fs::read_to_string(&path).unwrap(), DEPLOYMENT);
    assert!(text.starts_with(&format!("--- {name}\n+++ {name}\n@@ -6,17 +6,15 @@\n spec:\n")), "{text}");
    for line in [
        "-      terminationGracePeriodSeconds: 60   # long",
        "+      terminationGracePeriodSeconds: 30   # long",
        "       # What it stores",
        "-            sizeLimit: 1Gi",
        "-        - tty: true",
        "    spec.template.spec.containers[0].tty",
        "    -> spec.template.spec.containers[0].tty: was true, removed",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(text.contains(&format!("\n{name}:18:11: fixed interactive-container\n")), "{text}");
    assert!(text.contains("\n2 objects: 0 denied, 0 warned, 1 clean, 1 fixed; none exempt,"), "{text}");
    // As formatters do: there is something to write.
    assert_eq!(status(&output), 1);
    let coloured = stdout(&oke_vn(&["check", "--fix", "--color", "always", name], ""));
    assert!(coloured.contains("\u{1b}[31m-            sizeLimit: 1Gi"), "{coloured}");
    let report = stdout(&oke_vn(&["check", "--fix", "-o", "json", name], ""));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert!(report["files"][0]["diff"].as_str().unwrap().contains("\n-        - tty: true\n"));
}

#[test]
fn standard_input_is_diffed() {
    let output = oke_vn(&["check", "--fix", "-"], DEPLOYMENT);
    assert!(stdout(&output).starts_with("--- <stdin>\n+++ <stdin>\n"));
    let output = oke_vn(&["check", "--fix", "--in-place", "-"], DEPLOYMENT);
    assert_eq!(status(&output), 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard input"));
    assert_eq!(status(&oke_vn(&["check", "--in-place", "x.yaml"], "")), 2);
}

#[test]
fn what_remains_decides() {
    let manifest = DEPLOYMENT.replace("      # What", "      hostNetwork: true\n      # What");
    let (text, status, report) = fix(&manifest, &[]);
    assert_eq!(text, FIXED.replace("      # What", "      hostNetwork: true\n      # What"));
    assert_eq!(status, 1);
    assert_eq!(report["objects"][0]["verdict"], "denied");
    assert_eq!(rule(&report, "host-network")["denied"], 1);
    assert_eq!(rule(&report, "emptydir-size-limit")["denied"], 0);
}

#[test]
fn settings_win() {
    let safe = fix(DEPLOYMENT, &["--settings-json", r#"{"mutate": "safe"}"#]);
    assert!(safe.0.contains("emptyDir: {}") && safe.0.contains("defaultMode: 0400") && safe.0.contains("tty: true"));
    assert_eq!(safe.1, 1);
    assert_eq!(fix(DEPLOYMENT, &["--settings-json", r#"{"mutate": "off"}"#]).0, DEPLOYMENT);
    // The pods will be fixed, the template is not.
    let pods = fix(DEPLOYMENT, &["--settings-json", r#"{"mutate": "full", "mutateTemplates": false}"#]);
    assert_eq!((pods.0.as_str(), pods.1), (DEPLOYMENT, 0));
    let one = fix(DEPLOYMENT, &["--settings-json", r#"{"rules": {"volume-default-mode": {"mutate": true}}}"#]);
    assert_eq!(one.0, DEPLOYMENT.replace("0400", "0644"));
    let all_but_one = fix(DEPLOYMENT, &["--settings-json", r#"{"rules": {"volume-default-mode": {"mutate": false}}}"#]);
    assert_eq!(all_but_one.0, FIXED.replace("0644", "0400"));
}

#[test]
fn templates_of_a_controller_are_left_to_it() {
    let manifest = DEPLOYMENT.replace(
        "metadata: {name: web}",
        "metadata: {name: web, ownerReferences: [{apiVersion: x/v1, kind: App, name: a, uid: u, controller: true}]}",
    );
    assert_eq!(fix(&manifest, &[]).0, manifest);
}

#[test]
fn items_of_lists_are_fixed() {
    let manifest = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec:\n    hostname: x # gone\n    containers: []\n- apiVersion: v1\n  kind: PodList\n  items:\n  - spec: {hostname: x, containers: []}\n";
    let (text, _, report) = fix(manifest, &[]);
    assert_eq!(report["summary"]["fixed"], 2);
    assert_eq!(text, manifest.replace("    hostname: x # gone\n", "").replace("hostname: x, ", ""));
}

const SHARED: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - &one\n    name: a\n    image: i\n    tty: true\n    resources: {limits: {cpu: 1, memory: 1Gi}}\n";

#[test]
fn what_cannot_be_edited_faithfully_is_left_alone_and_named() {
    let other = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: q}\nspec: {hostname: x, containers: []}\n";
    for (manifest, line, reason) in [
        (format!("{SHARED}  - <<: *one\n    name: b\n{other}"), 11, "`tty` comes in by a merge key"),
        (format!("{SHARED}  - *one\n{other}"), 11, "an alias stands where"),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nx: &x {hostname: x, containers: []}\nspec: *x\n"
                .to_owned(),
            5,
            "an alias stands where",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: &x {hostname: x, containers: []}\nx: *x\n"
                .to_owned(),
            1,
            "in more than one place",
        ),
    ] {
        let (text, status, report) = fix(&manifest, &[]);
        assert_eq!(text, manifest);
        assert_eq!(status, 1, "{manifest}");
        assert_eq!(report["files"][0]["status"], "leftAlone", "{report}");
        assert_eq!(report["files"][0]["line"], line, "{report}");
        assert!(report["files"][0]["reason"].as_str().unwrap().contains(reason), "{report}");
        // What was not fixed is still reported.
        assert_eq!(report["objects"][0]["findings"][0]["fix"], "manual");
        assert_eq!(report["objects"][0]["verdict"], "denied");
    }
    let (_directory, path) = file("shared.yaml", &format!("{SHARED}  - *one\n"));
    let text = stdout(&oke_vn(&["check", "--fix", path.to_str().unwrap()], ""));
    assert!(text.contains(&format!("Left alone, for a person to fix\n{}:11: an alias", path.display())), "{text}");
}

#[test]
fn an_anchor_that_nothing_else_needs_is_no_obstacle() {
    let (text, status, _) = fix(SHARED, &[]);
    assert_eq!(text, SHARED.replace("    tty: true\n", ""));
    assert_eq!(status, 0);
}

#[test]
fn json_is_fixed_too() {
    let json = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"metadata\": {\"name\": \"p\"},\n  \"spec\": {\n    \"containers\": [],\n    \"terminationGracePeriodSeconds\": 60,\n    \"hostname\": \"x\"\n  }\n}\n";
    let (_directory, path) = file("pod.json", json);
    let output = oke_vn(&["check", "--fix", "--in-place", path.to_str().unwrap()], "");
    assert_eq!(status(&output), 0, "{}", stdout(&output));
    assert_eq!(fs::read_to_string(&path).unwrap(), json.replace("60,\n    \"hostname\": \"x\"", "30"));
    // Documents in a row aren't YAML, so they have no positions.
    let row = format!("{json}{json}");
    let (_directory, path) = file("pods.json", &row);
    let text = stdout(&oke_vn(&["check", "--fix", "--in-place", path.to_str().unwrap()], ""));
    assert!(text.contains("Left alone"), "{text}");
    assert_eq!(fs::read_to_string(&path).unwrap(), row);
}

#[cfg(unix)]
#[test]
fn modes_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let (directory, path) = file("web.yaml", DEPLOYMENT);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = directory.path().join("link.yaml");
    symlink("web.yaml", &link).unwrap();
    oke_vn(&["check", "--fix", "--in-place", link.to_str().unwrap()], "");
    assert_eq!(fs::read_to_string(&path).unwrap(), FIXED);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn the_samples_are_fixed_or_left_alone_as_a_whole() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data/manifests");
    let directory = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(samples).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), directory.path().join(entry.file_name())).unwrap();
    }
    let name = directory.path().to_str().unwrap();
    let fix = |args: &[&str]| -> Value {
        let output = oke_vn(&[&["check", "--fix", "-o", "json"], args, &[name]].concat(), "");
        serde_json::from_str(&stdout(&output)).unwrap()
    };
    let first = fix(&["--in-place"]);
    let fixed = first["files"].as_array().unwrap().iter().filter(|file| file["status"] == "fixed").count();
    assert!(fixed > 0, "{first}");
    let second = fix(&[]);
    assert!(second["files"].as_array().unwrap().iter().all(|file| file["status"] == "leftAlone"), "{second}");
    assert_eq!(first["summary"]["denied"], second["summary"]["denied"]);
}

#[cfg(unix)]
#[test]
fn what_only_kubernetes_reads_is_fixed_too() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n    about: \"one\n    two\nthree\"# a note\nspec:\n  \
               terminationGracePeriodSeconds: 60\n  containers:\n  - {name: c, image: i, args: ['a\n\n  b'],\n\tresources: {limits: \
               {cpu: 1, memory: 1Gi}}}\n";
    let (text, status, report) = fix(pod, &[]);
    assert_eq!(status, 0, "{report}");
    assert_eq!(text, pod.replace("Seconds: 60", "Seconds: 30"));
}

#[test]
fn modes_are_announced_in_octal() {
    let volumes = "  volumes:\n  - {name: a, configMap: {name: a, defaultMode: 256, items: [{key: k, path: p, mode: 0o777}]}}\n  \
                   - {name: b, secret: {secretName: b, defaultMode: 0}}\n  - {name: c, secret: {secretName: c, defaultMode: 644}}\n";
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  terminationGracePeriodSeconds: 420\n  containers: \
         [{{name: c, image: i}}]\n{volumes}"
    );
    let (text, _, report) = fix(&pod, &[]);
    assert!(text.contains("defaultMode: 420, items: [{key: k, path: p, mode: 0o644}]"), "{text}");
    let findings = report["objects"][0]["findings"].as_array().unwrap();
    let changes: Vec<_> = findings.iter().filter_map(|finding| finding["changes"].as_array()).flatten().collect();
    for expected in [
        "spec.volumes[0].configMap.defaultMode: was 0400, set to 0644",
        "spec.volumes[0].configMap.items[0].mode: was 0777, set to 0644",
        "spec.volumes[1].secret.defaultMode: was 0000, set to 0644",
        "spec.volumes[2].secret.defaultMode: was 01204, set to 0644",
        // Not every number is a mode.
        "spec.terminationGracePeriodSeconds: was 420, set to 30",
    ] {
        assert!(changes.iter().any(|change| *change == expected), "{expected} in {changes:?}");
    }
}

#[test]
fn a_file_that_is_not_written_is_not_called_fixed() {
    use std::os::unix::fs::MetadataExt as _;
    let (directory, path) = file("web.yaml", DEPLOYMENT);
    let other = directory.path().join("other");
    fs::hard_link(&path, &other).unwrap();
    let output = oke_vn(&["check", "--fix", "--in-place", path.to_str().unwrap()], "");
    assert_eq!(status(&output), 2);
    let text = stdout(&output);
    let not_written = format!("{}: not written\n    it has 2 hard links", path.display());
    assert!(text.contains(&not_written) && text.contains("2 objects: 1 denied, 0 warned, 1 clean;"), "{text}");
    assert_eq!((fs::read_to_string(&path).unwrap().as_str(), fs::metadata(&path).unwrap().nlink()), (DEPLOYMENT, 2));
}

#[test]
fn utf_16_stays_utf_16() {
    let encode = |text: &str| -> Vec<u8> {
        "\u{feff}".chars().chain(text.chars()).collect::<String>().encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let (_directory, path) = file("web.yaml", "");
    fs::write(&path, encode(DEPLOYMENT)).unwrap();
    assert_eq!(status(&oke_vn(&["check", "--fix", "--in-place", path.to_str().unwrap()], "")), 0);
    assert_eq!(fs::read(&path).unwrap(), encode(FIXED));
}
