//! The annotation that asks for an exemption.

use serde_json::{Value, json};

use crate::common;
use crate::common::fixtures::fixtures;
use crate::common::{
    KINDS, annotation, answer, create, good_spec, kind_named, message, payload, update, validate_in, warnings,
};
use crate::support::{ANNOTATION, allowing, mixed_spec};

/// A request for an object of a kind with the annotation at a path of metadata.
fn annotated(kind: &str, path: &str, text: &str) -> Value {
    let kind = kind_named(kind);
    let mut object = kind.object(mixed_spec());
    let metadata = path.split('.').fold(&mut object, |value, key| &mut value[key]);
    metadata["annotations"] = json!({ANNOTATION: text});
    create(&object)
}

/// The places of the annotation in a kind: the object, and its pod template.
fn places(kind: &common::Kind) -> Vec<String> {
    let mut places = vec!["metadata".to_owned(), kind.template_metadata()];
    places.dedup();
    places
}

fn in_vain(place: &str, remedy: &str) -> String {
    format!("exemption {place}.annotations[\"{ANNOTATION}\"]: the annotation has no effect; {remedy}")
}

const ASK: &str = "ask the administrator to set allowAnnotations or an exemption in the settings";

const WRITE: &str = "write it as <rule>[,<rule>]: <reason>, with rules of this policy";

/// Checks that nothing is exempted, and that a warning says why.
fn assert_in_vain(kind: &common::Kind, place: &str, text: &str, settings: &Value, remedy: &str) {
    let request = annotated(kind.name, place, text);
    let mut plain = request.clone();
    place.split('.').fold(&mut plain["object"], |value, key| &mut value[key])["annotations"].take();
    let (plain, response) = (answer(&plain, settings), answer(&request, settings));
    let name = format!("{}, {place}, {text:?}", kind.name);
    let line = in_vain(place, remedy);
    assert!(line.len() <= 256, "{line}");
    let mut expected = vec![line];
    expected.extend(warnings(&plain));
    assert_eq!(warnings(&response), expected, "{name}");
    assert_eq!(annotation(&response, "denied"), annotation(&plain, "denied"), "{name}");
    assert_eq!(annotation(&response, "exempted"), "", "{name}");
    let mut ids: Vec<_> = annotation(&plain, "warned").split(',').filter(|id| !id.is_empty()).collect();
    ids.push("exemption");
    ids.sort_unstable();
    assert_eq!(annotation(&response, "warned"), ids.join(","), "{name}");
}

#[test]
fn an_annotation_exempts_where_the_settings_allow_it() {
    for kind in &KINDS {
        for place in places(kind) {
            for (text, exempted) in [
                ("host-pid: it is old", "host-pid"),
                ("host-pid:it is old", "host-pid"),
                ("  host-pid  :  it is old  ", "host-pid"),
                (
                    "host-pid,termination-grace-period: see https://wiki.example.com: 7",
                    "host-pid,termination-grace-period",
                ),
                ("termination-grace-period , host-pid: two", "host-pid,termination-grace-period"),
                ("host-pid,host-pid: twice", "host-pid"),
                ("host-ipc,host-pid: one is not there", "host-pid"),
                ("host-ipc: nothing of it is there", ""),
            ] {
                let request = annotated(kind.name, &place, text);
                let response = answer(&request, &allowing());
                let name = format!("{}, {place}, {text}", kind.name);
                assert_eq!(annotation(&response, "exempted"), exempted, "{name}");
                assert!(!message(&response).contains("exemption "), "{name}: {response}");
                for id in exempted.split(',').filter(|id| !id.is_empty()) {
                    assert!(!annotation(&response, "denied").contains(id), "{name}");
                    assert!(!message(&response).contains(&format!("{id} ")), "{name}: {response}");
                }
                let left = "host-pid,termination-grace-period".split(',').filter(|id| !exempted.contains(id));
                assert!(left.clone().all(|id| annotation(&response, "denied").contains(id)), "{name}: {response}");
            }
        }
    }
}

