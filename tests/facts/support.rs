//! What the tests of facts share.

use serde_json::{Value, json};

use crate::common::{annotation, answer, good_spec, kind_named, overlay, update};
use crate::server::kept;

/// What a webhook is asked: a mutating one, and a validating one where the API server does not refuse the request before.
fn forms(request: &Value) -> Vec<(&'static str, Value)> {
    let mut forms = vec![("mutating", request.clone())];
    forms.extend(kept(request).map(|kept| ("validating", kept)));
    forms
}

/// A rule denies the request in both forms.
pub fn assert_denied(request: &Value, settings: &Value, rule: &str) {
    for (form, request) in forms(request) {
        let response = answer(&request, settings);
        let mut denied = annotation(&response, "denied").split(',');
        assert!(denied.any(|id| id == rule), "{form}, {settings}: {response}\n{request}");
    }
}

/// The request is accepted in both forms.
pub fn assert_accepted(request: &Value, settings: &Value) {
    for (form, request) in forms(request) {
        let response = answer(&request, settings);
        assert_eq!(response["accepted"], true, "{form}, {settings}: {response}\n{request}");
    }
}

/// The Pod `shop/web`, with more fields in its metadata and spec.
pub fn pod(metadata: &Value, spec: &Value) -> Value {
    let mut pod = kind_named("Pod").object(good_spec());
    overlay(&mut pod["metadata"], metadata);
    overlay(&mut pod["spec"], spec);
    pod
}

/// The ways to change a running pod, each with the rule that denies it.
pub const CHANGES: [(&str, &str); 3] =
    [("", "image-update"), ("ephemeralcontainers", "ephemeral-containers"), ("resize", "requests-equal-limits")];

/// The request that changes `old` as a subresource does, or as an update where it is empty. `sent` are further fields of
/// the metadata and of the spec that it sends.
pub fn change(sub_resource: &str, old: &Value, sent: (&Value, &Value)) -> Value {
    let mut object = old.clone();
    let spec = &mut object["spec"];
    match sub_resource {
        "" => spec["containers"][0]["image"] = json!("registry.example.com/web:2"),
        "ephemeralcontainers" => spec["ephemeralContainers"] = json!([{"name": "debug", "image": "busybox"}]),
        "resize" => spec["containers"][0]["resources"]["requests"]["cpu"] = json!("500m"),
        other => panic!("nothing changes a pod by {other}"),
    }
    overlay(&mut object["metadata"], sent.0);
    overlay(&mut object["spec"], sent.1);
    let mut request = update(&object, old);
    // The request is about the Pod that its address names, whatever is sent.
    overlay(&mut request, &json!({"name": "web", "namespace": "shop", "subResource": sub_resource}));
    request
}
