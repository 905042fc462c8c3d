//! The requests that an API server would send for the examples, and what the policy says of them.

use serde_json::{Value, json};

use crate::common::policy::{Cluster, RULES, Rule, failing_example, fixed_example};
use crate::common::{annotation, payload, validate_with, yaml};

pub fn ids() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.id)
}

pub fn found(rule: &Rule) -> Value {
    request(&failing_example(rule), &format!("{}-found", rule.id))
}

pub fn clean(rule: &Rule) -> Value {
    request(&fixed_example(rule), &format!("{}-clean", rule.id))
}

/// What the API server would send for an example, which is a manifest or a part of a request.
pub fn request(example: &str, uid: &str) -> Value {
    let example: Value = yaml(example);
    let given = example.get("request").cloned().unwrap_or_else(|| creation(&example, uid));
    let Value::Object(mut given) = given else { panic!("{uid}: the request isn't an object") };
    let kind = text(&given["kind"]["kind"], uid).to_owned();
    let is_clustered = CLUSTERED.contains(&kind.as_str());
    let namespace = given["object"]["metadata"]["namespace"].as_str().unwrap_or("default").to_owned();
    if !is_clustered {
        for key in ["object", "oldObject"] {
            if let Some(metadata) = given.get_mut(key).and_then(|object| object.get_mut("metadata")) {
                metadata["namespace"] = json!(namespace);
            }
        }
        given.insert("namespace".to_owned(), json!(namespace));
    } else if kind == "Namespace" {
        given.insert("namespace".to_owned(), given["name"].clone());
    }
    given.insert("uid".to_owned(), json!(uid));
    for (key, of) in [("requestKind", "kind"), ("requestResource", "resource"), ("requestSubResource", "subResource")] {
        if let Some(value) = given.get(of).cloned() {
            given.insert(key.to_owned(), value);
        }
    }
    let options = match text(&given["operation"], uid) {
        "CREATE" => json!({"apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions"}),
        "UPDATE" => json!({"apiVersion": "meta.k8s.io/v1", "kind": "UpdateOptions"}),
        _ => Value::Null,
    };
    given.insert("options".to_owned(), options);
    given.insert("userInfo".to_owned(), json!({"username": "somebody", "groups": ["system:authenticated"]}));
    given.insert("dryRun".to_owned(), json!(false));
    given.entry("oldObject").or_insert(Value::Null);
    given.into()
}

/// Kinds that have no namespace.
const CLUSTERED: [&str; 3] = ["Namespace", "PersistentVolume", "ClusterRoleBinding"];

/// The request that creates an object, as far as it says which one.
fn creation(object: &Value, uid: &str) -> Value {
    let api_version = text(&object["apiVersion"], uid);
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = text(&object["kind"], uid);
    json!({
        "kind": {"group": group, "version": version, "kind": kind},
        "resource": {"group": group, "version": version, "resource": plural(kind)},
        "operation": "CREATE",
        "name": text(&object["metadata"]["name"], uid),
        "object": object,
    })
}

fn text<'v>(value: &'v Value, uid: &str) -> &'v str {
    value.as_str().unwrap_or_else(|| panic!("{uid}: a string is missing"))
}

/// The resource of a kind, as far as the examples go.
fn plural(kind: &str) -> String {
    let kind = kind.to_lowercase();
    match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{kind}s"),
    }
}

pub fn respond(cluster: &dyn Cluster, request: &Value, settings: &Value) -> Value {
    validate_with(cluster, &payload(request, settings))
}

/// The ids of the rules that denied, and of those that warned.
pub fn annotations(response: &Value) -> (String, String) {
    (annotation(response, "denied").to_owned(), annotation(response, "warned").to_owned())
}
