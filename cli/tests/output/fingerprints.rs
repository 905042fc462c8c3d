//! Fingerprints survive edits, and tell findings apart.

use std::collections::BTreeSet;

use oke_vn::output::fingerprint::{anchor, settings_digest};
use oke_vn::output::model::*;
use oke_vn::output::workspace::Workspace;
use serde_json::value::RawValue;

use crate::sample::{self, Row, object};

fn fingerprints(report: &Report) -> Vec<String> {
    report.findings().map(|(_, finding)| finding.fingerprint.clone()).collect()
}

#[test]
fn lines_and_positions_are_not_part_of_them() {
    let report = sample::report();
    let mut edited = report.clone();
    for object in &mut edited.objects {
        object.location.line = object.location.line.map(|line| line + 40);
        for finding in &mut object.findings {
            finding.location.line = finding.location.line.map(|line| line + 40);
            finding.location.column = Some(1);
            finding.path = finding.path.replace("containers[0]", "containers[5]");
            finding.anchor.clear();
        }
    }
    edited.finish();
    assert_eq!(fingerprints(&report), fingerprints(&edited));
}

#[test]
fn levels_and_words_are_not_part_of_them() {
    let report = sample::report();
    let mut changed = report.clone();
    for finding in changed.objects.iter_mut().flat_map(|object| &mut object.findings) {
        finding.level = Level::Warn;
        finding.problem = "in other words".to_owned();
        finding.fix = Fix::Manual;
    }
    changed.finish();
    assert_eq!(fingerprints(&report), fingerprints(&changed));
}

#[test]
fn no_two_findings_share_one() {
    let mut report = sample::report();
    let again = report.objects.clone();
    report.objects.extend(again);
    report.finish();
    let all = fingerprints(&report);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    assert!(all.iter().all(|one| one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit())));
    let again = {
        report.finish();
        fingerprints(&report)
    };
    assert_eq!(all, again, "finishing twice changes nothing");
}

#[test]
fn they_are_those_of_the_first_release() {
    // A change of these makes every finding of every user new.
    let report = sample::report();
    assert_eq!(fingerprints(&report)[0], "b44f9a3c09fb664763e9c5044486312e");
}

#[test]
fn the_way_a_file_is_named_is_not_part_of_them() {
    let of = |file: &str, directory: &str| {
        let mut report = Report::new(Settings::default());
        report.workspace = Workspace { root: "/repo".to_owned(), directory: directory.to_owned() };
        let row = Row("host-pid", Level::Deny, "spec.hostPID", 3, None, Fix::Manual);
        report.objects.push(object("Pod", "a/b", (file, 1), &[row]));
        report.finish();
        fingerprints(&report)
    };
    assert_eq!(of("deploy/a.yaml", "/repo"), of("./a.yaml", "/repo/deploy"));
    assert_eq!(of("deploy/a.yaml", "/repo"), of("/repo/deploy/a.yaml", "/somewhere"));
    assert_ne!(of("deploy/a.yaml", "/repo"), of("deploy/b.yaml", "/repo"));
}

#[test]
fn a_child_counts_by_its_kind() {
    let of = |child: &str| {
        let mut report = sample::report();
        report.objects[0].findings[2].child = Some(child.to_owned());
        report.finish();
        fingerprints(&report)[2].clone()
    };
    assert_eq!(of("Pod shop/web-1"), of("Pod shop/web-2"), "a rollout makes new pods");
    assert_ne!(of("Pod shop/web-1"), of("ReplicaSet shop/web-1"));
}

#[test]
fn anchors_name_what_has_a_name() {
    let names = |path: &str| match path {
        "spec.containers[1]" => Some("web".to_owned()),
        "spec.containers[1].ports[0]" => Some("http".to_owned()),
        _ => None,
    };
    assert_eq!(anchor("spec.containers[1].ports[0].hostPort", names), "spec.containers[web].ports[http].hostPort");
    assert_eq!(anchor("spec.volumes[12]", names), "spec.volumes[]");
    assert_eq!(anchor("spec.hostPID", names), "spec.hostPID");
    assert_eq!(anchor(r#"resources.limits["nvidia.com/gpu"]"#, names), r#"resources.limits["nvidia.com/gpu"]"#);
    assert_eq!(anchor(r#"metadata.annotations["a[0]\"]b"].x[3]"#, names), r#"metadata.annotations["a[0]\"]b"].x[]"#);
    assert_eq!(anchor("a[", names), "a[");
    assert_eq!(anchor("", names), "");
}

#[test]
fn the_digest_of_settings_is_that_of_their_values() {
    let digest = |text: &str| settings_digest(&RawValue::from_string(text.to_owned()).unwrap());
    assert_eq!(digest(r#"{"a": 1, "b": 2}"#), digest(r#"{"b":2,"a":1}"#));
    assert_ne!(digest(r#"{"a": 1}"#), digest(r#"{"a": 2}"#));
    assert_eq!(digest("{}"), "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}
