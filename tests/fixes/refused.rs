//! Fixes that Kubernetes would refuse with what is left alone: they are not made.

use serde_json::{Value, json};

use crate::common::policy::FIXED_ANNOTATION;
use crate::common::{annotation, answer, controller, create, kind_named, overlay, service, update, warnings};
use crate::support::pod;

/// All annotations of an object share so many bytes, keys included.
const MAX_ANNOTATIONS: usize = 256 * 1024;

/// Two ports of one number on the host, which only their addresses tell apart.
fn two_addresses(more: &Value) -> Value {
    let port = |address: &str| json!({"containerPort": 80, "hostPort": 80, "hostIP": address, "protocol": "TCP"});
    let mut pod = pod(json!({}));
    pod["spec"]["containers"][0]["ports"] = json!([port("10.0.0.1"), port("10.0.0.2")]);
    overlay(&mut pod["spec"], more);
    pod
}

fn ports(response: &Value) -> &Value {
    &response["mutated_object"]["spec"]["containers"][0]["ports"]
}

#[test]
fn two_ports_lose_their_addresses_only_with_their_host_ports() {
    let both = json!({"host-port": {"mutate": true}, "host-ip": {"mutate": true}});
    let settings = json!({"rules": both});
    let response = answer(&create(&two_addresses(&json!({}))), &settings);
    let bare = json!({"containerPort": 80, "protocol": "TCP"});
    assert_eq!(*ports(&response), json!([bare, bare]), "{response}");

    // Where a host port is exempt it stays, and so do the addresses.
    let exempting =
        |rule: &str| json!({"rules": both, "exemptions": [{"rules": [rule], "namespaces": ["shop"], "reason": "r"}]});
    let response = answer(&create(&two_addresses(&json!({}))), &exempting("host-port"));
    assert_eq!(annotation(&response, "denied"), "host-ip", "{response}");
    assert_eq!(response["mutated_object"], Value::Null, "{response}");
    // The other way round nothing collides.
    let response = answer(&create(&two_addresses(&json!({}))), &exempting("host-ip"));
    assert_eq!(annotation(&response, "fixed"), "host-port", "{response}");
    assert!(ports(&response)[0].get("hostPort").is_none(), "{response}");

    // With the network of the host the ports were copied, and stay.
    let settings =
        json!({"rules": {"host-port": {"mutate": true}, "host-ip": {"mutate": true}, "host-network": "off"}});
    let response = answer(&create(&two_addresses(&json!({"hostNetwork": true}))), &settings);
    assert_eq!(annotation(&response, "denied"), "host-ip", "{response}");
    assert_eq!(response["mutated_object"], Value::Null, "{response}");
}

/// The bytes of all annotations of an object.
fn size(object: &Value) -> usize {
    let annotations = object["metadata"]["annotations"].as_object().into_iter().flatten();
    annotations.map(|(key, value)| key.len() + value.as_str().expect("text").len()).sum()
}

#[test]
fn a_fixed_object_has_no_more_annotations_than_kubernetes_takes() {
    let settings = json!({"mutate": "full", "annotate": true});
    let spec = json!({"type": "LoadBalancer", "externalTrafficPolicy": "Local"});
    for room in [0, 1, 60, 100, 127, 128, 129, 130, 131, 132, 200, 300, 400, 1000] {
        let note = "n".repeat(MAX_ANNOTATIONS - room - 4);
        let mut pod = pod(json!({"hostname": "a"}));
        pod["metadata"]["annotations"] = json!({"note": note});
        for object in [pod, service(json!({"note": note}), spec.clone())] {
            assert_eq!(size(&object), MAX_ANNOTATIONS - room);
            let response = answer(&create(&object), &settings);
            let fixed = &response["mutated_object"];
            assert!(size(fixed) <= MAX_ANNOTATIONS, "{room}: {} has {}", object["kind"], size(fixed));
            let is_told = fixed["metadata"]["annotations"].get(FIXED_ANNOTATION).is_some();
            assert!(
                !is_told
                    || fixed["metadata"]["annotations"][FIXED_ANNOTATION]
                        .as_str()
                        .is_some_and(|text| { serde_json::from_str::<Value>(text).is_ok_and(|list| list.is_array()) })
            );
            assert!(room < 300 || is_told, "{room}: {}", object["kind"]);
            if object["kind"] == "Pod" {
                assert!(fixed["spec"].get("hostname").is_none(), "{room}: {response}");
            }
        }
    }
}

/// A RayCluster with a group of workers and a head.
fn cluster(head: &Value, worker: &Value) -> Value {
    json!({
        "apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "headGroupSpec": {"template": {"spec": head}},
            "workerGroupSpecs": [{"template": {"spec": worker}}],
        },
    })
}

fn spec(more: &Value) -> Value {
    let mut pod = pod(json!({}));
    overlay(&mut pod["spec"], more);
    pod["spec"].take()
}

#[test]
fn what_is_not_judged_is_not_found_after_a_fix_either() {
    let bad = spec(&json!({"hostPID": true}));
    let old = cluster(&spec(&json!({})), &bad);
    let new = cluster(&spec(&json!({"hostname": "a"})), &bad);
    let response = answer(&update(&new, &old), &json!({"mutate": "full"}));
    assert_eq!(response["accepted"], true, "the workers stay as they are: {response}");
    assert!(warnings(&response)[0].starts_with("hostname spec.headGroupSpec.template.spec.hostname: "), "{response}");

    let elsewhere = spec(&json!({"hostPID": true, "nodeSelector": {"pool": "managed"}}));
    let object = cluster(&spec(&json!({"hostname": "a"})), &elsewhere);
    let response = answer(&create(&object), &json!({"nodeKind": "mixed", "mutate": "full"}));
    assert_eq!(response["accepted"], true, "the workers run elsewhere: {response}");
}

#[test]
fn a_workload_is_not_kept_off_where_one_of_its_templates_names_its_node() {
    let settings = json!({"nodeKind": "mixed", "rules": {"placement": {"mutate": true}}});
    let (bad, named) = (json!({"hostPID": true}), json!({"hostPID": true, "nodeName": "n1"}));
    for (head, worker, is_kept_off) in [(&bad, &bad, true), (&bad, &named, false), (&named, &bad, false)] {
        let response = answer(&create(&cluster(&spec(head), &spec(worker))), &settings);
        assert_eq!(response["accepted"], is_kept_off, "{head}, {worker}: {response}");
    }
}

/// A fix of the pods only counts where the template is not rewritten: an owner judges it.
#[test]
fn what_another_object_controls_is_left_alone() {
    let mut object = kind_named("StatefulSet").object(spec(&json!({"hostname": "a"})));
    let settings = json!({"mutate": "full", "mutateTemplates": true});
    assert_ne!(answer(&create(&object), &settings)["mutated_object"], Value::Null);
    object["metadata"]["ownerReferences"] = json!([controller("example.com/v1", "Database")]);
    let response = answer(&create(&object), &settings);
    assert_eq!((&response["accepted"], &response["mutated_object"]), (&json!(true), &Value::Null), "{response}");
}
