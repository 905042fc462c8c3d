//! The policy's answers are those that Kubewarden's SDK reads and writes. The module does without the SDK, which would
//! bring a serialiser for four short answers.

mod common;

use common::policy::{Host, PROTOCOL_VERSION, response, validate_settings};
use common::{bad_spec, create, good_spec, kind_named, payload};
use kubewarden_policy_sdk::protocol_version_guest;
use kubewarden_policy_sdk::response::ValidationResponse;
use kubewarden_policy_sdk::settings::SettingsValidationResponse;
use serde_json::{Value, json};

fn respond(spec: Value, settings: &Value) -> ValidationResponse {
    let pod = kind_named("Pod").object(spec);
    let text = response(&Host, payload(&create(&pod), settings).as_bytes());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_sdk_reads_a_denial() {
    let response = respond(bad_spec(), &json!({"helpUrl": "https://example.com/\"help\""}));
    assert!(!response.accepted && response.code == Some(403) && response.mutated_object.is_none());
    assert_eq!(response.audit_annotations.unwrap()["denied"], "host-pid");
    assert!(response.message.unwrap().contains("\n- host-pid spec.hostPID: "));
}

#[test]
fn the_sdk_reads_a_fixed_object_and_its_warnings() {
    let mut spec = good_spec();
    spec["terminationGracePeriodSeconds"] = json!(60);
    spec["unknown"] = json!({"text": "a \"quoted\" \\ text\n\u{1}\u{e9}", "number": 1.5});
    let response = respond(spec.clone(), &json!({"mutate": "safe", "annotate": true}));
    spec["terminationGracePeriodSeconds"] = json!(30);
    assert!(response.accepted && response.code.is_none());
    assert_eq!(response.mutated_object.unwrap()["spec"], spec);
    assert_eq!(response.warnings.unwrap().len(), 1);
}

#[test]
fn the_sdk_reads_what_is_said_of_settings() {
    for (settings, is_valid) in [("{}", true), ("null", true), ("{\"bad\": 1}", false), ("{", false)] {
        let text = validate_settings(settings.as_bytes()).unwrap();
        let answer: SettingsValidationResponse = serde_json::from_slice(&text).unwrap();
        assert_eq!((answer.valid, answer.message.is_none()), (is_valid, is_valid), "{settings}");
    }
}

#[test]
fn the_protocol_is_the_one_of_the_sdk() {
    assert_eq!(PROTOCOL_VERSION.as_bytes(), protocol_version_guest(b"").unwrap());
}
