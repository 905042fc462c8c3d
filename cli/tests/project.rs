//! `.oke-vn.yaml`, ignore comments, baselines, differences, settings from a policy, and objects that count with their
//! owners: the program from outside, in a repository of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

/// A repository with these files.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        fs::create_dir(repository.0.path().join(".git")).unwrap();
        for (name, text) in files {
            repository.write(name, text);
        }
        repository
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    fn run_in(&self, directory: &str, args: &[&str]) -> Output {
        let directory = self.0.path().join(directory);
        Command::new(env!("CARGO_BIN_EXE_oke-vn")).current_dir(directory).args(args).output().unwrap()
    }

    /// Status and standard output.
    fn run(&self, args: &[&str]) -> (i32, String) {
        let output = self.run_in("", args);
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    }

    /// Status and report of a check.
    fn check(&self, args: &[&str]) -> (i32, Value) {
        let (status, text) = self.run(&[&["check", "--output", "json"], args].concat());
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
    }
}

/// The rules and standings of all findings.
fn found(report: &Value) -> Vec<String> {
    let objects = report["objects"].as_array().unwrap().iter();
    let findings = objects.flat_map(|object| object["findings"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings
        .map(|finding| match &finding["exempt"]["by"] {
            Value::Null => format!("{} {}", text(&finding["level"]), text(&finding["rule"])),
            by => format!("{} exempts {}", text(by), text(&finding["rule"])),
        })
        .collect()
}

fn verdicts(report: &Value) -> Vec<(&str, &str)> {
    let objects = report["objects"].as_array().unwrap().iter();
    objects.map(|object| (object["name"].as_str().unwrap(), object["verdict"].as_str().unwrap())).collect()
}

const WEB: &str = "apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  hostNetwork: true # oke-vn: ignore host-network - moves in spring
  hostPID: true
  hostname: web
  containers:
  - {name: c, image: i, resources: {limits: {cpu: 1, memory: 1Gi}}}
";

#[test]
fn a_configuration_says_what_is_checked_and_how() {
    let config = "settings: {rules: {hostname: warn}}\npaths: [manifests]\nexclude: ['**/old/**']\nfailOn: never\n\
                  ignore:\n- {rules: [host-pid], objects: [Pod shop/*], reason: known}\n\
                  - {rules: [host-ipc], reason: gone}\n- {rules: [hostname], reason: was short, until: 2020-01-01}\n";
    let repository = Repository::new(&[
        (".oke-vn.yaml", config),
        ("manifests/web.yaml", WEB),
        ("manifests/old/bad.yaml", "apiVersion: v1\nkind: Pod\nspec: {hostIPC: true, containers: []}\n"),
        ("deep/down/empty", ""),
    ]);
    let (status, report) = repository.check(&[]);
    assert_eq!(status, 0);
    assert_eq!(found(&report), ["comment exempts host-network", "config exempts host-pid", "warn hostname"]);
    assert_eq!(
        report["skipped"],
        json!([{"reason": "excluded by .oke-vn.yaml", "count": 1, "examples": ["manifests/old/bad.yaml"]}])
    );
    let problems: Vec<_> =
        report["ignores"].as_array().unwrap().iter().map(|one| one["problem"].as_str().unwrap()).collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("nothing is left to ignore for host-ipc"), "{problems:?}");
    assert!(problems[1].contains("the entry for hostname expired after 2020-01-01"), "{problems:?}");

    // Found upwards, and its paths start at its own directory.
    let output = repository.run_in("deep/down", &["check", "--output", "compact"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("../../manifests/web.yaml:7:3: warn hostname"), "{text}");
    // Options come first.
    assert_eq!(repository.check(&["--fail-on", "warn"]).0, 1);
    assert_eq!(found(&repository.check(&["--settings-json", "{}"]).1)[2], "deny hostname");
    // An entry for what was not looked at is not called unused.
    let (_, part) = repository.check(&["manifests/web.yaml"]);
    assert_eq!(part["ignores"].as_array().unwrap().len(), 1, "{part}");
    let (status, without) = repository.check(&["--no-config", "manifests"]);
    assert_eq!((status, found(&without).len()), (1, 4));
}

#[test]
fn a_wrong_configuration_is_explained() {
    let repository = Repository::new(&[("web.yaml", WEB)]);
    for (config, expected) in [
        (
            "ignore:\n- {rules: [hostpid], reason: r}\n",
            ".oke-vn.yaml:2:12: unknown rule `hostpid`; did you mean `host-pid`?",
        ),
        ("setings: {}\n", ".oke-vn.yaml:1:1: "),
        ("settingsFrom: gone.yaml\n", "the settings file gone.yaml"),
        ("baseline: gone.json\n", "cannot read the baseline gone.json"),
        ("settings: {profil: strict}\n", "profil: unknown setting"),
    ] {
        repository.write(".oke-vn.yaml", config);
        let output = repository.run_in("", &["check", "web.yaml"]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{config}");
        assert!(error.contains(expected), "{config}: {error}");
    }
    fs::remove_file(repository.0.path().join(".oke-vn.yaml")).unwrap();
    let output = repository.run_in("", &["check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("nothing to check: name files or directories"));
}

#[test]
fn what_is_ignored_is_not_fixed() {
    let text = WEB.replace("  hostname: web\n", "  # oke-vn: ignore hostname - the database asks for it\n  hostname: web\n  dnsConfig: {options: [{name: a}]}\n  terminationGracePeriodSeconds: 5\n");
    let repository = Repository::new(&[("web.yaml", &text)]);
    let (_, report) = repository.check(&["--fix", "--in-place", "web.yaml"]);
    let fixed = repository.read("web.yaml");
    assert!(fixed.contains("  hostname: web\n") && fixed.contains("terminationGracePeriodSeconds: 30"), "{fixed}");
    assert!(found(&report).contains(&"comment exempts hostname".to_owned()), "{report}");
}

#[test]
fn a_baseline_lets_a_check_fail_only_on_what_is_new() {
    let repository = Repository::new(&[("web.yaml", WEB)]);
    assert_eq!(repository.run(&["baseline", "web.yaml"]), (0, ".oke-vn-baseline.json: 2 known findings\n".to_owned()));
    let known = ["check", "--baseline", ".oke-vn-baseline.json", "web.yaml"];
    let (status, text) = repository.run(&known);
    assert_eq!(status, 0, "{text}");
    assert!(
        text.contains("2 findings are in the baseline and are not listed.") && !text.contains("host-pid"),
        "{text}"
    );
    // Lines move, and the findings stay the same.
    repository.write("web.yaml", &format!("# A comment.\n\n{WEB}"));
    assert_eq!(repository.run(&known).0, 0);
    repository.write("web.yaml", &WEB.replace("hostname: web", "hostIPC: true"));
    let (status, text) = repository.run(&known);
    assert_eq!(status, 1, "{text}");
    assert!(text.contains(": deny host-ipc") && !text.contains(": deny host-pid"), "{text}");
    assert!(text.contains("1 finding of the baseline .oke-vn-baseline.json did not come up"), "{text}");
    repository.write(".oke-vn.yaml", "baseline: known.json\npaths: [web.yaml]\n");
    assert_eq!(repository.run(&["baseline"]).1, "known.json: 2 known findings\n");
    assert_eq!(repository.run(&["check"]).0, 0);
}

#[test]
fn reports_and_manifests_are_compared() {
    let repository =
        Repository::new(&[("old/web.yaml", WEB), ("web.yaml", &WEB.replace("hostname: web", "hostIPC: true"))]);
    repository.run(&["check", "--output", "json=old.json", "web.yaml"]);
    let (status, text) = repository.run(&["diff", "old.json", "web.yaml"]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("0 findings are new, 0 gone and 2 unchanged"), "{text}");
    repository.write("web.yaml", WEB);
    let (status, text) = repository.run(&["diff", "old.json", "web.yaml", "--output", "json"]);
    let diff: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (status, &diff["new"][0]["finding"]["rule"], &diff["gone"][0]["finding"]["rule"]),
        (1, &json!("hostname"), &json!("host-ipc"))
    );
    assert_eq!(repository.run(&["diff", "old.json", "web.yaml", "--fail-on", "never"]).0, 0);
    let (_, text) = repository.run(&["diff", "old/web.yaml", "web.yaml", "--output", "markdown"]);
    assert!(text.contains("0 findings are new"), "{text}");
    repository.write("other.json", r#"{"schemaVersion": 99}"#);
    let output = repository.run_in("", &["diff", "other.json", "web.yaml"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("its schemaVersion is 99"));
}

const POLICY: &str = "apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: strict}
spec:
  rules: [{apiGroups: [''], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
  namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [platform]}]}
  settings: {rules: {hostname: warn}}
---
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: all}
spec:
  rules: [{apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*']}]
";

#[test]
fn a_policy_says_what_it_is_asked_about() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\nspec: {type: LoadBalancer, externalTrafficPolicy: Local}\n";
    let other = WEB.replace("name: web, namespace: shop", "name: agent, namespace: agents");
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: agents, labels: {team: platform}}\n";
    let repository =
        Repository::new(&[("policy.yaml", POLICY), ("m/all.yaml", &[WEB, service, &other, namespace].join("---\n"))]);
    let with = |name: &str| repository.check(&["--settings-path", "policy.yaml", "--policy-name", name, "m"]).1;
    let strict = with("strict");
    assert_eq!(
        verdicts(&strict),
        [("web", "denied"), ("s", "notAsked"), ("agent", "notAsked"), ("agents", "notAsked")]
    );
    assert_eq!(strict["settings"]["source"], "policy.yaml");
    assert_eq!((&strict["summary"]["notAsked"], &strict["summary"]["objects"]), (&json!(3), &json!(4)));
    assert!(found(&strict).contains(&"warn hostname".to_owned()));
    // The labels of `shop` are not known.
    let note = strict["notes"][0].as_str().unwrap();
    assert!(note.contains("ClusterAdmissionPolicy `strict` asks for labels that are not known (team)"), "{note}");
    assert_eq!(verdicts(&with("all"))[1..3], [("s", "denied"), ("agent", "denied")]);
    let output = repository.run_in("", &["check", "--settings-path", "policy.yaml", "m"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("choose one of them with --policy-name"));
}

#[test]
fn what_the_policy_is_not_asked_about_is_not_fixed() {
    let repository = Repository::new(&[
        ("policy.yaml", &POLICY.replace("resources: [pods]", "resources: [services]")),
        ("web.yaml", WEB),
    ]);
    let args = ["check", "--fix", "--settings-path", "policy.yaml", "--policy-name", "strict", "web.yaml"];
    let (status, text) = repository.run(&args);
    assert!(status == 0 && !text.contains("+++"), "{text}");
}

#[test]
fn rules_are_chosen() {
    let repository = Repository::new(&[("web.yaml", WEB)]);
    let rules = |args: &[&str]| found(&repository.check(&[args, &["web.yaml"]].concat()).1);
    assert_eq!(rules(&["--only", "hostname,host-ipc"]), ["deny hostname"]);
    assert_eq!(rules(&["--skip", "hostname", "--skip", "host-network"]), ["deny host-pid"]);
    let output = repository.run_in("", &["check", "--skip", "hostnam", "web.yaml"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("did you mean `hostname`?"));
    // A comment for a rule that is not checked is not called unused.
    assert_eq!(repository.check(&["--only", "hostname", "web.yaml"]).1["ignores"], json!([]));
}

#[test]
fn kinds_that_nobody_looked_into_can_be_an_error() {
    let fleet = "apiVersion: example.com/v1\nkind: Fleet\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a, image: i}]}}}\n";
    let repository = Repository::new(&[("fleet.yaml", fleet)]);
    assert_eq!(repository.check(&["fleet.yaml"]).0, 0);
    let (status, report) = repository.check(&["--strict-kinds", "--fail-on", "never", "fleet.yaml"]);
    assert_eq!((status, verdicts(&report)), (2, vec![("a", "notLookedInto")]));
}

#[test]
fn objects_count_with_their_owners() {
    let owners = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data/inputs/owners.yaml");
    let repository = Repository::new(&[("owners.yaml", &fs::read_to_string(owners).unwrap())]);
    let (_, report) = repository.check(&["owners.yaml"]);
    assert_eq!(verdicts(&report), [("web", "denied"), ("bare", "denied")]);
    assert_eq!((&report["summary"]["denied"], &report["summary"]["folded"]), (&json!(2), &json!(4)));
    let (_, all) = repository.check(&["--no-fold", "owners.yaml"]);
    assert_eq!(all["summary"]["objects"], 6);
}

#[test]
fn a_baseline_is_not_written_from_less_than_everything() {
    let repository = Repository::new(&[("web.yaml", WEB)]);
    repository.run(&["baseline", "web.yaml"]);
    let known = repository.read(".oke-vn-baseline.json");
    assert_eq!(repository.run(&["baseline", "wbe.yaml"]), (2, String::new()));
    assert_eq!(repository.read(".oke-vn-baseline.json"), known);
}

#[test]
fn a_report_overwrites_nothing_that_was_checked() {
    let repository = Repository::new(&[("web.yaml", WEB)]);
    let output = repository.run_in("", &["check", "web.yaml", "--output", "json=./web.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr).unwrap().contains("--output would overwrite ./web.yaml, which was checked")
    );
    assert_eq!(repository.read("web.yaml"), WEB);
    let output = repository.run_in("", &["check", "web.yaml", "--output", "json=a", "--output", "csv=a"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("--output names a twice"));
}
