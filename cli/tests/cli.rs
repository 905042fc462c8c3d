//! The program from outside: what it prints and what it ends with.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn oke_vn(args: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_oke-vn"))
        .args(args)
        .env_remove("NO_COLOR")
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

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// The JSON report on a manifest that comes by standard input.
fn report(manifest: &str, args: &[&str]) -> Value {
    let output = oke_vn(&[&["check", "-o", "json"], args, &["-"]].concat(), manifest);
    serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Rule, level and line of every finding.
fn findings(report: &Value) -> Vec<(String, String, u64)> {
    let objects = report["objects"].as_array().unwrap();
    let findings = objects.iter().flat_map(|object| object["findings"].as_array().unwrap());
    findings
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            let level = if finding["exempt"].is_null() { text("level") } else { "exempt".to_owned() };
            (text("rule"), level, finding["line"].as_u64().unwrap())
        })
        .collect()
}

fn test_data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data").join(path)
}

fn pod(spec: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: c\n    image: i\n    \
         resources: {{limits: {{cpu: 1, memory: 1Gi}}}}\n{spec}"
    )
}

#[test]
fn the_status_says_what_came_of_it() {
    assert_eq!(status(&oke_vn(&["check", "-"], &pod(""))), 0);
    assert_eq!(status(&oke_vn(&["check", "-"], &pod("  hostNetwork: true\n"))), 1);
    // A warning is no refusal.
    let output = oke_vn(&["check", "-"], &pod("").replace("cpu: 1,", "cpu: 500m,"));
    assert_eq!(status(&output), 0);
    assert!(stdout(&output).contains("<stdin>:8:26: warn subcore-cpu\n    spec.containers[0].resources.limits.cpu\n"));
    // What cannot be done comes first, but the rest is judged.
    let output = oke_vn(&["check", "/no/such/file.yaml", "-"], &pod("  hostNetwork: true\n"));
    assert_eq!(status(&output), 2);
    assert!(stdout(&output).contains("/no/such/file.yaml: unreadable\n") && stderr(&output).is_empty());
    assert!(stdout(&output).contains("host-network"));
    assert_eq!(status(&oke_vn(&["check"], "")), 2);
    assert_eq!(status(&oke_vn(&["check", "--profile", "lax", "-"], "")), 2);
}

#[test]
fn a_directory_without_manifests_is_trouble() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("README.md"), "# Nothing").unwrap();
    let output = oke_vn(&["check", dir.path().to_str().unwrap()], "");
    assert_eq!(status(&output), 2);
    assert!(stdout(&output).contains("no Kubernetes object in this directory"));
    assert_eq!(status(&oke_vn(&["check", "--allow-empty", dir.path().to_str().unwrap()], "")), 0);
}

