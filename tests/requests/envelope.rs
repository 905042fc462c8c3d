//! The owner of an object, its kind, and how the request around it is written.

use serde_json::{Value, json};

use crate::common::{KINDS, Verdict, controller, create, judge, kind_named, payload, places, places_of, update};
use crate::support::{bad, bad_spec, judged};

fn owned(kind: &str, spec: Value, owner: &Value) -> Value {
    let mut object = kind_named(kind).object(spec);
    object["metadata"]["ownerReferences"] = json!([owner]);
    object
}

#[test]
fn what_a_deployment_or_cron_job_controls_is_accepted_without_a_look() {
    let cases = [("ReplicaSet", controller("apps/v1", "Deployment")), ("Job", controller("batch/v1", "CronJob"))];
    for (kind, owner) in &cases {
        let object = owned(kind, bad_spec(), owner);
        assert_eq!(judged(&create(&object)), Verdict::Accepted, "{kind}");
        let changed = owned(kind, json!({"hostPID": true}), owner);
        assert_eq!(judged(&update(&changed, &object)), Verdict::Accepted, "{kind}");
        assert_eq!(judged(&create(&owned(kind, json!("garbage"), owner))), Verdict::Accepted, "{kind}");
        let mut among = object.clone();
        among["metadata"]["ownerReferences"] = json!([
            {"apiVersion": "example.com/v1", "kind": "Guard", "name": "g", "uid": "v"}, owner,
        ]);
        assert_eq!(judged(&create(&among)), Verdict::Accepted, "{kind} among other owners");
    }
    let older = owned("Job", bad_spec(), &controller("batch/v1beta1", "CronJob"));
    assert_eq!(judged(&create(&older)), Verdict::Accepted, "the version of the group does not matter");
}

#[test]
fn what_others_own_is_judged() {
    let without_controller = |mut owner: Value, controller: Value| {
        owner["controller"] = controller;
        owner
    };
    let deployment = controller("apps/v1", "Deployment");
    let cases = [
        ("ReplicaSet", without_controller(deployment.clone(), json!(false))),
        ("ReplicaSet", without_controller(deployment.clone(), Value::Null)),
        ("ReplicaSet", controller("argoproj.io/v1alpha1", "Rollout")),
        ("ReplicaSet", controller("apps.example.com/v1", "Deployment")),
        ("ReplicaSet", controller("v1", "Deployment")),
        ("ReplicaSet", controller("batch/v1", "CronJob")),
        ("ReplicaSet", controller("apps/v1", "StatefulSet")),
        ("Job", controller("batch.volcano.sh/v1", "CronJob")),
        ("Job", controller("apps/v1", "Deployment")),
        ("Job", without_controller(controller("batch/v1", "CronJob"), json!(false))),
        ("Deployment", controller("apps/v1", "Deployment")),
        ("StatefulSet", controller("apps/v1", "Deployment")),
        ("Pod", controller("apps/v1", "ReplicaSet")),
        ("Pod", controller("apps/v1", "Deployment")),
        ("Pod", controller("batch/v1", "Job")),
        ("Pod", controller("batch/v1", "CronJob")),
    ];
    for (kind, owner) in &cases {
        let object = owned(kind, bad_spec(), owner);
        assert_eq!(places(&create(&object), &json!({})), bad(kind_named(kind)), "{kind} of {owner}");
    }
}

#[test]
fn kinds_that_no_rule_knows_are_never_decoded() {
    let garbage = [
        json!({"metadata": 5, "spec": "x"}),
        json!({"metadata": {"labels": [1], "ownerReferences": {}}, "spec": {"template": 7, "containers": "x"}}),
        json!("garbage"),
        json!([]),
        json!(5),
        Value::Null,
    ];
    let kinds = [
        ("example.com", "Widget"),
        ("example.com", "Pod"),
        ("apps", "Pod"),
        ("", "Deployment"),
        ("extensions", "Ingress"),
        ("extensions", "StatefulSet"),
        ("core", "Pod"),
        ("networking.k8s.io", "Ingress"),
        ("", "Node"),
        ("", "pod"),
        ("", "Pods"),
        ("autoscaling", "HorizontalPodAutoscaler"),
        ("gateway.networking.k8s.io", "Gateway"),
    ];
    for (group, kind) in kinds {
        for object in &garbage {
            for operation in ["CREATE", "UPDATE"] {
                let mut request = create(object);
                request["kind"] = json!({"group": group, "version": "v1", "kind": kind});
                request["operation"] = json!(operation);
                request["oldObject"] = object.clone();
                assert_eq!(judged(&request), Verdict::Accepted, "{group} {kind} {object}");
            }
        }
    }
}

