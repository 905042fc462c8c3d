//! Placement: where a running pod is, and where one that waits will land.

use serde_json::{Value, json};

use crate::common::{annotation, answer, required, update};
use crate::support::{CHANGES, assert_accepted, assert_denied, change, pod};

/// Virtual nodes that have a taint.
fn mixed() -> Value {
    json!({"nodeKind": "mixed", "virtualNodes": {"labels": {"pool": "virtual"},
        "taints": [{"key": "virtual", "value": "true", "effect": "NoSchedule"}]}})
}

fn tolerates(key: &str) -> Value {
    json!([{"key": key, "operator": "Exists", "effect": "NoSchedule"}])
}

/// What keeps a pod off virtual nodes.
fn excuses() -> Vec<Value> {
    let elsewhere = json!([{"matchExpressions": [{"key": "pool", "operator": "NotIn", "values": ["virtual"]}]}]);
    vec![
        json!({"tolerations": null}),
        json!({"nodeSelector": {"pool": "managed"}}),
        json!({"affinity": {"nodeAffinity": required(&elsewhere)}}),
        json!({"nodeName": "10.0.10.2", "tolerations": []}),
    ]
}

#[test]
fn nobody_moves_a_running_pod_by_saying_where_it_is() {
    let there = pod(&json!({}), &json!({"nodeName": "10.0.10.7", "tolerations": tolerates("virtual")}));
    let waiting = pod(&json!({}), &json!({"tolerations": tolerates("virtual")}));
    for (sub_resource, rule) in CHANGES {
        for old in [&there, &waiting] {
            assert_denied(&change(sub_resource, old, (&json!({}), &json!({}))), &mixed(), rule);
            for excuse in excuses() {
                assert_denied(&change(sub_resource, old, (&json!({}), &excuse)), &mixed(), rule);
            }
        }
        let elsewhere = pod(&json!({}), &json!({"nodeSelector": {"pool": "managed"}}));
        assert_accepted(&change(sub_resource, &elsewhere, (&json!({}), &json!({}))), &mixed());
    }
    // Of a subresource the API server keeps nothing of this: a pod that is elsewhere stays there.
    let elsewhere = pod(&json!({}), &json!({"nodeSelector": {"pool": "managed"}}));
    for (sub_resource, _) in CHANGES.into_iter().filter(|(sub_resource, _)| !sub_resource.is_empty()) {
        let sent = json!({"nodeName": "10.0.10.7", "nodeSelector": null, "tolerations": tolerates("virtual")});
        assert_accepted(&change(sub_resource, &elsewhere, (&json!({}), &sent)), &mixed());
    }
}

#[test]
fn an_update_that_lets_a_pod_land_is_judged_in_full() {
    let settings = mixed();
    let bad = json!({"hostPID": true, "hostNetwork": true});
    let waiting = |spec: Value| pod(&json!({}), &spec);
    let with = |old: &Value, tolerations: Value| {
        let mut object = old.clone();
        object["spec"]["tolerations"] = tolerations;
        update(&object, old)
    };
    let old = waiting(bad.clone());
    assert_denied(&with(&old, tolerates("virtual")), &settings, "host-pid");
    let response = answer(&with(&old, tolerates("virtual")), &settings);
    assert_eq!(annotation(&response, "denied"), "host-network,host-pid", "{response}");
    assert_denied(&with(&old, json!([{"operator": "Exists"}])), &settings, "host-pid");
    // It still lands nowhere.
    assert_accepted(&with(&old, tolerates("gpu")), &settings);
    // It waits for another node, whatever it tolerates.
    let elsewhere = waiting(json!({"hostPID": true, "nodeSelector": {"pool": "managed"}}));
    assert_accepted(&with(&elsewhere, tolerates("virtual")), &settings);
    // Nothing is wrong with it.
    assert_accepted(&with(&waiting(json!({})), tolerates("virtual")), &settings);
    // It could land before, and was judged when it was made.
    let judged = waiting(json!({"hostPID": true, "tolerations": tolerates("virtual")}));
    assert_accepted(&with(&judged, json!([{"operator": "Exists"}])), &settings);
}

#[test]
fn a_pod_that_has_its_node_does_not_land_again() {
    let nodes = [json!({"apiVersion": "v1", "kind": "Node", "spec": {"taints": mixed()["virtualNodes"]["taints"]},
        "metadata": {"name": "10.0.10.7", "labels": {"pool": "virtual"}}})];
    let mut settings = mixed();
    settings["lookups"] = json!(["Node"]);
    let old = pod(&json!({}), &json!({"hostPID": true, "nodeName": "10.0.10.2"}));
    let mut object = old.clone();
    object["spec"]["tolerations"] = json!([{"operator": "Exists"}]);
    let payload = crate::common::payload(&update(&object, &old), &settings);
    assert_eq!(crate::common::validate_in(&nodes, &payload), json!({"accepted": true}));
}