#[test]
fn directories_are_read_in_order_and_hidden_ones_are_not() {
    let dir = tempfile::tempdir().unwrap();
    for (path, name) in [("b.yml", "b"), ("a/z.yaml", "az"), (".git/x.yaml", "x"), ("c.json", "c"), ("d.txt", "d")] {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!(r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "{name}"}}}}"#)).unwrap();
    }
    let output = oke_vn(&["check", "-o", "json", dir.path().to_str().unwrap()], "");
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let names: Vec<&str> =
        report["objects"].as_array().unwrap().iter().map(|object| object["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["az", "b", "c"]);
}

#[test]
fn modes_in_octal_are_what_a_cluster_gets() {
    let modes = |mode: &str| {
        findings(&report(
            &pod(&format!("  volumes:\n  - name: v\n    secret: {{secretName: s, defaultMode: {mode}}}\n")),
            &[],
        ))
    };
    for good in ["0644", "0o644", "420", "0x1a4", "4.2e2"] {
        assert_eq!(modes(good), [], "{good}");
    }
    for bad in ["0400", "0o400", "256", "644"] {
        assert_eq!(modes(bad), [("volume-default-mode".to_owned(), "deny".to_owned(), 11)], "{bad}");
    }
}

#[test]
fn booleans_are_those_of_kubernetes() {
    for (value, expected) in [("yes", 1), ("on", 1), ("true", 1), ("no", 0), ("off", 0), ("false", 0)] {
        assert_eq!(findings(&report(&pod(&format!("  hostPID: {value}\n")), &[])).len(), expected, "{value}");
    }
    let quoted = report(&pod("  hostPID: 'yes'\n"), &[]);
    assert_eq!(quoted["unreadable"][0]["object"], "Pod default/p");
    assert_eq!((&quoted["summary"]["unreadable"], &quoted["summary"]["objects"]), (&json!(1), &json!(0)));
}

#[test]
fn fields_of_wrong_types_are_named_and_are_trouble() {
    let output = oke_vn(&["check", "--fail-on", "never", "-"], &pod("  hostPID: 'yes'\n  hostIPC: 7\n"));
    assert_eq!(status(&output), 2);
    let text = stdout(&output);
    for line in
        ["spec.hostIPC: expected true or false, found a number", "spec.hostPID: expected true or false, found a string"]
    {
        assert!(text.contains(&format!("\n    {line}\n")), "{text}");
    }
    assert!(text.contains("\n0 objects: 0 denied, 0 warned, 0 clean; none exempt,"), "{text}");
}

#[test]
fn the_status_is_a_matter_of_choice() {
    let (warned, denied) = (pod("").replace("cpu: 1,", "cpu: 500m,"), pod("  hostNetwork: true\n"));
    for (manifest, of_deny, of_warn) in [(&warned, 0, 1), (&denied, 1, 1), (&pod(""), 0, 0)] {
        for (choice, expected) in [("deny", of_deny), ("warn", of_warn), ("never", 0)] {
            assert_eq!(
                status(&oke_vn(&["check", "--fail-on", choice, "-"], manifest)),
                expected,
                "{choice}: {manifest}"
            );
        }
    }
    // Nothing to judge is never a success.
    assert_eq!(status(&oke_vn(&["check", "--fail-on", "never", "-"], "")), 2);
    assert_eq!(status(&oke_vn(&["check", "--allow-empty", "-"], "")), 0);
}

#[test]
fn quantities_are_compared_as_written() {
    let with = |requests: &str| {
        findings(&report(&pod("").replace("{limits", &format!("{{requests: {requests}, limits")), &[]))
    };
    assert_eq!(with("{cpu: 1.0, memory: 1024Mi}"), []);
    assert_eq!(with("{cpu: 1000m, memory: 1073741824}"), []);
    assert_eq!(with("{cpu: '1', memory: 1.073741824e9}"), []);
    let differs = with("{cpu: 0.5}");
    assert_eq!(differs.len(), 1);
    assert_eq!(differs[0].0, "requests-equal-limits");
}

#[test]
fn aliases_and_merge_keys_are_followed() {
    let manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - &one\n    name: a\n    image: i\n    tty: true\n    resources: {limits: {cpu: 1, memory: 1Gi}}\n  - <<: *one\n    name: b\n";
    let expected = ("interactive-container".to_owned(), "deny".to_owned(), 9);
    assert_eq!(findings(&report(manifest, &[])), [expected.clone(), expected]);
}

#[test]
fn what_is_no_object_is_named() {
    let manifest = format!(
        "a: {{{{ .Values.a }}}}\n---\n{}---\n---\nfoo: bar\n---\na: 1\na: 2\n---\nkind: Pod\n",
        pod("  hostIPC: true\n")
    );
    let report = report(&manifest, &["--verbose"]);
    assert_eq!(findings(&report), [("host-ipc".to_owned(), "deny".to_owned(), 11)]);
    let unreadable = report["unreadable"].as_array().unwrap().iter();
    let unreadable: Vec<(u64, &str)> =
        unreadable.map(|one| (one["line"].as_u64().unwrap(), one["reason"].as_str().unwrap())).collect();
    assert_eq!(unreadable.len(), 2, "{unreadable:?}");
    assert!(unreadable[0].0 == 1 && unreadable[0].1.contains("helm template"), "{unreadable:?}");
    assert!(unreadable[1].0 == 17 && unreadable[1].1.contains("the key `a` is already on line 16"), "{unreadable:?}");
    assert_eq!(
        report["skipped"],
        json!([
            {"reason": "without apiVersion and kind", "count": 2, "examples": ["<stdin>:14", "<stdin>:19"]},
            {"reason": "empty document", "count": 1, "examples": ["<stdin>:12"]},
        ])
    );
    assert_eq!(
        report["summary"],
        json!({
            "objects": 1, "denied": 1, "warned": 0, "clean": 0, "exempt": 0, "fixed": 0, "staysOnManagedNodes": 0,
            "withoutPods": 0, "notLookedInto": 0, "unreadable": 2, "notAsked": 0, "folded": 0,
        })
    );
}

#[test]
fn lists_are_taken_apart() {
    let report = report(&fs::read_to_string(test_data("manifests/kubectl-get.yaml")).unwrap(), &[]);
    assert_eq!(
        (&report["objects"][0]["namespace"], &report["objects"][0]["name"]),
        (&json!("default"), &json!("mail"))
    );
    assert_eq!(report["objects"][0]["findings"], json!([]));
    assert_eq!(report["objects"][1]["line"], 44);
    let job = report["objects"][1]["findings"].as_array().unwrap();
    let place = |rule: &str| job.iter().find(|one| one["rule"] == rule).map(|one| (&one["path"], &one["line"]));
    assert_eq!(place("job-ttl"), Some((&json!("spec"), &json!(49))));
    let shared = (&json!("spec.template.spec.shareProcessNamespace"), &json!(63));
    assert_eq!(place("share-process-namespace"), Some(shared));
}

#[test]
fn json_is_read_with_its_lines() {
    let manifest = "{\n \"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"p\"},\n \"spec\": {\n  \"containers\": [],\n  \"hostNetwork\": true}\n}\n";
    assert_eq!(findings(&report(manifest, &[])), [("host-network".to_owned(), "deny".to_owned(), 5)]);
}

#[test]
fn namespaces_come_from_the_object_or_the_option() {
    let manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Pod\nmetadata: {generateName: b-, namespace: shop}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: c}\n";
    let report = report(manifest, &["-n", "prod"]);
    let names = [0, 1, 2].map(|index| (&report["objects"][index]["namespace"], &report["objects"][index]["name"]));
    let expected = [(json!("prod"), json!("a")), (json!("shop"), json!("b-*")), (Value::Null, json!("c"))];
    assert_eq!(names, expected.each_ref().map(|(namespace, name)| (namespace, name)));
}

