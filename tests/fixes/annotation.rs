//! The annotation that says what was changed, where the settings ask for it.

use serde_json::{Value, json};

use crate::common::policy::FIXED_ANNOTATION;
use crate::common::{KINDS, annotation, answer, create, good_container, good_spec, overlay, warnings};
use crate::law::told;
use crate::support::{assert_denied, assert_silent, assert_unfixed, pod};

#[test]
fn the_annotation_tells_what_was_fixed() {
    let settings = json!({"mutate": "full", "annotate": true});
    let spec = json!({
        "terminationGracePeriodSeconds": 5, "hostname": "d\"b\u{e9}",
        "volumes": [{"name": "a", "secret": {"secretName": "a", "defaultMode": 256}}],
    });
    let expected = json!([
        {"path": "spec.hostname", "old": "d\"b\u{e9}", "new": null},
        {"path": "spec.terminationGracePeriodSeconds", "old": 5, "new": 30},
        {"path": "spec.volumes[0].secret.defaultMode", "old": 256, "new": 420},
    ]);
    let object = pod(spec);
    let mut bare = object.clone();
    bare.as_object_mut().unwrap().remove("metadata");
    let mut other = object.clone();
    other["metadata"]["annotations"] = json!({"example.com/a": "b"});
    let mut null = object.clone();
    null["metadata"]["annotations"] = Value::Null;
    let mut earlier = object.clone();
    earlier["metadata"]["annotations"] = json!({FIXED_ANNOTATION: "[]"});
    for object in [object, bare, other, null, earlier] {
        let answer = answer(&create(&object), &settings);
        assert_eq!(answer["accepted"], true, "{answer}");
        let fixed = &answer["mutated_object"];
        let text = fixed["metadata"]["annotations"][FIXED_ANNOTATION].as_str().expect("the annotation");
        let list: Value = serde_json::from_str(text).expect("a list");
        // The annotation may leave out what is null.
        let mut list = list.as_array().unwrap().clone();
        for entry in &mut list {
            overlay(entry, &json!({"old": entry.get("old"), "new": entry.get("new")}));
        }
        list.sort_by_key(|entry| entry["path"].to_string());
        assert_eq!(json!(list), expected);
        if let Some(other) = object.pointer("/metadata/annotations/example.com~1a") {
            assert_eq!(fixed["metadata"]["annotations"]["example.com/a"], *other);
        }
        assert_eq!(annotation(&answer, "fixed"), "hostname,termination-grace-period,volume-default-mode");
        assert_eq!(warnings(&answer).len(), 3, "the annotation is no warning");
    }
}

#[test]
fn the_annotation_is_where_something_was_fixed_and_nowhere_else() {
    let settings = json!({"mutate": "full", "annotate": true});
    let silent = pod(json!({}));
    assert_silent(&answer(&create(&silent), &settings));
    assert_denied(&answer(&create(&pod(json!({"hostPID": true, "hostname": "db"}))), &settings), "host-pid");
    assert_silent(&answer(&create(&silent), &json!({"annotate": true})));
    let mut spec = good_spec();
    spec["hostname"] = json!("db");
    // On the object itself, and not on the metadata of its template: that would be a change of the pods.
    for kind in KINDS.iter().filter(|kind| !matches!(kind.name, "Pod" | "DaemonSet")) {
        let object = kind.object(spec.clone());
        assert_unfixed(&answer(&create(&object), &settings));
        let mut settings = settings.clone();
        settings["mutateTemplates"] = json!(true);
        let answer = answer(&create(&object), &settings);
        let told = told(&answer["mutated_object"]);
        assert_eq!(told, [(format!("{}.hostname", kind.path()), json!("db"), Value::Null)]);
        let mut expected = kind.object(good_spec());
        expected["metadata"]["annotations"] =
            json!({FIXED_ANNOTATION: answer["mutated_object"]["metadata"]["annotations"][FIXED_ANNOTATION]});
        assert_eq!(answer["mutated_object"], expected);
    }
}

/// All annotations of an object share 256 KiB: this one tells of 100 changes, and all are made.
#[test]
fn the_annotation_tells_of_a_hundred_changes_at_most() {
    for count in [99, 100, 101, 250] {
        let container = |index: usize| {
            let mut container = good_container(&format!("c{index}"));
            container["tty"] = json!(true);
            container
        };
        let object = pod(json!({"containers": (0..count).map(container).collect::<Value>()}));
        let answer =
            answer(&create(&object), &json!({"mutate": "full", "annotate": true, "rules": {"pod-size": "off"}}));
        let fixed = &answer["mutated_object"];
        assert_eq!(told(fixed).len(), count.min(100));
        let containers = fixed["spec"]["containers"].as_array().expect("containers");
        assert!(containers.iter().all(|container| container.get("tty").is_none()), "{count}");
    }
}
