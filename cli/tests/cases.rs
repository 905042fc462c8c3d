//! Inputs that a check could get wrong without anybody's notice, each with what is right: the files of `test_data/inputs`,
//! and pods that are told apart by one field.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The file of a case.
fn input(name: &str) -> PathBuf {
    root().join("test_data/inputs").join(name)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Status and report of a check.
fn check(args: &[&str], paths: &[PathBuf]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_oke-vn"))
        .args(["check", "--no-config", "--output", "json"])
        .args(args)
        .args(paths)
        .output()
        .expect("the program runs");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output.status.code().expect("a status"), report)
}

/// Status and report of a check of one manifest.
fn check_text(args: &[&str], text: &str) -> (i32, Value) {
    let directory = tempfile::tempdir().expect("a folder");
    let path = directory.path().join("manifest.yaml");
    std::fs::write(&path, text).expect("a file");
    check(args, &[path])
}

/// Each object in a line: kind, name and verdict.
fn verdicts(report: &Value) -> Vec<String> {
    let objects = report["objects"].as_array().expect("objects").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    objects.map(|object| [&object["kind"], &object["name"], &object["verdict"]].map(text).join(" ")).collect()
}

/// The rules that deny an object.
fn denials<'r>(report: &'r Value, name: &str) -> Vec<&'r str> {
    let objects = report["objects"].as_array().expect("objects").iter();
    let findings = objects.filter(|object| object["name"] == name).filter_map(|object| object["findings"].as_array());
    let denials = findings.flatten().filter(|finding| finding["level"] == "deny");
    denials.filter_map(|finding| finding["rule"].as_str()).collect()
}

/// The counts that are not zero, in the order of the report.
fn counts(report: &Value) -> Vec<String> {
    let counts = report["summary"].as_object().expect("counts").iter();
    let mut counts: Vec<_> =
        counts.filter(|(_, count)| **count != 0).map(|(name, count)| format!("{name} {count}")).collect();
    counts.sort();
    counts
}

#[test]
fn kinds_of_products_are_judged_or_named() {
    let (status, report) = check(&[], &[input("unknown-kinds.yaml")]);
    assert_eq!(status, 1);
    assert_eq!(
        verdicts(&report),
        [
            "Rollout r denied",
            "Service k denied",
            "Workflow w notLookedInto",
            "HelmRelease h withoutPods",
            "Prometheus p notLookedInto",
            "Kustomization (no name) withoutPods",
            "Depoyment typo notLookedInto",
        ]
    );
    assert_eq!(denials(&report, "r"), ["host-network", "init-containers", "privileged"]);
    assert_eq!(denials(&report, "k"), ["privileged"]);
    assert_eq!(counts(&report), ["denied 2", "notLookedInto 3", "objects 7", "withoutPods 2"]);
    // A kind that nobody knows comes with the one that was meant.
    let typo = &report["objects"][6];
    let meant = typo["didYouMean"].as_str().unwrap_or_default();
    assert!(meant.starts_with("Deployment"), "{typo}");
}

#[test]
fn what_does_not_parse_is_an_error_beside_what_is_judged() {
    let (status, report) = check(&[], &[input("does-not-parse.yaml"), input("utf16.yaml")]);
    assert_eq!(status, 2);
    assert_eq!(verdicts(&report), ["Pod u denied"]);
    let unreadable = report["unreadable"].as_array().expect("a list");
    let [broken] = unreadable.as_slice() else { panic!("{report}") };
    assert!(broken["file"].as_str().expect("a file").ends_with("does-not-parse.yaml"), "{broken}");
    assert_eq!((&broken["line"], &broken["column"]), (&4.into(), &5.into()));
    assert_eq!(counts(&report), ["denied 1", "objects 1", "unreadable 1"]);
    // Whatever may be denied.
    assert_eq!(check(&["--fail-on", "never"], &[input("does-not-parse.yaml")]).0, 2);
}

#[test]
fn utf_16_is_read() {
    let (status, report) = check(&[], &[input("utf16.yaml")]);
    assert_eq!((status, denials(&report, "u")), (1, vec!["host-pid"]));
}

#[test]
fn what_kubernetes_parser_reads_is_read() {
    let (status, report) = check(&[], &[input("quoted-at-the-margin.yaml")]);
    assert_eq!((status, denials(&report, "after")), (1, vec!["host-pid"]));
    assert_eq!(verdicts(&report).len(), 2);
    let finding = &report["objects"][1]["findings"][0];
    assert_eq!((&finding["rule"], &finding["line"]), (&"host-pid".into(), &16.into()));
}

#[test]
fn what_a_workload_made_counts_with_it() {
    let (status, report) = check(&[], &[input("owners.yaml")]);
    assert_eq!(status, 1);
    assert_eq!(verdicts(&report), ["Deployment web denied", "Pod bare denied"]);
    assert_eq!(counts(&report), ["denied 2", "folded 4", "objects 2"]);
    let (_, report) = check(&["--no-fold"], &[input("owners.yaml")]);
    assert_eq!(verdicts(&report).len(), 6);
}