#[test]
fn settings_count() {
    let manifest = pod("  terminationGracePeriodSeconds: 60\n");
    let level = |args: &[&str]| report(&manifest, args)["objects"][0]["findings"][0]["level"].clone();
    assert_eq!(level(&[]), "deny");
    assert_eq!(level(&["--profile", "tolerant"]), "warn");
    assert_eq!(level(&["--settings-json", r#"{"profile":"tolerant"}"#]), "warn");
    assert_eq!(level(&["--settings-json", r#"{"profile":"tolerant"}"#, "--profile", "strict"]), "deny");
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "rules:\n  termination-grace-period: 'off'\n").unwrap();
    assert_eq!(level(&["--settings-path", file.path().to_str().unwrap()]), Value::Null);
}

/// Settings that exempt the Pods of a namespace from two rules.
const EXEMPT: &str =
    r#"{"exemptions": [{"namespaces": ["shop"], "rules": ["host-network", "subcore-cpu"], "reason": "a test"}]}"#;

#[test]
fn what_is_exempt_is_told_and_denies_nothing() {
    let exempt = pod("  hostNetwork: true\n").replace("{name: p}", "{name: p, namespace: shop}");
    let output = oke_vn(&["check", "--settings-json", EXEMPT, "-"], &exempt);
    assert_eq!(status(&output), 0);
    let text = stdout(&output);
    assert!(text.starts_with("1 object: 0 denied, 0 warned, 0 clean, 1 exempt; none "), "{text}");
    let verbose = ["check", "--verbose", "--color", "always", "--settings-json", EXEMPT, "-"];
    let coloured = stdout(&oke_vn(&verbose, &exempt));
    assert!(
        coloured.contains("<stdin>:9:3: \u{1b}[2mexempt") && coloured.contains("exempt by the settings"),
        "{coloured}"
    );

    let others = [
        // Exempt from one rule, and warned of by another.
        exempt.replace("name: p,", "name: q,").replace("memory: 1Gi", "x: 1"),
        // Exempt from one, and denied by another.
        exempt.replace("name: p,", "name: r,") + "  hostPID: true\n",
        // Not exempt.
        pod("  hostNetwork: true\n"),
        pod(""),
    ];
    let all = format!("{exempt}---\n{}", others.join("---\n"));
    let report = report(&all, &["--settings-json", EXEMPT]);
    assert_eq!(
        report["summary"],
        json!({
            "objects": 5, "denied": 2, "warned": 1, "clean": 1, "exempt": 1, "fixed": 0, "staysOnManagedNodes": 0,
            "withoutPods": 0, "notLookedInto": 0, "unreadable": 0, "notAsked": 0, "folded": 0,
        })
    );
    let row = report["byRule"].as_array().unwrap().iter().find(|row| row["rule"] == "host-network").unwrap();
    assert_eq!((&row["denied"], &row["exempt"]), (&json!(1), &json!(3)));
    assert_eq!(report["objects"][0]["verdict"], "exempt");
    assert_eq!(report["objects"][0]["findings"][0]["level"], "deny");
    assert_eq!(report["objects"][2]["verdict"], "denied");
    let text = stdout(&oke_vn(&["check", "-"], &exempt));
    assert!(text.contains("<stdin>:9:3: deny host-network\n"), "{text}");
}

#[test]
fn exemptions_by_label_alone_are_told() {
    let note = "Note: exemptions[1] asks for labels alone, so every author can exempt their own workloads\n";
    for (entry, is_open) in [
        (r#""labels": {"a": "b"}"#, true),
        (r#""labels": {"a": "b"}, "rules": ["host-pid"], "namespaces": null"#, true),
        (r#""labels": {"a": "b"}, "namespaces": ["shop"]"#, false),
        (r#""users": ["jane"]"#, false),
    ] {
        let first = r#"{"namespaces": ["shop"], "reason": "r"}"#;
        let settings = format!(r#"{{"exemptions": [{first}, {{{entry}, "reason": "r"}}]}}"#);
        let output = oke_vn(&["check", "--settings-json", &settings, "-"], &pod(""));
        assert_eq!(stderr(&output), if is_open { note } else { "" }, "{entry}");
        assert_eq!(status(&output), 0, "{entry}");
    }
}

#[test]
fn what_is_exempt_is_not_fixed() {
    let settings = r#"{"exemptions": [{"rules": ["hostname"], "reason": "a test"}]}"#;
    let manifest = pod("  hostname: db\n  terminationGracePeriodSeconds: 5\n");
    let output = oke_vn(&["check", "--fix", "--verbose", "--settings-json", settings, "-"], &manifest);
    assert_eq!(status(&output), 1, "a file would change");
    let text = stdout(&output);
    assert!(text.contains("\n-  terminationGracePeriodSeconds: 5\n") && !text.contains("\n-  hostname"), "{text}");
    assert!(text.contains("<stdin>:9:3: exempt hostname\n"), "{text}");
    assert!(text.contains("0 warned, 0 clean, 1 fixed; none "), "{text}");
}

#[test]
fn an_annotation_exempts_where_it_is_allowed() {
    let annotated = pod("  hostPID: true\n")
        .replace("{name: p}", "{name: p, annotations: {oke-virtual-nodes.kubewarden.io/exempt: 'host-pid: a test'}}");
    let found = |settings: &str| findings(&report(&annotated, &["--settings-json", settings]));
    let of = |rule: &str, level: &str, line| (rule.to_owned(), level.to_owned(), line);
    assert_eq!(found(r#"{"allowAnnotations": true}"#), [of("host-pid", "exempt", 9)]);
    assert_eq!(found("{}"), [of("exemption", "warn", 3), of("host-pid", "deny", 9)]);
}

#[test]
fn in_a_mixed_cluster_the_node_decides() {
    let mixed = |manifest: &str, more: &str| {
        let settings = format!(r#"{{"nodeKind": "mixed"{more}}}"#);
        findings(&report(manifest, &["--settings-json", &settings]))
    };
    let of = |rule: &str, level: &str, line| vec![(rule.to_owned(), level.to_owned(), line)];
    let bad = pod("  hostPID: true\n");
    assert_eq!(mixed(&bad, ""), of("host-pid", "deny", 9));
    assert_eq!(mixed(&format!("{bad}  nodeSelector: {{pool: managed}}\n"), ""), []);
    let taint = r#", "virtualNodes": {"taints": [{"key": "virtual", "effect": "NoSchedule"}]}"#;
    assert_eq!(mixed(&bad, taint), []);
    assert_eq!(mixed(&format!("{bad}  tolerations: [{{key: virtual}}]\n"), taint), of("host-pid", "deny", 9));
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: LoadBalancer, externalTrafficPolicy: Local}\n";
    assert_eq!(mixed(service, ""), of("external-traffic-policy", "warn", 4));
    // The way out comes last, and is no finding.
    let text = stdout(&oke_vn(&["check", "--settings-json", r#"{"nodeKind": "mixed"}"#, "-"], &bad));
    let object = text.split("\n\n").next().unwrap();
    let advice = object.lines().find(|line| line.trim().starts_with("To keep it on managed nodes instead, add"));
    assert!(advice.is_some() && !object.contains("managed nodes instead\n    ->"), "{text}");
    assert_eq!(text.matches(": deny").count(), 1, "{text}");
    let kept_off = mixed(&bad, r#", "rules": {"placement": {"mutate": true}}"#);
    assert_eq!(kept_off, [of("placement", "warn", 4), of("host-pid", "warn", 9)].concat());
}

#[test]
fn to_keep_pods_off_virtual_nodes_fixes_no_manifest() {
    let settings = r#"{"nodeKind": "mixed", "rules": {"placement": {"mutate": true}}}"#;
    let fix = |manifest: &str| oke_vn(&["check", "--fix", "--settings-json", settings, "-"], manifest);
    // The other fixes are on, as they are without these settings.
    let output = fix(&pod("  hostname: db\n"));
    assert!(stdout(&output).contains("\n-  hostname: db\n"), "{output:?}");
    let output = fix(&pod("  hostPID: true\n"));
    assert_eq!(status(&output), 0);
    let text = stdout(&output);
    assert!(!text.contains("\n+") && text.contains("the policy fixes it at admission, with these settings"), "{text}");
}

#[test]
fn bad_settings_are_explained() {
    for (settings, expected) in
        [(r#"{"profil": "strict"}"#, "profil"), ("[]", "settings are an object"), ("{", "not JSON")]
    {
        let output = oke_vn(&["check", "--settings-json", settings, "-"], &pod(""));
        assert_eq!(status(&output), 2, "{settings}");
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
    let output = oke_vn(&["check", "--settings-path", "/no/such.yml", "-"], "");
    assert_eq!(status(&output), 2);
}

#[test]
fn colours_are_for_terminals() {
    let manifest = pod("  hostNetwork: true\n");
    assert!(!stdout(&oke_vn(&["check", "-"], &manifest)).contains('\u{1b}'));
    assert!(stdout(&oke_vn(&["check", "--color", "always", "-"], &manifest)).contains('\u{1b}'));
    // Nor may a manifest bring its own.
    let manifest = manifest.replace("name: p", "name: \"\\e[31mp\"");
    assert!(!stdout(&oke_vn(&["check", "-"], &manifest)).contains('\u{1b}'));
}

#[test]
fn the_sample_manifests_give_a_report() {
    let output = oke_vn(&["check", test_data("manifests").to_str().unwrap()], "");
    let text = stdout(&output);
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert!(text.contains("\nDeployment shop/web: denied\n"), "{text}");
    assert!(
        text.contains("web-app.yaml:32:15: deny host-port\n    spec.template.spec.containers[0].ports[0].hostPort\n"),
        "{text}"
    );
    assert!(!text.contains("good-deployment.yaml"), "{text}");
    assert!(text.contains("empty document"), "{text}");
}

#[test]
fn help_has_examples() {
    for command in ["check", "completions", "man"] {
        assert!(stdout(&oke_vn(&[command, "--help"], "")).contains("Example"));
    }
    assert!(stdout(&oke_vn(&["check", "--help"], "")).contains("`mutate: full` with `mutateTemplates: true`"));
    assert!(stdout(&oke_vn(&["--version"], "")).starts_with("oke-vn "));
}

#[test]
fn rules_are_explained() {
    let list = stdout(&oke_vn(&["explain"], ""));
    assert!(list.lines().count() > 50, "{list}");
    assert!(list.lines().any(|line| line.starts_with("subcore-cpu ") && line.contains("  warn    off       -     ")));
    // A page for every rule that a report may name.
    for id in list.lines().skip(1).filter_map(|line| line.split_whitespace().next()) {
        let mut page = Vec::new();
        oke_vn::explain::page(id, &mut page).unwrap();
        let page = String::from_utf8(page).unwrap();
        for part in [id, "    `strict`  `tolerant`  fix\n", "Why", "What to do instead", "The rule finds:", "Fixed:"] {
            assert!(page.contains(part), "{page}");
        }
    }
    let page = stdout(&oke_vn(&["explain", "host-port"], ""));
    assert!(page.starts_with("host-port\nFinds ") && page.contains("\nWhy\n"), "{page}");
    assert!(stdout(&oke_vn(&["explain", "--color", "always", "host-port"], "")).contains('\u{1b}'));
    assert!(stdout(&oke_vn(&["explain", "emptydir-medium"], "")).contains("\nParameters\n* `medium`: "));
    // What reports name and no rule is.
    let page = stdout(&oke_vn(&["explain", "placement"], ""));
    assert!(page.starts_with("placement\n") && page.contains("\nExample\n    nodeKind: mixed\n"), "{page}");
    let page = stdout(&oke_vn(&["explain", "exemption"], ""));
    let annotation = format!("\n        {}: \"host-pid,", oke_virtual_nodes_policy::review::exemption::ANNOTATION);
    assert!(page.contains("`allowAnnotations`") && page.contains(&annotation), "{page}");
    assert!(!list.contains("\nplacement ") && !list.contains("\nexemption "), "{list}");
    for (id, expected) in [
        ("hostport", "did you mean `host-port`?"),
        ("placment", "did you mean `placement`?"),
        ("emtydir-count", "did you mean `emptydir-count`?"),
        ("gateway", "`oke-vn explain` lists all of them"),
    ] {
        let output = oke_vn(&["explain", id], "");
        assert_eq!(status(&output), 2);
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
}

#[test]
fn packages_get_completions_and_manual_pages() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = stdout(&oke_vn(&["completions", shell], ""));
        assert!(script.contains("oke-vn") && script.contains("in-place"), "{shell}");
    }
    assert_eq!(status(&oke_vn(&["completions", "tcsh"], "")), 2);
    let page = stdout(&oke_vn(&["man"], ""));
    assert!(page.contains(".TH oke-vn 1") && page.contains("oke\\-vn\\-check(1)"), "{page}");
    let page = stdout(&oke_vn(&["man", "check"], ""));
    assert!(page.contains("\\-\\-in\\-place") && page.contains("Exit status"), "{page}");
    assert_eq!(status(&oke_vn(&["man", "nothing"], "")), 2);
}

#[test]
fn reports_are_written_in_several_formats_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let outputs = ["sarif", "html", "csv"].map(|format| format!("{format}={}", path(format).display()));
    let mut args = vec!["check", "--output", "compact"];
    outputs.iter().for_each(|output| args.extend(["--output", output]));
    args.push("-");
    let output = oke_vn(&args, &pod("  hostname: web\n  hostPID: true\n"));
    assert_eq!(status(&output), 1);
    assert!(
        stdout(&output).contains("<stdin>:9:3: deny hostname Pod default/p, spec.hostname: "),
        "{}",
        stdout(&output)
    );
    let sarif: Value = serde_json::from_str(&fs::read_to_string(path("sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 2);
    let csv = fs::read_to_string(path("csv")).unwrap();
    // `--fix` removes a hostname; what shares the processes of a node is for a person to decide.
    let line = |rule: &str| csv.lines().find(|line| line.contains(&format!(",{rule},"))).unwrap().to_owned();
    assert!(line("hostname").contains(",--fix,") && line("host-pid").contains(",a person,"), "{csv}");
    assert!(fs::read_to_string(path("html")).unwrap().starts_with("<!DOCTYPE html>"));
    let output = oke_vn(&["check", "--output", "sarf", "-"], "");
    assert!(stderr(&output).contains("did you mean `sarif`?"), "{output:?}");
}

#[test]
fn what_nobody_looked_into_is_not_called_clean() {
    let manifest = "apiVersion: example.com/v1\nkind: Fleet\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a, image: i}]}}}\n---\napiVersion: apps/v1\nkind: Deploymnet\nmetadata: {name: b}\n";
    let text = stdout(&oke_vn(&["check", "--output", "csv", "-"], manifest));
    assert_eq!(text.matches("notLookedInto").count() + text.matches("not looked into").count(), 2, "{text}");
}

#[cfg(not(feature = "cluster"))]
#[test]
fn a_program_without_the_scan_says_how_to_build_it() {
    for args in [&["scan"][..], &["scan", "--by", "label=team"], &["scan", "--help"]] {
        let output = oke_vn(args, "");
        assert_eq!(status(&output), 2);
        assert!(stderr(&output).contains("was built without `scan`: `make install`"), "{output:?}");
    }
}
