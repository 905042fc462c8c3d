//! The recorded updates: nothing that the API server drops or refuses changes the answer.

use serde_json::{Value, json};

use crate::common::{answer, overlay, reviews};

/// Settings under which what is dropped could decide something.
fn settings() -> Vec<Value> {
    let virtual_nodes = json!({"labels": {"pool": "virtual"}, "taints": [{"key": "v", "effect": "NoSchedule"}]});
    vec![
        json!({}),
        json!({"profile": "tolerant", "mutate": "full", "mutateTemplates": true, "annotate": true}),
        json!({"nodeKind": "mixed"}),
        json!({"nodeKind": "mixed", "virtualNodes": virtual_nodes, "rules": {"placement": {"mutate": true}}}),
        json!({"exemptions": [{"labels": {"exempt": "yes"}, "reason": "r"}, {"names": ["exempt"], "reason": "r"}]}),
        json!({"allowAnnotations": true}),
    ]
}

/// The recorded updates that are about an object or its subresource of that name.
fn updates(is_wanted: fn(&str) -> bool) -> Vec<(String, Value)> {
    let is_update = |request: &Value| {
        request["operation"] == "UPDATE"
            && request["oldObject"].is_object()
            && is_wanted(request["subResource"].as_str().unwrap_or_default())
    };
    reviews().into_iter().filter(|(_, request)| is_update(request)).collect()
}

/// Writes `value` where the steps lead; null removes it.
fn set(object: &mut Value, steps: &[Value], value: Value) {
    let Some((last, way)) = steps.split_last() else {
        *object = value;
        return;
    };
    let parent = way.iter().fold(object, |value, step| match step {
        Value::String(key) => &mut value[key.as_str()],
        step => &mut value[step.as_u64().expect("an index") as usize],
    });
    match (last, value.is_null()) {
        (Value::String(key), true) => _ = parent.as_object_mut().expect("an object").remove(key),
        (Value::String(key), false) => parent[key.as_str()] = value,
        (index, _) => parent[index.as_u64().expect("an index") as usize] = value,
    }
}

/// The ways to all values in an object. One of the lists is long, and nobody reads any of it.
fn places(value: &Value, way: &[Value], found: &mut Vec<Vec<Value>>) {
    let mut below = |step: Value, value: &Value| {
        let mut way = way.to_vec();
        way.push(step);
        found.push(way.clone());
        places(value, &way, found);
    };
    match value {
        _ if way.last().is_some_and(|step| step == "managedFields") => {}
        Value::Object(map) => map.iter().for_each(|(key, value)| below(json!(key), value)),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| below(json!(index), value)),
        _ => {}
    }
}

/// A recorded request, and what is answered to it.
struct Honest {
    name: String,
    request: Value,
    answers: Vec<(Value, Value)>,
}

impl Honest {
    fn new((name, request): (String, Value)) -> Self {
        let answers = settings().into_iter().map(|settings| (answer(&request, &settings), settings)).collect();
        Honest { name, request, answers }
    }

    /// The answers stay the same where the object that is sent is changed like this.
    fn assert_unmoved(&self, what: &str, forge: impl FnOnce(&mut Value)) {
        let mut forged = self.request.clone();
        forge(&mut forged["object"]);
        for (expected, settings) in &self.answers {
            assert_eq!(answer(&forged, settings), *expected, "{}, {what}, {settings}\n{forged}", self.name);
        }
    }
}

#[test]
fn what_no_update_changes_decides_nothing() {
    let metadata = [
        ("deletionTimestamp", json!("2026-01-01T00:00:00Z")),
        ("deletionGracePeriodSeconds", json!(5)),
        ("uid", json!("5f2b8a3c-0000-4000-8000-000000000000")),
        ("creationTimestamp", json!("2020-01-01T00:00:00Z")),
        ("managedFields", json!([{"manager": "somebody", "operation": "Update", "apiVersion": "v1"}])),
        ("generation", json!(99)),
        ("resourceVersion", json!("1")),
        ("selfLink", json!("/api/v1/namespaces/exempt/pods/exempt")),
    ];
    let updates = updates(|_| true);
    assert!(updates.len() > 10, "{}", updates.len());
    for honest in updates.into_iter().map(Honest::new) {
        for (field, value) in &metadata {
            for value in [value, &Value::Null] {
                let way = [json!("metadata"), json!(field)];
                honest.assert_unmoved(field, |object| set(object, &way, value.clone()));
            }
        }
        for status in [json!({"phase": "Succeeded", "deletionTimestamp": "x", "conditions": [{}]}), Value::Null] {
            honest.assert_unmoved("status", |object| set(object, &[json!("status")], status));
        }
    }
}

