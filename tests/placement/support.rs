//! What the tests of placement share.

use serde_json::{Value, json};

pub fn mixed(nodes: &Value) -> Value {
    json!({"nodeKind": "mixed", "virtualNodes": nodes})
}

pub fn required(terms: &Value) -> Value {
    json!({"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}})
}

/// Settings under which a pod is kept off virtual nodes instead of being denied.
pub fn placing(nodes: &Value) -> Value {
    let mut settings = mixed(nodes);
    settings["rules"] = json!({"placement": {"mutate": true}});
    settings
}
