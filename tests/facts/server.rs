//! What an API server makes of a request before it asks validating webhooks about it, or that it refuses it.
//!
//! Mutating webhooks are asked first, about the object as it was sent. The sources are `pkg/registry/core/pod/strategy.go`,
//! `apiserver/pkg/registry/rest` and `apiserver/pkg/endpoints/handlers` of Kubernetes 1.36.

use serde_json::{Map, Value, json};

/// The five characters that the API server adds to `generateName` in these tests.
const SUFFIX: &str = "x7k2p";

/// The request as validating webhooks get it; `None` where the API server refuses it before.
pub fn kept(request: &Value) -> Option<Value> {
    let mut request = request.clone();
    let (mut object, old) = (request["object"].take(), request["oldObject"].clone());
    let sub_resource = request["subResource"].as_str().unwrap_or_default().to_owned();
    match (request["operation"].as_str()?, sub_resource.as_str()) {
        ("CREATE", "") => create(&mut object),
        ("UPDATE", _) if old.is_null() => {}
        ("UPDATE", "ephemeralcontainers") => object = ephemeral_containers(&object, &old)?,
        ("UPDATE", "resize") => object = resize(&object, &old)?,
        ("UPDATE", "") => update(&mut object, &old)?,
        _ => {}
    }
    if request["operation"] == "CREATE" {
        request["name"] = object["metadata"]["name"].clone();
    }
    request["object"] = object;
    Some(request)
}

fn create(object: &mut Value) {
    let metadata = object["metadata"].as_object_mut().expect("metadata");
    for name in ["creationTimestamp", "uid", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
        metadata.remove(name);
    }
    let start = metadata.get("generateName").and_then(Value::as_str).unwrap_or_default();
    if !start.is_empty() && metadata.get("name").and_then(Value::as_str).unwrap_or_default().is_empty() {
        let name = format!("{}{SUFFIX}", &start[..start.len().min(58)]);
        metadata.insert("name".to_owned(), json!(name));
    }
    object.as_object_mut().expect("an object").remove("status");
}

fn update(object: &mut Value, old: &Value) -> Option<()> {
    if changes_what_cannot_change(object, old) {
        return None;
    }
    if object["kind"] == "Pod" && !is_update_of_a_pod(object, old) {
        return None;
    }
    take(object, old, &["status"]);
    take(object.get_mut("metadata")?, &old["metadata"], &["creationTimestamp", "generation"]);
    Some(())
}

fn ephemeral_containers(object: &Value, old: &Value) -> Option<Value> {
    let mut kept = old.clone();
    if changes_what_cannot_change(&without_reset_metadata(object, old), old) {
        return None;
    }
    take(kept.get_mut("spec")?, &object["spec"], &["ephemeralContainers"]);
    take(kept.get_mut("metadata")?, &object["metadata"], &["managedFields"]);
    Some(kept)
}

fn resize(object: &Value, old: &Value) -> Option<Value> {
    let mut kept = old.clone();
    if changes_what_cannot_change(&without_reset_metadata(object, old), old) {
        return None;
    }
    for list in ["containers", "initContainers"] {
        let names = |pod: &Value| -> Vec<Value> {
            pod["spec"][list].as_array().into_iter().flatten().map(|container| container["name"].clone()).collect()
        };
        // Containers cannot be added, removed, put in another order or renamed.
        if names(object) != names(old) {
            return None;
        }
        let containers = kept["spec"].get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        for (container, sent) in containers.zip(object["spec"][list].as_array().into_iter().flatten()) {
            take(container, sent, &["resources", "resizePolicy"]);
        }
    }
    take(kept.get_mut("spec")?, &object["spec"], &["resources"]);
    take(kept.get_mut("metadata")?, &object["metadata"], &["managedFields"]);
    Some(kept)
}

/// Whether an update changes metadata that no update may change.
fn changes_what_cannot_change(object: &Value, old: &Value) -> bool {
    let (new, old) = (&object["metadata"], &old["metadata"]);
    let is_changed = |name: &str| !new[name].is_null() && new[name] != old[name];
    let mut names = ["name", "namespace", "uid", "deletionTimestamp", "deletionGracePeriodSeconds"].into_iter();
    names.any(is_changed)
}

/// The object without the metadata that a subresource resets.
fn without_reset_metadata(object: &Value, old: &Value) -> Value {
    let mut object = object.clone();
    let reset = ["deletionTimestamp", "generation", "labels", "annotations", "finalizers", "ownerReferences"];
    take(&mut object["metadata"], &old["metadata"], &reset);
    object
}

/// Whether an update of a Pod changes nothing but images and what it tolerates more.
fn is_update_of_a_pod(object: &Value, old: &Value) -> bool {
    let fixed = |pod: &Value| {
        let mut spec = pod["spec"].clone();
        for list in ["containers", "initContainers"] {
            for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                container["image"] = Value::Null;
            }
        }
        spec["tolerations"] = Value::Null;
        spec
    };
    let tolerations = |pod: &Value| pod["spec"]["tolerations"].as_array().cloned().unwrap_or_default();
    let (new, known) = (tolerations(object), tolerations(old));
    fixed(object) == fixed(old) && known.iter().all(|toleration| new.contains(toleration))
}

fn take(target: &mut Value, source: &Value, names: &[&str]) {
    let nothing = Map::new();
    let source = source.as_object().unwrap_or(&nothing);
    let Some(target) = target.as_object_mut() else { return };
    for name in names {
        match source.get(*name) {
            Some(value) => _ = target.insert((*name).to_owned(), value.clone()),
            None => _ = target.remove(*name),
        }
    }
}
