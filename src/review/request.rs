//! The request, as Kubewarden hands it to a policy, and which part of it the rules judge.

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
    /// A request as the API server sends it. What depends on the sender (`resource` and `options` are made up by the
    /// audit scanner) is not read. The objects are kept as text, to be read as their kind wants.
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
    /// The sender of the request. It is kept as text, because only exemptions look at it.
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

/// What the request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Makes an object.
    Create,
    /// Changes an object.
    Update,
    /// Removes an object.
    Delete,
    /// Opens a connection to an object, as `kubectl exec` does.
    Connect,
}

impl Operation {
    /// The operation of that name.
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

/// Reads a payload, without a look into the objects.
///
/// # Errors
/// [`Early::unreadable`] if it is not JSON in UTF-8. Fields of the wrong type are an error of [`Request::read`].
pub fn read(payload: &[u8]) -> Result<Document<'_>, Early> {
    let text = std::str::from_utf8(payload).map_err(|_| Early::unreadable("the request is not valid UTF-8"))?;
    Document::read(text, Payload::SHAPE).map_err(|error| Early::not_json(&error, "the request"))
}

/// The settings in a payload, as JSON.
#[must_use]
pub fn settings<'d>(payload: &'d Document<'_>) -> Option<&'d str> {
    Payload::of(payload.root())?.settings().map(Raw::text)
}

/// A request that concerns something that rules judge.
pub struct Request<'d> {
    /// The kind of the object.
    pub info: KindInfo<'d>,
    /// Its API group, as the request names it.
    pub group: &'d str,
    /// Its kind, as the request names it.
    pub kind_name: &'d str,
    /// Its name; empty where the request names none.
    pub name: &'d str,
    /// Its namespace; empty where there is none.
    pub namespace: &'d str,
    /// What the request does.
    pub operation: Operation,
    /// The subresource; empty where it is the object itself.
    pub sub_resource: &'d str,
    /// The object, as JSON.
    pub object: Option<&'d str>,
    /// The object as it was, as JSON; only where the request updates it.
    pub old_object: Option<&'d str>,
    /// Who sends it, as JSON.
    pub user_info: Option<&'d str>,
}

impl<'d> Request<'d> {
    /// The request in a payload.
    ///
    /// # Errors
    /// [`Early::Accepted`] if no rule judges it: DELETE, an unknown kind, a subresource that changes no pod.
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

    /// Whether it opens a connection to a running pod.
    #[must_use]
    pub fn is_connection(&self) -> bool {
        self.operation == Operation::Connect && self.info.kind.is_connection()
    }

    /// The part of the object that is judged; `None` if nothing of it is.
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

/// The text of a field; empty where there is none.
fn text_of(text: Option<Text<'_>>) -> &str {
    text.map_or("", |text| text.value)
}
