//! What the tests of exemptions share.

use serde_json::{Value, json};

use crate::common::{bad_spec, create, kind_named, overlay};

pub const ANNOTATION: &str = "oke-virtual-nodes.kubewarden.io/exempt";

/// Settings with one exemption, for a reason.
pub fn exempting(fields: &Value) -> Value {
    let mut exemption = json!({"reason": "it is old"});
    overlay(&mut exemption, fields);
    json!({"exemptions": [exemption]})
}

/// The Deployment `shop/web` of team A, sent by a person, in which `host-pid` is found.
pub fn request() -> Value {
    let mut object = kind_named("Deployment").object(bad_spec());
    object["metadata"]["labels"] = json!({"team": "a", "tier": "web"});
    // What is only on the template is not on the object.
    object["spec"]["template"]["metadata"]["labels"]["only"] = json!("template");
    let mut request = create(&object);
    request["userInfo"] = json!({"username": "jane", "groups": ["system:authenticated", "developers"], "uid": "7"});
    request
}

/// A pod with a finding that denies, one that can be fixed, and one that warns.
pub fn mixed_spec() -> Value {
    let mut spec = bad_spec();
    spec["terminationGracePeriodSeconds"] = json!(60);
    spec["containers"][0]["securityContext"] = json!({"seccompProfile": {"type": "RuntimeDefault"}});
    spec
}

pub fn allowing() -> Value {
    json!({"allowAnnotations": true})
}
