//! The admission request of an object, as an API server would send it for `kubectl create`.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::kinds;
use crate::object::Object;

/// Requests are told apart by it in a cluster's logs. There is no log here, and the same input gives the same output.
const UID: &str = "00000000-0000-4000-8000-000000000000";

/// The input of the policy.
#[derive(Debug)]
pub struct Payload<'a> {
    /// The request.
    pub request: Request<'a>,
    /// The settings of the policy.
    pub settings: &'a RawValue,
}

impl Payload<'_> {
    /// The payload as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // The object is put in as it is: serde_json would read it once more.
        let mut json = String::from("{\"request\":");
        let head = serde_json::to_string(&self.request).unwrap_or_default();
        json.push_str(head.strip_suffix('}').unwrap_or(&head));
        json.push_str(",\"object\":");
        json.push_str(&self.request.object);
        json.push_str("},\"settings\":");
        json.push_str(self.settings.get());
        json.push('}');
        json
    }
}

/// An `AdmissionRequest` of `admission.k8s.io/v1` with what the policy server insists on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'a> {
    uid: &'static str,
    kind: Kind<'a>,
    resource: Resource<'a>,
    request_kind: Kind<'a>,
    request_resource: Resource<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    operation: &'static str,
    user_info: UserInfo,
    #[serde(skip)]
    object: Cow<'a, str>,
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Kind<'a> {
    group: &'a str,
    version: &'a str,
    kind: &'a str,
}

#[derive(Debug, Clone, Serialize)]
struct Resource<'a> {
    group: &'a str,
    version: &'a str,
    resource: String,
}

#[derive(Debug, Serialize)]
struct UserInfo {
    username: &'static str,
    groups: [&'static str; 1],
}

impl<'a> Request<'a> {
    /// The request to create `object`, in `namespace` if it names none itself and is of a kind that has one.
    #[must_use]
    pub fn create(object: &'a Object, namespace: &'a str) -> Self {
        let kind = Kind { group: object.group(), version: object.version(), kind: &object.kind };
        let resource = Resource { group: kind.group, version: kind.version, resource: kinds::resource(kind.kind) };
        Self {
            uid: UID,
            kind,
            resource: resource.clone(),
            request_kind: kind,
            request_resource: resource,
            name: object.name(),
            namespace: object.namespace(namespace),
            operation: "CREATE",
            user_info: UserInfo { username: "oke-vn", groups: ["system:authenticated"] },
            object: object.json(),
            dry_run: false,
        }
    }
}
