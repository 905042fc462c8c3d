//! Creations, deletions, and updates of what is being deleted.

use serde_json::{Value, json};

use crate::common::{
    KINDS, Verdict, create, findings, findings_and_response, overlay, payload, places, places_of, update, validate,
};
use crate::support::{bad, bad_spec, judged, others};

#[test]
fn bad_objects_are_denied_on_create() {
    for kind in &KINDS {
        let object = kind.object(bad_spec());
        let places = places_of(findings_and_response(&create(&object), &json!({})));
        assert_eq!(places, bad(kind), "{}", kind.name);
    }
    for (object, rule, path) in others() {
        assert_eq!(places(&create(&object), &json!({})), [(rule, path.to_owned())], "{object}");
    }
}

#[test]
fn delete_is_accepted_without_a_look() {
    let objects =
        KINDS.iter().map(|kind| kind.object(bad_spec())).chain(others().into_iter().map(|(object, ..)| object));
    for object in objects {
        let mut request = create(&object);
        request["operation"] = json!("DELETE");
        request["oldObject"] = object.clone();
        for object in [Value::Null, object.clone(), json!({"spec": 5}), json!("garbage")] {
            request["object"] = object;
            assert_eq!(judged(&request), Verdict::Accepted, "{request}");
        }
        request.as_object_mut().unwrap().remove("name");
        assert_eq!(judged(&request), Verdict::Accepted, "the deletion of a collection has no name: {request}");
    }
}

#[test]
fn an_update_of_what_is_being_deleted_is_accepted() {
    let objects =
        KINDS.iter().map(|kind| kind.object(bad_spec())).chain(others().into_iter().map(|(object, ..)| object));
    for object in objects {
        let mut old = object.clone();
        old["metadata"]["finalizers"] = json!(["example.com/cleanup"]);
        let mut deleted = object.clone();
        deleted["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        deleted["metadata"]["finalizers"] = json!([]);
        if let Some(spec) = deleted.get_mut("spec").and_then(Value::as_object_mut) {
            spec.insert("changed".to_owned(), json!(true));
        }
        assert_eq!(judged(&update(&deleted, &old)), Verdict::Accepted, "{deleted}");
        assert_eq!(judged(&update(&deleted, &Value::Null)), Verdict::Accepted, "{deleted}");

        let mut unreadable = deleted.clone();
        unreadable["spec"] = json!("garbage");
        unreadable["template"] = json!(["garbage"]);
        unreadable["metadata"]["labels"] = json!(5);
        unreadable["metadata"]["ownerReferences"] = json!("garbage");
        assert_eq!(judged(&update(&unreadable, &old)), Verdict::Accepted, "finalizers must go: {unreadable}");

        for nothing in [json!(""), Value::Null] {
            deleted["metadata"]["deletionTimestamp"] = nothing;
            assert!(!findings(&update(&deleted, &Value::Null), &json!({})).is_empty(), "{deleted}");
        }
    }
}

#[test]
fn a_deletion_timestamp_means_nothing_on_create() {
    for kind in &KINDS {
        let mut object = kind.object(bad_spec());
        object["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        assert_eq!(places(&create(&object), &json!({})), bad(kind), "{}", kind.name);
    }
    for (mut object, rule, path) in others() {
        object["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        assert_eq!(places(&create(&object), &json!({})), [(rule, path.to_owned())], "{object}");
    }
}

#[test]
fn on_managed_nodes_everything_passes() {
    let settings = json!({"nodeKind": "managed", "mutate": "full", "mutateTemplates": true});
    let mut requests: Vec<_> = KINDS.iter().map(|kind| create(&kind.object(bad_spec()))).collect();
    requests.extend(KINDS.iter().map(|kind| create(&kind.object(json!("garbage")))));
    requests.extend(others().into_iter().map(|(object, ..)| create(&object)));
    let mut connection = create(&json!({"apiVersion": "v1", "kind": "PodExecOptions"}));
    overlay(&mut connection, &json!({"operation": "CONNECT", "subResource": "exec"}));
    requests.push(connection);
    for request in requests {
        assert_eq!(validate(&payload(&request, &settings)), json!({"accepted": true}), "{request}");
        assert_ne!(validate(&payload(&request, &json!({}))), json!({"accepted": true}), "{request}");
    }
}