/// A Pod with the name of its controller's making, and that controller.
fn named_by(api_version: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web-0\n  ownerReferences:\n  - {{apiVersion: {api_version}, kind: \
         StatefulSet, name: web, uid: u, controller: true}}\nspec:\n  hostname: web-0\n  subdomain: peers\n  containers:\n  \
         - {{name: c, image: i, resources: {{limits: {{cpu: 1, memory: 1Gi}}}}}}\n"
    )
}

#[test]
fn a_hostname_that_a_controller_gave_is_accepted() {
    for api_version in ["apps/v1", "apps.kruise.io/v1beta1"] {
        let (status, report) = check_text(&[], &named_by(api_version));
        assert_eq!((status, verdicts(&report)), (0, vec!["Pod web-0 clean".to_owned()]), "{api_version}");
    }
    let by_hand = named_by("apps/v1").replace("hostname: web-0", "hostname: web");
    assert_eq!(denials(&check_text(&[], &by_hand).1, "web-0"), ["hostname"]);
}

/// A Pod, or a Deployment of it, with these fields.
fn pod(fields: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  {fields}\n  containers:\n  - {{name: c, image: i, resources: \
         {{limits: {{cpu: 1, memory: 1Gi}}}}}}\n"
    )
}

fn deployment(fields: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec:\n  template:\n    spec:\n      {fields}\n      \
         containers:\n      - {{name: c, image: i, resources: {{limits: {{cpu: 1, memory: 1Gi}}}}}}\n"
    )
}

#[test]
fn a_node_name_passes_the_scheduler_by() {
    let mixed = r#"{"nodeKind": "mixed", "virtualNodes": {"labels": {"node-role.kubernetes.io/virtual-node": ""},
                    "taints": [{"key": "virtual", "value": "true", "effect": "NoSchedule"}]}}"#;
    let (status, report) = check_text(&["--settings-json", mixed], &pod("hostNetwork: true\n  nodeName: 10.0.5.207"));
    assert_eq!((status, denials(&report, "p")), (1, vec!["host-network"]));
    // Without it the taint keeps the Pod away.
    let (status, report) = check_text(&["--settings-json", mixed], &pod("hostNetwork: true"));
    assert_eq!((status, verdicts(&report)), (0, vec!["Pod p staysOnManagedNodes".to_owned()]));

    // To keep Pods off virtual nodes does not help where they name their node.
    let kept = r#"{"nodeKind": "mixed", "rules": {"placement": {"mutate": true}}}"#;
    let (status, report) = check_text(&["--settings-json", kept], &deployment("hostNetwork: true\n      nodeName: n1"));
    assert_eq!((status, denials(&report, "d")), (1, vec!["host-network"]));
}

#[test]
fn fixes_that_the_api_server_would_refuse_are_not_made() {
    let fixed = |settings: &str, text: &str| {
        let (_, report) = check_text(&["--fix", "--settings-json", settings], text);
        report["files"].as_array().map_or(0, Vec::len)
    };
    // Without their addresses the two ports would be equal.
    let ports = |second: &str| {
        pod("restartPolicy: Always").replace(
            "image: i,",
            &format!(
                "image: i, ports: [{{containerPort: 80, hostPort: 8080, hostIP: 10.0.0.1}}, {{containerPort: 81, \
                 hostPort: {second}, hostIP: 10.0.0.2}}],"
            ),
        )
    };
    let settings = r#"{"rules": {"host-port": "warn", "host-ip": {"mutate": true}}}"#;
    assert_eq!((fixed(settings, &ports("8080")), fixed(settings, &ports("8081"))), (0, 1));
    // A signal that stops a container needs the name of the operating system.
    let signal = |lifecycle: &str| pod("os: {name: linux}").replace("image: i,", &format!("image: i,{lifecycle}"));
    let settings = r#"{"rules": {"pod-os": {"mutate": true}}}"#;
    assert_eq!((fixed(settings, &signal(" lifecycle: {stopSignal: SIGUSR1},")), fixed(settings, &signal(""))), (0, 1));
}

#[test]
fn the_manifests_to_deploy_are_settings() {
    let sample = root().join("test_data/manifests/web-app.yaml");
    for (file, policy) in [
        ("virtual", None),
        ("monitor", None),
        ("mixed", None),
        ("custom-workloads", None),
        ("namespace", None),
        ("mutating", Some("oke-virtual-nodes")),
        ("mutating", Some("oke-virtual-nodes-final")),
    ] {
        let path = root().join(format!("deploy/{file}.yaml"));
        let mut args = vec!["--settings-path", path.to_str().expect("text")];
        args.extend(policy.iter().flat_map(|policy| ["--policy-name", policy]));
        let (status, report) = check(&args, std::slice::from_ref(&sample));
        assert!(status < 2, "{file}: {report}");
        assert!(report["summary"]["objects"].as_u64() > Some(0), "{file}: {report}");
    }
}
