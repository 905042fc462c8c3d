//! Values that are nested as deep as their author likes.

use serde_json::json;

use crate::common::policy::{Shape, shape};
use crate::common::{KINDS, Verdict, create, good_container, good_spec, judge, kind_named, payload, update, validate};
use crate::support::{SECRET, creation, path, plant, read_values};

fn nested(depth: usize, value: &str) -> Vec<String> {
    vec![
        format!("{}{value}{}", "[".repeat(depth), "]".repeat(depth)),
        format!("{}{value}{}", "{\"a\":".repeat(depth), "}".repeat(depth)),
        format!("{}{value}{}", "[{\"a\":".repeat(depth / 2), "}]".repeat(depth / 2)),
    ]
}

#[test]
fn fields_that_no_rule_reads_may_be_nested_as_deep_as_they_like() {
    let mut spec = json!({"hostNetwork": true, "futureField": "DEEP", "containers": [good_container("main")]});
    spec["containers"][0]["lifecycle"] = json!("DEEP");
    spec["volumes"] =
        json!([{"name": "a", "csi": {"volumeAttributes": "DEEP"}}, {"name": "b", "emptyDir": {}, "future": "DEEP"}]);
    spec["securityContext"] = json!({"seccompProfile": {"type": "DEEP"}, "sysctls": ["DEEP"]});
    for kind in &KINDS {
        let mut object = kind.object(spec.clone());
        object["status"] = json!("DEEP");
        object["metadata"]["managedFields"] = json!("DEEP");
        let flat = payload(&create(&object), &json!({}));
        let expected = judge(&flat.replace("\"DEEP\"", "{\"a\":1}")).findings();
        assert!(expected.len() >= 4, "{expected:?}");
        for deep in nested(200, "1").into_iter().chain(nested(20_000, "{}")) {
            assert_eq!(judge(&flat.replace("\"DEEP\"", &deep)).findings(), expected, "{}", kind.name);
        }
    }
}

#[test]
fn fields_that_rules_read_are_rejected_however_deep_they_are_nested() {
    let mut values = Vec::new();
    read_values(shape("", "Pod").expect("the shape of a Pod"), &[], &mut values);
    for (way, shape) in values {
        if matches!(shape, Shape::Raw | Shape::Any | Shape::Presence) {
            continue;
        }
        let payload = payload(&creation("", "Pod", plant(&way, json!("DEEP"))), &json!({}));
        for deep in nested(200, &format!("\"{SECRET}\"")).into_iter().chain(nested(5000, "1")) {
            match judge(&payload.replace("\"DEEP\"", &deep)) {
                Verdict::Rejected(422, message) => {
                    assert!(message.contains(&path(&way)) && !message.contains(SECRET), "{}: {message}", path(&way));
                }
                // An object with an unknown key is one that is readable, and has nothing in it.
                verdict => assert!(
                    matches!(
                        shape,
                        Shape::Object(_) | Shape::Map(Shape::Raw) | Shape::List(Shape::Raw | Shape::Object(_))
                    ),
                    "{} {verdict:?}",
                    path(&way)
                ),
            }
        }
    }
}

#[test]
fn a_template_with_deep_fields_that_stays_is_not_judged() {
    for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
        let old = kind.object(json!({"hostNetwork": true, "futureField": "DEEP", "containers": []}));
        let mut object = old.clone();
        object["metadata"]["labels"] = json!({"a": "b"});
        for deep in nested(200, "1").into_iter().chain(nested(20_000, "1")) {
            let same = payload(&update(&object, &old), &json!({})).replace("\"DEEP\"", &deep);
            assert_eq!(judge(&same), Verdict::Accepted, "{}", kind.name);
            // Another sender orders keys in another way.
            let reordered = same.replacen("\"containers\":[],", "", 1).replacen(
                "\"hostNetwork\":true",
                "\"hostNetwork\":true,\"containers\":[]",
                1,
            );
            assert_ne!(same, reordered);
            assert_eq!(judge(&reordered), Verdict::Accepted, "{} reordered", kind.name);
        }
    }
}

#[test]
fn deep_settings_are_an_error_and_no_trap() {
    let request = create(&kind_named("Pod").object(good_spec()));
    for deep in nested(200, "1").into_iter().chain(nested(20_000, "1")) {
        for settings in
            [deep.clone(), format!("{{\"rules\":{deep}}}"), format!("{{\"rules\":{{\"host-port\":{{\"x\":{deep}}}}}}}")]
        {
            let payload = format!("{{\"request\":{request},\"settings\":{settings}}}");
            let response = validate(&payload);
            assert_eq!(response["accepted"], false);
            assert!(response["message"].as_str().unwrap().contains("settings"), "{response}");
        }
    }
}
