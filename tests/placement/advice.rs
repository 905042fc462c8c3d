//! The advice at the end of a denial: how to keep the workload on managed nodes.

use serde_json::{Value, json};

use crate::common::{
    KINDS, Kind, annotation, answer, bad_spec, create, good_container, good_spec, kind_named, message, overlay,
    required, update, yaml,
};
use crate::support::{mixed, placing};

pub const DEFAULT_REQUIREMENT: &str = r#"{"key":"node-role.kubernetes.io/virtual-node","operator":"DoesNotExist"}"#;

pub fn advice(requirement: &str) -> String {
    format!(
        "To keep it on managed nodes instead, add to the pod's spec: affinity: {{nodeAffinity: \
         {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{{matchExpressions: [{requirement}]}}]}}}}}}"
    )
}

/// Puts the snippet of a denial into the pod's spec, as a person would.
fn follow(advice: &str, kind: &Kind, object: &Value) -> Value {
    let (_, snippet) = advice.split_once("spec: ").unwrap_or_else(|| panic!("no snippet in {advice:?}"));
    let mut object = object.clone();
    overlay(kind.spec_of(&mut object), &yaml(snippet));
    object
}

#[test]
fn a_denial_says_how_to_keep_the_workload() {
    for nodes in [
        (Value::Null, DEFAULT_REQUIREMENT),
        (json!({"labels": {"pool": "virtual"}}), r#"{"key":"pool","operator":"NotIn","values":["virtual"]}"#),
        (json!({"labels": {"pool": ""}}), r#"{"key":"pool","operator":"DoesNotExist"}"#),
        (
            json!({"labels": {"kubernetes.io/arch": "arm64", "topology.kubernetes.io/zone": "a", "virtual": "yes"}}),
            r#"{"key":"virtual","operator":"NotIn","values":["yes"]}"#,
        ),
    ] {
        let (nodes, requirement) = nodes;
        for kind in &KINDS {
            for help in ["", "https://wiki.example.com/oke"] {
                let mut settings = mixed(&nodes);
                settings["helpUrl"] = json!(help);
                let object = kind.object(bad_spec());
                let response = answer(&create(&object), &settings);
                let mut lines: Vec<_> = message(&response).lines().collect();
                if !help.is_empty() {
                    assert_eq!(lines.pop(), Some("See https://wiki.example.com/oke"), "{}", kind.name);
                }
                let last = lines.pop().unwrap_or_default();
                assert_eq!(last, advice(requirement), "{}", kind.name);
                assert!(lines.iter().all(|line| !line.contains("To keep it")), "{}: it is said once", kind.name);
                let followed = follow(last, kind, &object);
                assert_eq!(answer(&create(&followed), &settings), json!({"accepted": true}), "{}", kind.name);
            }
        }
    }
}

#[test]
fn there_is_no_advice_where_there_is_no_other_place() {
    let request = create(&kind_named("Deployment").object(bad_spec()));
    assert!(!message(&answer(&request, &json!({}))).contains("managed nodes"), "all nodes are virtual");
    // Every node has these labels: no affinity tells one kind of node from the other.
    let settings = mixed(&json!({"labels": {"kubernetes.io/arch": "arm64", "kubernetes.io/os": "linux"}}));
    let response = answer(&request, &settings);
    assert_eq!(response["code"], 403);
    assert!(!message(&response).contains("To keep it"), "{response}");
}

#[test]
fn the_advice_is_there_however_much_is_denied() {
    let container = |index: usize| {
        let mut container = good_container(&format!("c{index}"));
        container["securityContext"] = json!({"privileged": true});
        container
    };
    let spec = json!({"containers": (0..500).map(container).collect::<Value>()});
    let mut settings = mixed(&Value::Null);
    settings["helpUrl"] = json!("https://wiki.example.com/oke");
    let response = answer(&create(&kind_named("Deployment").object(spec)), &settings);
    let lines: Vec<_> = message(&response).lines().collect();
    assert!(message(&response).len() <= 8192, "{} bytes", message(&response).len());
    let [.., more, advised, help] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(more.starts_with("... and ") && more.ends_with(" more"), "{more}");
    assert_eq!(*advised, advice(DEFAULT_REQUIREMENT));
    assert_eq!(*help, "See https://wiki.example.com/oke");
}

#[test]
fn a_denial_fits_whatever_virtual_nodes_are_called() {
    let request = create(&kind_named("Deployment").object(bad_spec()));
    for labels in
        [json!({"k".repeat(20_000): "v"}), json!({"k": "v".repeat(20_000)}), json!({"schl\u{fc}ssel": "w\u{e4}rter\n"})]
    {
        let response = answer(&request, &mixed(&json!({"labels": labels})));
        // Settings that no cluster can have may be an error as well.
        assert_eq!(response["accepted"], false);
        let message = message(&response);
        assert!(message.len() <= 8192, "{} bytes", message.len());
        assert!(message.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')), "{message}");
    }
}

#[test]
fn nobody_is_advised_to_move_what_runs() {
    let pod = kind_named("Pod").object(good_spec());
    let mut changed = pod.clone();
    changed["spec"]["containers"][0]["image"] = json!("registry.example/web:2");
    let response = answer(&update(&changed, &pod), &mixed(&Value::Null));
    assert_eq!(annotation(&response, "denied"), "image-update", "{response}");
    assert!(!message(&response).contains("To keep it"), "{response}");
    let mut placed = bad_spec();
    placed["nodeName"] = json!("10.0.10.7");
    let response = answer(&create(&kind_named("Pod").object(placed)), &mixed(&Value::Null));
    assert_eq!(response["code"], 403);
    assert!(!message(&response).contains("To keep it"), "{response}");
}

/// What can only be placed on virtual nodes could be placed nowhere, if it were kept off them.
#[test]
fn what_asks_for_virtual_nodes_is_denied() {
    let exists = json!({"key": "node-role.kubernetes.io/virtual-node", "operator": "Exists"});
    let is_empty = json!({"key": "node-role.kubernetes.io/virtual-node", "operator": "In", "values": [""]});
    let other = json!({"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]});
    let selected = json!({"nodeSelector": {"node-role.kubernetes.io/virtual-node": ""}});
    let of_terms = |terms: &[&[&Value]]| {
        let terms: Vec<_> = terms.iter().map(|expressions| json!({"matchExpressions": expressions})).collect();
        json!({"affinity": {"nodeAffinity": required(&json!(terms))}})
    };
    for (more, is_bound) in [
        (selected, true),
        (of_terms(&[&[&exists]]), true),
        (of_terms(&[&[&other, &is_empty], &[&exists]]), true),
        (of_terms(&[&[&exists], &[&other]]), false),
    ] {
        let mut spec = bad_spec();
        overlay(&mut spec, &more);
        for kind in ["Pod", "Deployment"] {
            let request = create(&kind_named(kind).object(spec.clone()));
            let denied = answer(&request, &mixed(&Value::Null));
            assert_eq!(denied["code"], 403, "{kind}, {more}");
            let advice = message(&denied).lines().last().unwrap();
            assert!(advice.starts_with("To keep it on managed nodes instead, "), "{kind}, {more}: {denied}");
            assert_eq!(advice.contains("take out what asks for virtual nodes, and add"), is_bound, "{kind}, {more}");
            assert!(advice.ends_with(&format!("[{DEFAULT_REQUIREMENT}]}}]}}}}}}")), "{advice}");
            assert_eq!(answer(&request, &placing(&Value::Null))["accepted"], !is_bound, "{kind}, {more}");
        }
    }
}
