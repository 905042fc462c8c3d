//! SARIF: valid by the schema of OASIS, and by what GitHub asks for beyond it.

use std::collections::BTreeSet;
use std::process::Command;

use oke_vn::output::Format;
use oke_vn::output::model::*;
use oke_vn::output::workspace::Workspace;
use serde_json::Value;

use crate::render;
use crate::sample;

fn sarif(report: &Report) -> Value {
    serde_json::from_str(&render(Format::Sarif, report)).unwrap()
}

/// The schema, as the crate `serde-sarif` brings it.
fn official_schema() -> Value {
    let version = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(env!("CARGO"))
        // Without the crates of other platforms, which nothing has downloaded.
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host, "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let manifest = package["manifest_path"].as_str().unwrap();
    let schema = manifest.replace("Cargo.toml", "src/schema.json");
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    // Its pattern for languages has a bracket too many, and strict readers of patterns refuse it.
    let languages = schema.pointer_mut("/definitions/run/properties/language").unwrap();
    languages.as_object_mut().unwrap().remove("pattern");
    let languages = schema.pointer_mut("/definitions/toolComponent/properties/language").unwrap();
    languages.as_object_mut().unwrap().remove("pattern");
    schema
}

#[test]
fn it_is_valid() {
    let validator = jsonschema::validator_for(&official_schema()).unwrap();
    let mut cluster = sample::report();
    for object in &mut cluster.objects {
        object.cluster = Some("prod".to_owned());
        object.location = Location::default();
        object.findings.iter_mut().for_each(|finding| finding.location = Location::default());
    }
    for report in [sample::report(), sample::before(), cluster, Report::new(Settings::default())] {
        let errors: Vec<String> = validator.iter_errors(&sarif(&report)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut wrong = sarif(&sample::report());
    wrong["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn github_finds_what_it_asks_for() {
    let sarif = sarif(&sample::report());
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for rule in rules {
        assert!(ids.insert(rule["id"].as_str().unwrap()));
        for field in ["/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown", "/helpUri"] {
            assert!(!rule.pointer(field).unwrap().as_str().unwrap().is_empty());
        }
    }
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert!(!place["artifactLocation"]["uri"].as_str().unwrap().starts_with(['/', '.']));
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        assert!(place["region"]["startLine"].as_u64().unwrap() > 0);
        assert!(!result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().is_empty());
    }
    assert_eq!(run["automationDetails"]["id"], "oke-vn/");
}

#[test]
fn levels_suppressions_and_fixes_are_those_of_the_report() {
    let sarif = sarif(&sample::report());
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let of = |rule: &str| results.iter().find(|result| result["ruleId"] == rule).unwrap();
    assert_eq!(results.len(), 11, "all but the one that is fixed in its file");
    assert_eq!(of("host-pid")["level"], "error");
    assert_eq!(of("host-pid")["suppressions"], Value::Array(Vec::new()));
    assert_eq!(of("missing-resources")["level"], "warning");
    assert_eq!(of("termination-grace-period")["level"], "note");
    let suppression = &of("init-containers")["suppressions"][0];
    assert_eq!((&suppression["kind"], &suppression["status"]), (&"inSource".into(), &"accepted".into()));
    assert_eq!(suppression["justification"], "By a comment: runs on managed nodes until March");
    let change = &of("requests-equal-limits")["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "shop/web.yaml");
    assert_eq!(change["replacements"][0]["deletedRegion"]["startColumn"], 18);
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "200m");
    assert!(of("host-pid").get("fixes").is_none());
    assert!(of("host-pid").get("baselineState").is_none());
}

#[test]
fn what_could_not_be_read_is_a_notification() {
    let sarif = sarif(&sample::report());
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    let texts: Vec<&str> = notifications.iter().map(|entry| entry["message"]["text"].as_str().unwrap()).collect();
    assert!(texts[0].starts_with("Unreadable: did not find expected key"));
    assert!(texts.contains(&"Not looked into: Depoyment shop/typo"));
    assert!(texts.last().unwrap().starts_with("14 objects"));
}

#[test]
fn a_baseline_shows() {
    let mut report = sample::report();
    report.objects[0].findings[0].baseline = Some(BaselineState::Known);
    report.objects[0].findings[1].baseline = Some(BaselineState::New);
    let sarif = sarif(&report);
    assert_eq!(sarif["runs"][0]["results"][0]["baselineState"], "unchanged");
    assert_eq!(sarif["runs"][0]["results"][1]["baselineState"], "new");
}

#[test]
fn addresses_start_at_the_root_of_the_repository() {
    let uri = |root: &str, directory: &str, file: &str| {
        let mut report = sample::report();
        report.workspace = Workspace { root: root.to_owned(), directory: directory.to_owned() };
        report.objects.truncate(1);
        report.objects[0].findings[0].location.file = Some(file.to_owned());
        sarif(&report)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].clone()
    };
    let relative = |root, directory, file| {
        let place = uri(root, directory, file);
        assert_eq!(place["uriBaseId"], "%SRCROOT%");
        place["uri"].as_str().unwrap().to_owned()
    };
    assert_eq!(relative("/repo", "/repo", "a.yaml"), "a.yaml");
    assert_eq!(relative("/repo", "/repo/services", "./a.yaml"), "services/a.yaml");
    assert_eq!(relative("/repo", "/repo/services", "../deploy/a b#1.yaml"), "deploy/a%20b%231.yaml");
    assert_eq!(relative("/repo", "/repo/services", "/repo/x/../a.yaml"), "a.yaml");
    assert_eq!(relative("/repo", "/repo", "caf\u{e9}.yaml"), "caf%C3%A9.yaml");
    assert_eq!(relative("/repo", "/repo", "<stdin>"), "%3Cstdin%3E");
    assert_eq!(relative("", "", "./a.yaml"), "a.yaml");
    let outside = uri("/repo", "/repo", "/elsewhere/a.yaml");
    assert_eq!((&outside["uri"], outside.get("uriBaseId")), (&"file:///elsewhere/a.yaml".into(), None));
}