#[test]
fn annotations_of_the_object_and_of_its_template_add_up() {
    let mut request = annotated("CronJob", "metadata", "host-pid: one");
    request["object"]["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["annotations"] =
        json!({ANNOTATION: "termination-grace-period: other"});
    let response = answer(&request, &allowing());
    assert_eq!(response["accepted"], true, "{response}");
    assert_eq!(annotation(&response, "exempted"), "host-pid,termination-grace-period");

    // The Jobs of a CronJob are neither the object nor its pod template.
    let response = answer(&annotated("CronJob", "spec.jobTemplate.metadata", "host-pid: it is old"), &allowing());
    assert_eq!(annotation(&response, "exempted"), "");
    assert!(annotation(&response, "denied").contains("host-pid"));
}

#[test]
fn an_annotation_exempts_objects_without_pods_too() {
    let service = json!({"apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop", "annotations": {ANNOTATION: "external-traffic-policy: it is old"}},
        "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}});
    for request in [create(&service), update(&service, &service)] {
        let response = answer(&request, &allowing());
        assert_eq!(response, json!({"accepted": true, "audit_annotations": {"exempted": "external-traffic-policy"}}));
    }
    let mut settings = allowing();
    settings["mutate"] = json!("full");
    let response = answer(&create(&service), &settings);
    assert_eq!(response["mutated_object"]["spec"]["externalTrafficPolicy"], "Local", "{response}");
}

#[test]
fn a_pod_that_runs_elsewhere_is_left_alone_with_its_annotation() {
    for kind in ["Pod", "Deployment"] {
        let mut request = annotated(kind, "metadata", "host-pid: it is old");
        let spec = if kind == "Pod" { "/object/spec" } else { "/object/spec/template/spec" };
        request.pointer_mut(spec).unwrap()["nodeSelector"] = json!({"pool": "managed"});
        assert_eq!(answer(&request, &json!({"nodeKind": "mixed"})), json!({"accepted": true}), "{kind}");
    }
}

#[test]
fn an_annotation_has_no_effect_without_the_setting_and_a_warning_says_so() {
    for kind in &KINDS {
        for place in places(kind) {
            for settings in [json!({}), json!({"allowAnnotations": false}), json!({"allowAnnotations": null})] {
                assert_in_vain(kind, &place, "host-pid: it is old", &settings, ASK);
                assert_in_vain(kind, &place, "nonsense", &settings, ASK);
            }
        }
    }
}

#[test]
fn a_malformed_annotation_has_no_effect_and_a_warning_says_so() {
    let texts = [
        "host-pid",
        "host-pid:",
        "host-pid:   ",
        ": a reason",
        ",: a reason",
        "host-pid,: a reason",
        ",host-pid: a reason",
        "host-pid host-ipc: a reason",
        "host-pid;host-ipc: a reason",
        "Host-PID: a reason",
        "hostpid: a reason",
        "host-pid,unknown: a reason",
        "*: a reason",
        "all: a reason",
        "exemption: a reason",
        " ",
        "host-pid\u{ff1a} a reason",
        "\u{e4}: a reason",
    ];
    for kind in [kind_named("Pod"), kind_named("Deployment"), kind_named("CronJob")] {
        for place in places(kind) {
            for text in texts {
                assert_in_vain(kind, &place, text, &allowing(), WRITE);
            }
        }
    }
    let long = "x".repeat(200_000);
    assert_in_vain(kind_named("Pod"), "metadata", &long, &allowing(), WRITE);
}

#[test]
fn a_good_annotation_works_beside_a_malformed_one() {
    let mut request = annotated("Deployment", "metadata", "host-pid,termination-grace-period: one");
    request["object"]["spec"]["template"]["metadata"]["annotations"] = json!({ANNOTATION: "host-pid"});
    let response = answer(&request, &allowing());
    assert_eq!(response["accepted"], true, "{response}");
    assert_eq!(annotation(&response, "exempted"), "host-pid,termination-grace-period");
    assert_eq!(warnings(&response)[0], in_vain("spec.template.metadata", WRITE));
}

#[test]
fn an_annotation_in_vain_is_told_of_on_a_good_object_too() {
    let mut object = kind_named("Pod").object(good_spec());
    object["metadata"]["annotations"] = json!({ANNOTATION: "host-pid: it is old"});
    let line = in_vain("metadata", ASK);
    let expected =
        json!({"accepted": true, "message": line, "warnings": [line], "audit_annotations": {"warned": "exemption"}});
    assert_eq!(answer(&create(&object), &json!({})), expected);
    assert_eq!(answer(&create(&object), &allowing()), json!({"accepted": true}), "nothing is found that it exempts");
    assert_eq!(answer(&create(&object), &json!({"nodeKind": "managed"})), json!({"accepted": true}));

    // The word about it stays where something is fixed.
    object["spec"]["terminationGracePeriodSeconds"] = json!(60);
    let response = answer(&create(&object), &json!({"mutate": "full"}));
    assert_eq!(response["mutated_object"]["spec"]["terminationGracePeriodSeconds"], 30);
    assert!(warnings(&response).contains(&line), "{response}");
    assert_eq!(response["audit_annotations"], json!({"fixed": "termination-grace-period", "warned": "exemption"}));
}

#[test]
fn null_in_the_place_of_an_annotation_is_none() {
    let mut object = kind_named("Pod").object(good_spec());
    for annotations in [json!(null), json!({}), json!({ANNOTATION: null})] {
        object["metadata"]["annotations"] = annotations;
        for settings in [json!({}), allowing()] {
            assert_eq!(answer(&create(&object), &settings), json!({"accepted": true}));
        }
    }
}

#[test]
fn an_annotation_exempts_the_rule_that_it_names_and_no_other() {
    let mut count = 0;
    for (rule, fixture) in fixtures() {
        for case in fixture.finds.iter().filter(|case| case.pod.is_some()) {
            let mut request = case.plant().remove(0).request;
            let mut settings = case.settings();
            settings["allowAnnotations"] = json!(true);
            for (id, exempted) in [(rule.as_str(), rule.as_str()), ("config-propagation", "")] {
                request["object"]["metadata"]["annotations"] = json!({ANNOTATION: format!("{id}: a reason")});
                let response = validate_in(&case.cluster, &payload(&request, &settings));
                assert_eq!(annotation(&response, "exempted"), exempted, "{rule}, {}: {id}", case.name);
            }
            count += 1;
        }
    }
    assert!(count > 30, "{count} cases");
}
