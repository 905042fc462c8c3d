//! Nodes that are looked up, and the pods that land on them.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::common::clusters::Witness;
use crate::common::policy::{Lookup, LookupError};
use crate::common::{
    KINDS, annotation, bad_spec, create, data, kind_named, message, overlay, payload, required, validate_in,
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
