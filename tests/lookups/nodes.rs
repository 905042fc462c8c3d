//! Nodes that are looked up, and the pods that land on them.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::common::clusters::Witness;
use crate::common::policy::{Lookup, LookupError};
use crate::common::{
    KINDS, annotation, bad_spec, create, data, good_spec, kind_named, message, overlay, payload, required, validate_in,
    validate_with,
};
use crate::support::text;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Placed {
    /// Fields of the pod's spec.
    pod: Value,
    /// The terms of its required node affinity.
    terms: Option<Value>,
    lands: bool,
}

#[test]
fn a_pod_lands_on_the_nodes_that_are_there() {
    let nodes: Vec<Value> = data("lookups/nodes.yaml");
    let cases: Vec<Placed> = data("lookups/placed.yaml");
    for case in cases {
        let mut spec = bad_spec();
        overlay(&mut spec, &case.pod);
        if let Some(terms) = case.terms {
            spec["affinity"] = json!({"nodeAffinity": required(&terms)});
        }
        // The settings describe nodes that nothing lands on: they do not matter where nodes are found.
        let settings = json!({"nodeKind": "mixed", "lookups": ["Node"],
            "virtualNodes": {"taints": [{"key": "nobody", "effect": "NoSchedule"}]}});
        for kind in KINDS.iter().filter(|kind| kind.name != "DaemonSet") {
            let response = validate_in(&nodes, &payload(&create(&kind.object(spec.clone())), &settings));
            if case.lands {
                assert_eq!(annotation(&response, "denied"), "host-pid", "{}: {spec}", kind.name);
            } else {
                assert_eq!(response, json!({"accepted": true}), "{}: {spec}", kind.name);
            }
        }
    }
}

/// A host that does not know label selectors answers with all nodes.
#[test]
fn a_managed_node_in_the_answer_is_no_virtual_one() {
    let nodes: Vec<Value> = data("lookups/nodes.yaml");
    let settings = json!({"nodeKind": "mixed", "lookups": ["Node"]});
    for (more, lands) in [
        (json!({"nodeName": "a"}), true),
        (json!({"nodeName": "m"}), false),
        (json!({"nodeSelector": {"zone": "one"}}), true),
        (json!({"nodeSelector": {"zone": "three"}}), false),
    ] {
        let mut spec = bad_spec();
        overlay(&mut spec, &more);
        let cluster = Witness::answering(Lookup::Node, text(&json!({"items": nodes})));
        let request = create(&kind_named("Pod").object(spec));
        let response = validate_with(&cluster, &payload(&request, &settings));
        assert_eq!(response["accepted"], !lands, "{more}: {response}");
    }
}

#[test]
fn the_description_decides_where_no_virtual_node_is_found() {
    let mut spec = bad_spec();
    spec["nodeSelector"] = json!({"pool": "virtual"});
    let request = create(&kind_named("Pod").object(spec));
    let settings =
        |pool: &str| json!({"nodeKind": "mixed", "lookups": ["Node"], "virtualNodes": {"labels": {"pool": pool}}});
    assert_eq!(validate_in(&[], &payload(&request, &settings("virtual")))["code"], 403);
    assert_eq!(validate_in(&[], &payload(&request, &settings("other"))), json!({"accepted": true}));
}

/// The nodes may be others than described: a pod of which only the description says that it cannot land there is not
/// passed in silence.
#[test]
fn a_failed_look_up_of_nodes_is_no_silent_yes_for_a_pod_that_cannot_land_by_description() {
    let mut spec = bad_spec();
    spec["nodeSelector"] = json!({"zone": "one"});
    let request = create(&kind_named("Pod").object(spec));
    let mut settings = json!({"nodeKind": "mixed", "lookups": ["Node"]});
    let line = "the policy could not look up Nodes in the cluster";
    let response = validate_with(&Witness::new(Err(LookupError::Failed)), &payload(&request, &settings));
    assert_eq!(response["accepted"], true);
    assert!(message(&response).contains(line), "{response}");
    settings["onLookupFailure"] = json!("deny");
    let response = validate_with(&Witness::new(Err(LookupError::Failed)), &payload(&request, &settings));
    assert_eq!(response["code"], 403, "{response}");
    assert!(message(&response).contains(line), "{response}");
}

/// A pod that is fixed is judged again, and the look-up that failed is told of all the same.
#[test]
fn a_failed_look_up_of_nodes_is_told_where_the_pod_is_fixed() {
    let mut spec = good_spec();
    spec["terminationGracePeriodSeconds"] = json!(60);
    let request = create(&kind_named("Pod").object(spec));
    let mut settings = json!({"nodeKind": "mixed", "lookups": ["Node"], "mutate": "full"});
    let nobody = &crate::common::policy::Host;
    let line = "the policy could not look up Nodes in the cluster";
    let response = validate_with(nobody, &payload(&request, &settings));
    assert_eq!(response["mutated_object"]["spec"]["terminationGracePeriodSeconds"], 30, "{response}");
    let annotations = json!({"fixed": "termination-grace-period", "warned": "placement"});
    assert_eq!(response["audit_annotations"], annotations, "{response}");
    assert!(message(&response).contains(line), "{response}");
    settings["onLookupFailure"] = json!("deny");
    let response = validate_with(nobody, &payload(&request, &settings));
    assert_eq!(response["code"], 403, "{response}");
    assert_eq!(response["mutated_object"], Value::Null, "{response}");
}

/// A label that is described without a value asks for the key alone, as it does in the question.
#[test]
fn a_virtual_node_may_have_any_value_of_a_label_that_is_described_without_one() {
    let node = |key: &str| json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "v", "labels": {key: "yes", "zone": "one"}}});
    let mut spec = bad_spec();
    spec["nodeSelector"] = json!({"zone": "one"});
    let request = create(&kind_named("Pod").object(spec));
    for (labels, key, lands) in [
        (Value::Null, "node-role.kubernetes.io/virtual-node", true),
        (json!({"pool": ""}), "pool", true),
        (json!({"pool": "yes"}), "pool", true),
        (json!({"pool": "no"}), "pool", false),
        (json!({"pool": ""}), "node-role.kubernetes.io/virtual-node", false),
    ] {
        let settings = json!({"nodeKind": "mixed", "lookups": ["Node"], "virtualNodes": {"labels": labels}});
        let response = validate_in(&[node(key)], &payload(&request, &settings));
        assert_eq!(response["accepted"], !lands, "{labels}, {key}: {response}");
    }
}