/// Fields that would excuse a Pod or accuse it.
fn inventions() -> Vec<Value> {
    let elsewhere = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
        {"nodeSelectorTerms": [{"matchExpressions": [{"key": "pool", "operator": "DoesNotExist"}]}]}}});
    vec![
        json!({"metadata": {"labels": {"exempt": "yes"}, "name": "exempt", "generateName": "exempt"}}),
        json!({"metadata": {"annotations": {"oke-virtual-nodes.kubewarden.io/exempt":
            "ephemeral-containers,privileged,requests-equal-limits,subcore-cpu: invented"}}}),
        json!({"metadata": {"ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web",
            "uid": "u", "controller": true}], "finalizers": ["example.com/x"]}}),
        json!({"spec": {"nodeName": "10.0.10.2", "nodeSelector": {"pool": "managed"}, "affinity": elsewhere}}),
        json!({"spec": {"tolerations": [{"operator": "Exists"}], "nodeSelector": null, "affinity": null}}),
        json!({"spec": {"hostNetwork": true, "hostPID": true, "volumes": [{"name": "root", "hostPath": {"path": "/"}}]}}),
        json!({"kind": "Deployment", "apiVersion": "apps/v1", "request": {}, "userInfo": {"username": "exempt"}}),
    ]
}

#[test]
fn what_a_subresource_drops_decides_nothing() {
    for (changed, subresource) in [("ephemeralContainers", "ephemeralcontainers"), ("resources", "resize")] {
        let updates = updates(match subresource {
            "resize" => |name| name == "resize",
            _ => |name| name == "ephemeralcontainers",
        });
        assert!(!updates.is_empty(), "{subresource}");
        for honest in updates.into_iter().map(Honest::new) {
            let mut ways = Vec::new();
            places(&honest.request["object"], &[], &mut ways);
            ways.retain(|way| is_dropped(way, changed));
            assert!(ways.len() > 50, "{}: {}", honest.name, ways.len());
            for (index, way) in ways.iter().enumerate() {
                // Null removes it; the other types take turns.
                let others = [json!("exempt"), json!(7), json!([]), json!({}), json!(true)];
                for value in [Value::Null, others[index % others.len()].clone()] {
                    honest.assert_unmoved(&json!(way).to_string(), |object| set(object, way, value));
                }
            }
            for invention in inventions() {
                honest.assert_unmoved(&invention.to_string(), |object| add(object, &invention));
            }
            // A resize adds no containers.
            let resources = json!({"requests": {"cpu": "1"}, "limits": {"cpu": "300"}});
            let added = json!({"spec": {"ephemeralContainers": [{"name": "debug", "resources": resources}]}});
            if subresource == "resize" {
                honest.assert_unmoved("a container more", |object| add(object, &added));
            }
        }
    }
}

/// Adds fields to an object and to its metadata and spec.
fn add(object: &mut Value, fields: &Value) {
    for (name, value) in fields.as_object().expect("fields") {
        match value {
            Value::Object(_) => overlay(&mut object[name.as_str()], value),
            value => object[name.as_str()] = value.clone(),
        }
    }
}

/// Whether the API server drops what stands there. Of a list of containers it drops nothing on a resize: it refuses it.
fn is_dropped(way: &[Value], changed: &str) -> bool {
    let name = |index: usize| way.get(index).and_then(Value::as_str).unwrap_or_default();
    match changed {
        "ephemeralContainers" => name(0) != "spec" || (way.len() > 1 && name(1) != changed),
        _ if name(0) != "spec" => true,
        _ if matches!(name(1), "containers" | "initContainers") => false,
        _ => way.len() > 1 && name(1) != changed,
    }
}
