//! The requests that an API server sends about an object.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{files, overlay};

/// The request that creates `object`.
pub fn create(object: &Value) -> Value {
    let api_version = object["apiVersion"].as_str().unwrap_or_default();
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = object["kind"].as_str().unwrap_or_default();
    let mut request = Map::new();
    request.insert("uid".to_owned(), json!("00000000-0000-0000-0000-000000000001"));
    request.insert("kind".to_owned(), json!({"group": group, "version": version, "kind": kind}));
    request.insert(
        "resource".to_owned(),
        json!({"group": group, "version": version, "resource": format!("{}s", kind.to_lowercase())}),
    );
    for key in ["name", "namespace"] {
        if let Some(value) = object["metadata"].get(key).filter(|value| value.is_string()) {
            request.insert(key.to_owned(), value.clone());
        }
    }
    request.insert("operation".to_owned(), json!("CREATE"));
    request.insert("userInfo".to_owned(), json!({"username": "somebody"}));
    request.insert("object".to_owned(), object.clone());
    request.insert("oldObject".to_owned(), Value::Null);
    request.insert("dryRun".to_owned(), json!(false));
    request.insert("options".to_owned(), Value::Null);
    request.into()
}

/// The request that changes `old` to `object`.
pub fn update(object: &Value, old: &Value) -> Value {
    let mut request = create(object);
    request["operation"] = json!("UPDATE");
    request["oldObject"] = old.clone();
    request
}

/// What the host hands to `validate`.
pub fn payload(request: &Value, settings: &Value) -> String {
    json!({"request": request, "settings": settings}).to_string()
}

/// The request by which somebody connects to the pod `shop/web`: `exec`, `attach` or `portforward`.
pub fn connect(subresource: &str) -> Value {
    let kind = match subresource {
        "exec" => "PodExecOptions",
        "attach" => "PodAttachOptions",
        "portforward" => "PodPortForwardOptions",
        other => panic!("nobody connects by {other}"),
    };
    let mut request = create(&json!({"apiVersion": "v1", "kind": kind}));
    let patch = json!({
        "operation": "CONNECT",
        "name": "web",
        "namespace": "shop",
        "subResource": subresource,
        "resource": {"group": "", "version": "v1", "resource": "pods"},
    });
    overlay(&mut request, &patch);
    request
}

/// The ways to connect to a pod.
pub const CONNECTIONS: [&str; 3] = ["exec", "attach", "portforward"];

/// The recorded requests of `test_data/reviews`, by name.
pub fn reviews() -> BTreeMap<String, Value> {
    let mut reviews = BTreeMap::new();
    for (directory, prefix) in [("reviews", ""), ("reviews/mutating", "mutating/")] {
        for (name, text) in files(directory, "json") {
            let review: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            reviews.insert(format!("{prefix}{name}"), review["request"].clone());
        }
    }
    reviews
}
