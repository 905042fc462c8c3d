//! What the tests of placement share.

use serde_json::{Value, json};

pub fn mixed(nodes: &Value) -> Value {
    json!({"nodeKind": "mixed", "virtualNodes": nodes})
}

/// Settings under which a pod is kept off virtual nodes instead of being denied.
pub fn placing(nodes: &Value) -> Value {
    let mut settings = mixed(nodes);
    settings["rules"] = json!({"placement": {"mutate": true}});
    settings
}
