//! Requests that went through once, as they were found.

use serde_json::{Value, json};

use crate::common::{annotation, test_data, validate, warnings};

fn response(name: &str) -> Value {
    let path = test_data(&format!("facts/{name}.json"));
    validate(&std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

#[test]
fn a_debug_container_in_a_pod_that_is_not_being_deleted_is_denied() {
    let response = response("invented-deletion-timestamp");
    assert_eq!(annotation(&response, "denied"), "ephemeral-containers,interactive-container");
}

#[test]
fn a_pod_that_names_its_node_is_judged() {
    assert_eq!(annotation(&response("node-name-without-toleration"), "denied"), "host-network");
}

#[test]
fn two_ports_that_only_their_addresses_tell_apart_keep_them() {
    let response = response("ports-told-apart-by-address");
    assert_eq!(annotation(&response, "denied"), "host-ip");
    assert_eq!(response["mutated_object"], Value::Null);
}

#[test]
fn a_stop_signal_keeps_the_operating_system() {
    let response = response("stop-signal");
    assert_eq!(annotation(&response, "denied"), "pod-os");
    assert_eq!(response["mutated_object"], Value::Null);
}

#[test]
fn a_template_that_names_its_node_is_not_kept_off() {
    let response = response("template-with-node-name");
    assert_eq!(annotation(&response, "denied"), "host-network");
    assert!(!warnings(&response).iter().any(|line| line.starts_with("placement ")), "{response}");
    assert_eq!(response["accepted"], json!(false));
}