#[test]
fn the_version_of_a_group_does_not_matter() {
    for kind in &KINDS {
        for version in ["v1beta1", "v2", ""] {
            let mut request = create(&kind.object(bad_spec()));
            request["kind"]["version"] = json!(version);
            assert_eq!(places(&request, &json!({})), bad(kind), "{} {version}", kind.name);
        }
        let mut request = create(&kind.object(bad_spec()));
        request["kind"].as_object_mut().unwrap().remove("version");
        if kind.group.is_empty() {
            request["kind"]["group"] = Value::Null;
        }
        assert_eq!(places(&request, &json!({})), bad(kind), "{}", kind.name);
    }
}

/// A cluster of an older version may still serve them.
#[test]
fn the_old_group_of_a_kind_is_the_same_group() {
    for kind in ["Deployment", "DaemonSet", "ReplicaSet"].map(kind_named) {
        let mut request = create(&kind.object(bad_spec()));
        request["kind"]["group"] = json!("extensions");
        assert_eq!(places(&request, &json!({})), bad(kind), "{}", kind.name);
    }
    let owner = controller("extensions/v1beta1", "Deployment");
    assert_eq!(judged(&create(&owned("ReplicaSet", bad_spec(), &owner))), Verdict::Accepted);
    let policy = json!({"apiVersion": "extensions/v1beta1", "kind": "NetworkPolicy", "metadata": {"name": "web"}});
    assert_eq!(places(&create(&policy), &json!({})), [("network-policy", "kind".to_owned())]);
}

/// The kind of the request counts, not what the object says of itself.
#[test]
fn what_the_sender_makes_up_is_not_read() {
    for kind in &KINDS {
        let mut request = create(&kind.object(bad_spec()));
        request["object"].as_object_mut().unwrap().remove("apiVersion");
        request["object"].as_object_mut().unwrap().remove("kind");
        for field in ["uid", "resource", "requestKind", "requestResource", "options", "dryRun"] {
            for value in [Value::Null, json!("x"), json!(5), json!([[[]]]), json!({"group": 5})] {
                request[field] = value;
                assert_eq!(places(&request, &json!({})), bad(kind), "{} with {}: {}", kind.name, field, request[field]);
            }
        }
    }
}

#[test]
fn a_key_with_escapes_is_the_same_key() {
    let payload =
        payload(&create(&KINDS[0].object(bad_spec())), &json!({})).replace("hostNetwork", "\\u0068ostN\\u0065twork");
    assert_eq!(places_of(judge(&payload).findings()), bad(&KINDS[0]));
}

#[test]
fn the_order_of_the_payload_does_not_matter() {
    for kind in &KINDS {
        let request = create(&kind.object(bad_spec()));
        let map = request.as_object().unwrap();
        for first in map.keys() {
            let mut fields = vec![format!("{}:{}", json!(first), map[first])];
            fields.extend(
                map.iter().filter(|(key, _)| *key != first).map(|(key, value)| format!("{}:{value}", json!(key))),
            );
            let request = format!("{{{}}}", fields.join(","));
            let reversed = format!("{{{}}}", fields.iter().rev().cloned().collect::<Vec<_>>().join(","));
            for request in [request, reversed] {
                for payload in [
                    format!("{{\"request\":{request},\"settings\":{{}}}}"),
                    format!("{{\"settings\":{{}},\"request\":{request}}}"),
                    format!("{{\"request\":{request}}}"),
                ] {
                    assert_eq!(places_of(judge(&payload).findings()), bad(kind), "{payload}");
                }
            }
        }
    }
}
