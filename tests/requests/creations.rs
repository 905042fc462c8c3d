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
        old["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        let mut released = old.clone();
        released["metadata"]["finalizers"] = json!([]);
        if let Some(spec) = released.get_mut("spec").and_then(Value::as_object_mut) {
            spec.insert("changed".to_owned(), json!(true));
        }
        assert_eq!(judged(&update(&released, &old)), Verdict::Accepted, "{released}");

        let make_unreadable = |object: &Value| {
            let mut object = object.clone();
            object["spec"] = json!("garbage");
            object["template"] = json!(["garbage"]);
            object["metadata"]["labels"] = json!(5);
            object["metadata"]["ownerReferences"] = json!("garbage");
            object
        };
        for request in [
            update(&make_unreadable(&released), &old),
            update(&released, &make_unreadable(&old)),
            update(&make_unreadable(&released), &make_unreadable(&old)),
        ] {
            assert_eq!(judged(&request), Verdict::Accepted, "finalizers must go: {request}");
        }
    }
}

#[test]
fn what_is_sent_of_a_deletion_means_nothing() {
    let objects =
        KINDS.iter().map(|kind| kind.object(bad_spec())).chain(others().into_iter().map(|(object, ..)| object));
    for object in objects {
        let mut sent = object.clone();
        sent["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        let honest = findings(&update(&object, &Value::Null), &json!({}));
        assert_eq!(findings(&update(&sent, &Value::Null), &json!({})), honest, "{object}");
        for nothing in [json!(""), Value::Null] {
            let mut old = json!({"metadata": {}});
            old["metadata"]["deletionTimestamp"] = nothing;
            assert!(!findings(&update(&sent, &old), &json!({})).is_empty() || object["kind"] == "Pod", "{object}");
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
