//! A fix is an edit of the object's text: everything else in it stays as its author wrote it.

use serde_json::json;

use crate::common::policy::fixed_text;
use crate::common::{annotation, create, payload, validate};
use crate::support::pod;

#[test]
fn what_is_too_deep_to_be_taken_apart_stays_too() {
    let deep = format!("{}1.50{}", "[".repeat(20_000), "]".repeat(20_000));
    let object = pod(json!({"terminationGracePeriodSeconds": 5, "futureField": "@deep@"}));
    let marked = payload(&create(&object), &json!({"mutate": "safe"}));
    let expected = fixed_text(marked.as_bytes()).expect("a fixed object").replace("\"@deep@\"", &deep);
    assert_eq!(fixed_text(marked.replace("\"@deep@\"", &deep).as_bytes()), Some(expected));
}

#[test]
fn what_is_fixed_is_found_however_it_is_spelled() {
    let object = pod(json!({"hostname": "db", "terminationGracePeriodSeconds": 5}));
    let settings = json!({"mutate": "full"});
    let plain = payload(&create(&object), &settings);
    let expected = validate(&plain);
    assert_eq!(annotation(&expected, "fixed"), "hostname,termination-grace-period");
    for (from, to) in [
        ("\"hostname\"", "\"h\\u006fstname\""),
        ("\"spec\"", "\"sp\\u0065c\""),
        ("\"hostname\":\"db\"", "\"hostname\" :\n\t\"d\\u0062\" "),
        ("\"object\"", "\"\\u006fbject\""),
        (":5", ": 5 "),
        ("\"metadata\":{", "\"metadata\":{\"\\u00e9\":\"\\ud83d\\ude00 \\/\","),
    ] {
        let text = plain.replace(from, to);
        assert_ne!(text, plain);
        let mut answer = validate(&text);
        answer["mutated_object"]["metadata"].as_object_mut().unwrap().remove("\u{e9}");
        assert_eq!(answer, expected, "{text}");
    }
    // Strings that nobody touches keep their escapes.
    let text = plain.replace("\"metadata\":{", "\"metadata\":{\"future\":\"\\ud83d\\ude00 \\/\",");
    assert!(fixed_text(text.as_bytes()).unwrap().contains("\"future\":\"\\ud83d\\ude00 \\/\""));
}
