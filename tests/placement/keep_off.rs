//! The fix that belongs to no rule: a pod is kept off virtual nodes instead of being denied.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::advice::{DEFAULT_REQUIREMENT, advice};
use crate::common;
use crate::common::policy::{FIXED_ANNOTATION, Host, fixed_text};
use crate::common::{
    KINDS, Kind, annotation, answer, bad_spec, controller, create, data, good_spec, kind_named, message, overlay,
    payload, required, update, validate_with, warnings,
};
use crate::support::placing;

fn parsed(requirement: &str) -> Value {
    serde_json::from_str(requirement).expect("JSON")
}

/// The affinity that a line of the file stands for.
fn affinity(value: &Value, requirement: &Value) -> Value {
    match value {
        Value::String(name) => match name.as_str() {
            "A" => json!({"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}),
            "B" => json!({"key": "topology.kubernetes.io/zone", "operator": "Exists"}),
            "F" => json!({"key": "metadata.name", "operator": "In", "values": ["10.0.10.2"]}),
            "M" => json!({"key": "disk", "operator": "In", "values": ["ssd"]}),
            "R" => requirement.clone(),
            name => panic!("{name}"),
        },
        Value::Array(list) => list.iter().map(|value| affinity(value, requirement)).collect(),
        Value::Object(map) => {
            let key = |key: &str| match key {
                "required" | "preferred" => format!("{key}DuringSchedulingIgnoredDuringExecution"),
                key => key.to_owned(),
            };
            Value::Object(map.iter().map(|(name, value)| (key(name), affinity(value, requirement))).collect())
        }
        value => value.clone(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Affinity {
    before: Value,
    after: Value,
}

#[test]
fn a_pod_is_kept_off_virtual_nodes_instead_of_being_denied() {
    for (nodes, requirement) in [
        (Value::Null, DEFAULT_REQUIREMENT),
        (json!({"labels": {"pool": "virtual"}}), r#"{"key":"pool","operator":"NotIn","values":["virtual"]}"#),
        (
            json!({"labels": {"kubernetes.io/os": "linux", "pool": ""}, "taints": [{"key": "a", "effect": "NoSchedule"}]}),
            r#"{"key":"pool","operator":"DoesNotExist"}"#,
        ),
    ] {
        let settings = placing(&nodes);
        let affinities: Vec<Affinity> = data("placement/affinities.yaml");
        for Affinity { before, after } in affinities {
            let requirement = parsed(requirement);
            let mut pod = kind_named("Pod").object(bad_spec());
            pod["spec"]["tolerations"] = json!([{"operator": "Exists"}]);
            pod["spec"]["affinity"] = affinity(&before, &requirement);
            pod["spec"]["unknown"] = json!({"future": [1.50, null]});
            pod["spec"]["containers"][0]["unknown"] = json!(["\u{fc}"]);
            let response = answer(&create(&pod), &settings);
            let mut expected = pod.clone();
            expected["spec"]["affinity"] = affinity(&after, &requirement);
            assert_eq!(response["mutated_object"], expected, "{before}: nothing else changes");
            assert_eq!(response["accepted"], true);
            assert_eq!(
                warnings(&response)[0],
                "placement spec.affinity.nodeAffinity: set to keep the pod off virtual nodes"
            );
            assert!(warnings(&response)[1].starts_with("host-pid spec.hostPID: "), "{response}");
            assert_eq!(warnings(&response).len(), 2);
            assert_eq!(message(&response), warnings(&response).join("\n"));
            assert_eq!(annotation(&response, "fixed"), "placement");
            assert_eq!(annotation(&response, "warned"), "host-pid");
            assert_eq!(annotation(&response, "denied"), "");
            // It no longer lands, so a second look finds nothing to do.
            assert_eq!(answer(&create(&response["mutated_object"]), &settings), json!({"accepted": true}), "{before}");
        }
    }
}

#[test]
fn a_pod_is_kept_off_in_exactly_the_places_that_change() {
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop"},"spec":{"hostPID":true,
        "z":1.50,"a":1e3,"containers":[{"name":"main","image":"\u0069","resources":{"limits":{"cpu":1,"memory":"1Gi"}}}]}}"#;
    let request = create(&serde_json::from_str(pod).expect("JSON"));
    let payload = common::payload(&request, &placing(&Value::Null)).replace(&request["object"].to_string(), pod);
    let fixed = fixed_text(payload.as_bytes()).expect("a fixed object");
    let added = format!(
        r#","affinity":{{"nodeAffinity":{{"requiredDuringSchedulingIgnoredDuringExecution":{{"nodeSelectorTerms":[{{"matchExpressions":[{DEFAULT_REQUIREMENT}]}}]}}}}}}"#
    );
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(bare(&fixed), bare(&pod.replacen("}}}]}}", &format!("}}}}}}]{added}}}}}"), 1)));
}

#[test]
fn a_pod_is_kept_off_only_where_the_settings_say_so() {
    let request = create(&kind_named("Pod").object(bad_spec()));
    for settings in [
        json!({"nodeKind": "mixed"}),
        json!({"nodeKind": "mixed", "mutate": "full", "mutateTemplates": true}),
        json!({"nodeKind": "mixed", "rules": {"placement": {"mutate": false}}, "mutate": "full"}),
        json!({"nodeKind": "mixed", "rules": {"placement": null}}),
        json!({"nodeKind": "mixed", "rules": {"placement": {}}}),
        // There are no other nodes.
        json!({"rules": {"placement": {"mutate": true}}}),
        json!({"nodeKind": "virtual", "rules": {"placement": {"mutate": true}}, "mutate": "full"}),
        // What tells virtual nodes from others is not known.
        placing(&json!({"labels": {"kubernetes.io/arch": "arm64"}})),
    ] {
        let response = answer(&request, &settings);
        assert_eq!(response["code"], 403, "{settings}");
        assert_eq!(response["mutated_object"], Value::Null, "{settings}");
        assert_eq!(annotation(&response, "denied"), "host-pid", "{settings}");
    }
    let managed = json!({"nodeKind": "managed", "rules": {"placement": {"mutate": true}}});
    assert_eq!(answer(&request, &managed), json!({"accepted": true}));
}

#[test]
fn a_pod_that_has_its_node_or_runs_already_is_not_moved() {
    let settings = placing(&Value::Null);
    let mut placed = kind_named("Pod").object(bad_spec());
    placed["spec"]["nodeName"] = json!("10.0.10.2");
    let mut new = kind_named("Pod").object(good_spec());
    new["spec"]["containers"][0]["image"] = json!("registry.example.com/web:2");
    let change = update(&new, &kind_named("Pod").object(good_spec()));
    for (request, denied) in [(create(&placed), "host-pid"), (change, "image-update")] {
        let response = answer(&request, &settings);
        assert_eq!(response["code"], 403, "{request}");
        assert_eq!(response["mutated_object"], Value::Null, "{request}");
        assert_eq!(annotation(&response, "denied"), denied, "{request}");
    }
}

/// What stands in the way of a pod on virtual nodes must be denied: warnings alone move nobody.
#[test]
fn a_pod_that_is_only_warned_about_stays_where_it_is() {
    let request = create(&kind_named("Pod").object(bad_spec()));
    let mut settings = placing(&Value::Null);
    for level in ["warn", "off"] {
        settings["rules"]["host-pid"] = json!(level);
        let response = answer(&request, &settings);
        assert_eq!(response["accepted"], true, "{level}");
        assert_eq!(response["mutated_object"], Value::Null, "{level}");
        assert_eq!(annotation(&response, "fixed"), "", "{level}");
    }
}

#[test]
fn what_can_be_fixed_is_fixed_where_it_lands() {
    let mut settings = placing(&Value::Null);
    settings["mutate"] = json!("full");
    let mut spec = good_spec();
    spec["terminationGracePeriodSeconds"] = json!(60);
    let mut expected = kind_named("Pod").object(spec.clone());
    expected["spec"]["terminationGracePeriodSeconds"] = json!(30);
    let response = answer(&create(&kind_named("Pod").object(spec)), &settings);
    assert_eq!(response["mutated_object"], expected);
    assert_eq!(annotation(&response, "fixed"), "termination-grace-period");
}

/// On a managed node nothing is wrong with what a fix would change.
#[test]
fn a_pod_that_is_kept_off_is_not_fixed_as_well() {
    let mut settings = placing(&Value::Null);
    settings["mutate"] = json!("full");
    let mut spec = bad_spec();
    spec["terminationGracePeriodSeconds"] = json!(60);
    let pod = kind_named("Pod").object(spec);
    let response = answer(&create(&pod), &settings);
    let mut expected = pod.clone();
    expected["spec"]["affinity"] =
        json!({"nodeAffinity": required(&json!([{"matchExpressions": [parsed(DEFAULT_REQUIREMENT)]}]))});
    assert_eq!(response["mutated_object"], expected);
    assert_eq!(annotation(&response, "fixed"), "placement");
    assert!(!message(&response).contains("set to 30"), "{response}");
}

#[test]
fn a_template_is_kept_off_where_templates_are_fixed() {
    let mut settings = placing(&Value::Null);
    settings["mutateTemplates"] = json!(true);
    for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
        let object = kind.object(bad_spec());
        let mut expected = object.clone();
        kind.spec_of(&mut expected)["affinity"] =
            json!({"nodeAffinity": required(&json!([{"matchExpressions": [parsed(DEFAULT_REQUIREMENT)]}]))});
        let mut requests = vec![create(&object)];
        // The template of a Job cannot be changed any more.
        if kind.name != "Job" {
            requests.push(update(&object, &kind.object(good_spec())));
        }
        for request in requests {
            let response = answer(&request, &settings);
            assert_eq!(response["mutated_object"], expected, "{}", kind.name);
            let path = format!("{}.affinity.nodeAffinity", kind.path());
            assert_eq!(warnings(&response)[0], format!("placement {path}: set to keep the pod off virtual nodes"));
            assert_eq!(annotation(&response, "fixed"), "placement", "{}", kind.name);
            assert_eq!(
                answer(&create(&response["mutated_object"]), &settings),
                json!({"accepted": true}),
                "{}",
                kind.name
            );
        }
    }
}

#[test]
fn a_template_warns_where_its_pods_will_be_kept_off() {
    let controlled = |kind: &Kind| {
        let mut object = kind.object(bad_spec());
        object["metadata"]["ownerReferences"] = json!([controller("example.com/v1", "Rollout")]);
        object
    };
    for kind in KINDS.iter().filter(|kind| !["Pod", "DaemonSet"].contains(&kind.name)) {
        for (object, templates) in
            [(kind.object(bad_spec()), false), (controlled(kind), false), (controlled(kind), true)]
        {
            let mut settings = placing(&Value::Null);
            settings["mutateTemplates"] = json!(templates);
            let response = answer(&create(&object), &settings);
            assert_eq!(response["accepted"], true, "{}", kind.name);
            assert_eq!(response["mutated_object"], Value::Null, "{}", kind.name);
            let path = format!("{}.affinity.nodeAffinity", kind.path());
            let line = format!("placement {path}: would be set to keep the pod off virtual nodes");
            assert_eq!(warnings(&response)[0], line);
            assert_eq!(annotation(&response, "warned"), "host-pid,placement", "{}", kind.name);
            assert_eq!(annotation(&response, "fixed"), "", "{}", kind.name);
        }
    }
}

/// The controller makes a pod for each node that the template allows, and binds it there by its name: what keeps such a
/// pod off comes too late, and it would wait for ever.
#[test]
fn a_daemon_set_whose_template_is_left_alone_is_denied() {
    let mut settings = placing(&Value::Null);
    // Also where a DaemonSet itself is not found to be wrong.
    for (level, denied) in [("deny", "daemonset,host-pid"), ("off", "host-pid")] {
        settings["rules"]["daemonset"] = json!(level);
        let response = answer(&create(&kind_named("DaemonSet").object(bad_spec())), &settings);
        assert_eq!(response["code"], 403, "{response}");
        assert_eq!(annotation(&response, "denied"), denied, "{response}");
        assert_eq!(message(&response).lines().last(), Some(advice(DEFAULT_REQUIREMENT).as_str()));
    }
}

#[test]
fn a_pod_of_a_controller_is_kept_off_too() {
    let mut pod = kind_named("Pod").object(bad_spec());
    pod["metadata"] = json!({"generateName": "web-", "namespace": "shop", "ownerReferences":
        [controller("apps/v1", "ReplicaSet")]});
    let response = answer(&create(&pod), &placing(&Value::Null));
    assert_eq!(annotation(&response, "fixed"), "placement");
    assert_eq!(response["mutated_object"]["metadata"], pod["metadata"]);
}

/// The setting `annotate` promises an annotation on every object that is fixed.
#[test]
fn a_pod_that_is_kept_off_says_so_where_that_is_wanted() {
    let mut settings = placing(&Value::Null);
    settings["annotate"] = json!(true);
    let response = answer(&create(&kind_named("Pod").object(bad_spec())), &settings);
    let told = &response["mutated_object"]["metadata"]["annotations"][FIXED_ANNOTATION];
    let told = told.as_str().unwrap_or_else(|| panic!("no annotation in {response}"));
    assert!(told.contains("affinity"), "{told}");
}

/// Nothing is wrong with a pod of which only the cluster did not say where it lands.
#[test]
fn a_failed_look_up_moves_no_pod() {
    let mut settings = placing(&Value::Null);
    overlay(&mut settings, &json!({"lookups": ["Node"], "onLookupFailure": "deny"}));
    for spec in [good_spec(), bad_spec()] {
        let response = validate_with(&Host, &payload(&create(&kind_named("Pod").object(spec)), &settings));
        assert_eq!(response["code"], 403, "{response}");
        assert_eq!(response["mutated_object"], Value::Null);
        assert!(message(&response).contains("could not look up Nodes"), "{response}");
    }
}

/// The pods of a StatefulSet are kept off for what is found in them, which its claim templates are not.
#[test]
fn what_is_not_in_the_template_is_denied_where_only_the_pods_are_kept_off() {
    let mut object = kind_named("StatefulSet").object(good_spec());
    object["spec"]["volumeClaimTemplates"] =
        json!([{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}]);
    let mut settings = placing(&Value::Null);
    let response = answer(&create(&object), &settings);
    assert_eq!(annotation(&response, "denied"), "persistent-volume-claim", "{response}");
    assert_eq!(message(&response).lines().last(), Some(advice(DEFAULT_REQUIREMENT).as_str()));
    settings["mutateTemplates"] = json!(true);
    assert_eq!(annotation(&answer(&create(&object), &settings), "fixed"), "placement");
}
