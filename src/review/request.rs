//! The request, as Kubewarden sends it to a policy, and its scope.

use super::verdict::{Early, unreadable_fields};
use crate::check::evaluate::Scope;
use crate::config::Settings;
use crate::document::node::Node;
use crate::document::reader::Document;
use crate::document::shape::{Field, Fields, Shape, position};
use crate::document::view::{List, Raw, Text, View};
use crate::kubernetes::kinds::{Kind, KindInfo};
use crate::view;

view! {
    /// The payload of `validate`.
    Payload = "" {
        request: "request" => AdmissionRequest<'d>,
        settings: "settings" => Raw<'d>,
    }
}

view! {
    /// An admission request. Fields that depend on the sender aren't read: the audit scanner invents `resource` and
    /// `options`. The objects are kept as text and read once their kind is known.
    AdmissionRequest = "" {
        kind: "kind" => GroupVersionKind<'d>,
        name: "name" => Text<'d>,
        namespace: "namespace" => Text<'d>,
        object: "object" => Raw<'d>,
        old_object: "oldObject" => Raw<'d>,
        operation: "operation" => Text<'d>,
        sub_resource: "subResource" => Text<'d>,
        user_info: "userInfo" => Raw<'d>,
    }
}

view! {
    /// The user who sent the request. Kept as text, because only exemptions read it.
    UserInfo = "io.k8s.api.authentication.v1.UserInfo" {
        groups: "groups" => List<'d, Text<'d>>,
        username: "username" => Text<'d>,
    }
}

view! {
    /// The kind of an object.
    GroupVersionKind = "" {
        group: "group" => Text<'d>,
        kind: "kind" => Text<'d>,
    }
}

/// The operation of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Creates an object.
    Create,
    /// Updates an object.
    Update,
    /// Deletes an object.
    Delete,
    /// Connects to an object, as `kubectl exec` does.
    Connect,
}

impl Operation {
    /// Returns the operation of that name; `None` if unknown.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Some(match name {
            "CREATE" => Operation::Create,
            "UPDATE" => Operation::Update,
            "DELETE" => Operation::Delete,
            "CONNECT" => Operation::Connect,
            _ => return None,
        })
    }
}

/// Reads a payload, without reading the objects.
///
/// # Errors
/// [`Early::Rejected`] if it isn't JSON in UTF-8. [`Request::read`] reports fields of the wrong type.
pub fn read(payload: &[u8]) -> Result<Document<'_>, Early> {
    let text = std::str::from_utf8(payload).map_err(|_| Early::unreadable("the request is not valid UTF-8"))?;
    Document::read(text, Payload::SHAPE).map_err(|error| Early::not_json(&error, "the request"))
}

/// Returns the settings in a payload, as JSON.
#[must_use]
pub fn settings<'d>(payload: &'d Document<'_>) -> Option<&'d str> {
    Payload::of(payload.root())?.settings().map(Raw::text)
}

/// A request that rules check.
pub struct Request<'d> {
    /// The kind of the object.
    pub info: KindInfo<'d>,
    /// The API group in the request.
    pub group: &'d str,
    /// The kind in the request.
    pub kind_name: &'d str,
    /// The name in the request; may be empty.
    pub name: &'d str,
    /// The namespace; empty for cluster-scoped objects.
    pub namespace: &'d str,
    /// The operation; never DELETE.
    pub operation: Operation,
    /// The subresource; empty for the object itself.
    pub sub_resource: &'d str,
    /// The object, as JSON.
    pub object: Option<&'d str>,
    /// The old object, as JSON, if the request is an update.
    pub old_object: Option<&'d str>,
    /// The user who sent the request, as JSON.
    pub user_info: Option<&'d str>,
}

impl<'d> Request<'d> {
    /// Reads the request in a payload.
    ///
    /// # Errors
    /// [`Early::Accepted`] if no rule checks it: DELETE, an unknown kind, or a subresource that doesn't change a pod.
    /// [`Early::Rejected`] if it cannot be read.
    pub fn read(payload: &'d Document<'_>, settings: &'d Settings<'_>) -> Result<Self, Early> {
        let wrong = payload.unreadable();
        if !wrong.is_empty() {
            return Err(unreadable_fields("the request", &wrong));
        }
        let request = Payload::of(payload.root()).and_then(Payload::request).ok_or_else(|| {
            Early::unreadable("the request is missing: expected an object with the fields request and settings")
        })?;
        let operation = Operation::find(text_of(request.operation()))
            .ok_or_else(|| Early::unreadable("request.operation: expected CREATE, UPDATE, DELETE or CONNECT"))?;
        let kind = request.kind();
        let kind_name = kind.map_or("", |kind| text_of(kind.kind()));
        if kind_name.is_empty() {
            return Err(Early::unreadable("request.kind.kind: expected the kind of the object, found nothing"));
        }
        let group = kind.map_or("", |kind| text_of(kind.group()));
        if operation == Operation::Delete {
            return Err(Early::Accepted);
        }
        let request = Request {
            info: settings.kind(group, kind_name).ok_or(Early::Accepted)?,
            group,
            kind_name,
            name: text_of(request.name()),
            namespace: text_of(request.namespace()),
            operation,
            sub_resource: text_of(request.sub_resource()),
            object: request.object().map(Raw::text),
            old_object: request.old_object().map(Raw::text).filter(|_| operation == Operation::Update),
            user_info: request.user_info().map(Raw::text),
        };
        if request.is_connection() || request.scope().is_some() { Ok(request) } else { Err(Early::Accepted) }
    }

    /// Returns true if the request connects to a running pod.
    #[must_use]
    pub fn is_connection(&self) -> bool {
        self.operation == Operation::Connect && self.info.kind.is_connection()
    }

    /// Returns the part of the object to check; `None` if there is nothing to check.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        match (self.info.kind, self.operation, self.sub_resource) {
            (_, Operation::Connect | Operation::Delete, _) => None,
            (Kind::Pod, Operation::Update, "") => Some(Scope::PodUpdate),
            (Kind::Pod, Operation::Update, "ephemeralcontainers") => Some(Scope::EphemeralContainers),
            (Kind::Pod, Operation::Update, "resize") => Some(Scope::Resize),
            (_, Operation::Create | Operation::Update, "") => Some(Scope::Whole),
            _ => None,
        }
    }
}

/// Returns the text of a field; empty if absent.
fn text_of(text: Option<Text<'_>>) -> &str {
    text.map_or("", |text| text.value)
}
