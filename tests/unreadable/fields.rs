//! Fields with a value of the wrong type, missing ones, and those that no rule reads.

use serde_json::{Value, json};

use crate::common;
use crate::common::fixtures::fixtures;
use crate::common::policy::{Shape, shape_of};
use crate::common::{Verdict, create, findings, good_container, judge, kind_named, payload, validate};
use crate::support::{
    NUMBER, SECRET, all_off, assert_rejected, creation, known_kinds, path, plant, read_values, wrong_values,
};

/// Writes a field that no view reads into every object of known fields.
fn add_unread(value: &mut Value, shape: &Shape, unread: &Value) {
    match (shape, value) {
        (Shape::Object(fields), Value::Object(map)) => {
            for field in fields.known {
                if let Some(value) = map.get_mut(field.name) {
                    add_unread(value, field.shape, unread);
                }
            }
            // Where a volume has no known source, any object is one from the future.
            if !fields.others || !unread.is_object() {
                map.insert("xUnread".to_owned(), unread.clone());
            }
        }
        (Shape::List(shape), Value::Array(list)) => {
            list.iter_mut().for_each(|value| add_unread(value, shape, unread));
        }
        (Shape::Map(shape), Value::Object(map)) if !matches!(shape, Shape::Raw) => {
            map.iter_mut().for_each(|(_, value)| add_unread(value, shape, unread));
        }
        _ => {}
    }
}

#[test]
fn a_wrong_type_in_any_field_that_is_read_is_rejected() {
    let off = all_off();
    let mut count = 0;
    for (group, kind, shape) in known_kinds() {
        let mut values = Vec::new();
        read_values(shape, &[], &mut values);
        assert!(!values.is_empty(), "{kind}");
        for (way, shape) in values {
            for value in wrong_values(shape) {
                let request = creation(group, kind, plant(&way, value));
                assert_rejected(&request, &json!({}), &path(&way));
                assert_rejected(&request, &off, &path(&way));
                count += 1;
            }
        }
    }
    assert!(count > 10_000, "{count} were tried");
}

#[test]
fn null_in_any_field_that_is_read_is_absence() {
    for (group, kind, shape) in known_kinds() {
        let mut values = Vec::new();
        read_values(shape, &[], &mut values);
        for (way, _) in values {
            let request = creation(group, kind, plant(&way, Value::Null));
            let verdict = judge(&payload(&request, &json!({})));
            assert!(!matches!(verdict, Verdict::Rejected(..)), "{kind} {}: {verdict:?}", path(&way));
        }
    }
}

#[test]
fn all_wrong_fields_are_told_together() {
    let object = json!({
        "metadata": {"name": "web", "labels": {"a": 1, "b": 2}},
        "spec": {"hostNetwork": "yes", "containers": [{"name": 1}, {"tty": "no"}, {"ports": [{"hostPort": "x"}]}]},
    });
    let response = validate(&payload(&creation("", "Pod", object), &json!({})));
    let message = response["message"].as_str().unwrap();
    let mut lines = message.lines();
    assert_eq!(lines.next(), Some("Pod web cannot be read: 6 fields"));
    let paths: Vec<_> =
        lines.map(|line| line.strip_prefix("- ").unwrap().split(": expected ").next().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "metadata.labels.a",
            "metadata.labels.b",
            "spec.containers[0].name",
            "spec.containers[1].tty",
            "spec.containers[2].ports[0].hostPort",
            "spec.hostNetwork",
        ]
    );
}

#[test]
fn very_many_wrong_fields_fit_into_the_message() {
    let container = json!({"name": SECRET, "tty": SECRET, "image": 5});
    let spec = json!({"containers": vec![container; 2000]});
    let response = validate(&payload(&create(&kind_named("CronJob").object(spec)), &json!({})));
    let message = response["message"].as_str().unwrap();
    assert_eq!(response["code"], 422);
    assert!(message.len() <= 8192 && message.lines().count() > 20, "{message}");
    assert!(message.contains("spec.jobTemplate.spec.template.spec.containers[0].tty"), "{message}");
    assert!(!message.contains(SECRET));
}

#[test]
fn a_known_kind_without_an_object_is_rejected_and_another_one_accepted() {
    for (group, kind, _) in known_kinds() {
        for operation in ["CREATE", "UPDATE"] {
            for object in [Value::Null, json!(SECRET), json!(NUMBER), json!(true), json!([SECRET])] {
                let mut request = creation(group, kind, object);
                request["operation"] = json!(operation);
                let response = validate(&payload(&request, &json!({})));
                assert_eq!(response["code"], 422, "{operation} {kind}: {response}");
                let message = response["message"].as_str().unwrap();
                assert!(message.contains("object") && !message.contains(SECRET), "{message}");
                request["kind"]["group"] = json!("example.com");
                assert_eq!(judge(&payload(&request, &json!({}))), Verdict::Accepted, "{operation} {kind}");
            }
        }
    }
}

#[test]
fn fields_that_no_rule_reads_are_never_a_reason() {
    let values = [
        json!(5),
        json!("x"),
        json!([[{"hostNetwork": true}]]),
        json!({"privileged": true, "x": [null]}),
        json!(1e300),
    ];
    let mut count = 0;
    for (rule, fixture) in fixtures() {
        for case in fixture.cases().filter(|case| case.old.is_none()) {
            let settings = case.settings();
            for planted in case.plant().iter().filter(|planted| planted.request["operation"] == "CREATE").take(3) {
                let Some(shape) = shape_of(&planted.request) else { continue };
                let expected = findings(&planted.request, &settings);
                for unread in &values {
                    let mut request = planted.request.clone();
                    add_unread(&mut request["object"], shape, unread);
                    assert_eq!(findings(&request, &settings), expected, "{rule}, {}, {}", case.name, planted.place);
                    count += 1;
                }
            }
        }
    }
    assert!(count > 4000, "{count} were tried");
}

#[test]
fn an_entry_that_is_null_keeps_its_place() {
    let mut spec =
        json!({"containers": [null, good_container("main")], "volumes": [null, {"name": "b", "emptyDir": {}}]});
    spec["containers"][1]["tty"] = json!(true);
    let found = common::places(&create(&kind_named("Pod").object(spec)), &json!({}));
    assert_eq!(
        found,
        [
            ("emptydir-count", "spec.volumes[1]".to_owned()),
            ("missing-resources", "spec.containers[0].resources".to_owned()),
            ("interactive-container", "spec.containers[1].tty".to_owned()),
        ]
    );
}
