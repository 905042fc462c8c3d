//! The request, as Kubewarden hands it to a policy.

use crate::kinds::Kind;
use crate::reader::{Field, Fields, List, Node, Raw, Shape, Text, View, position};
use crate::view;

view! {
    /// The payload of `validate`.
    Payload = "" {
        request: "request" => AdmissionRequest<'d>,
        settings: "settings" => Raw<'d>,
    }
}

view! {
    /// A request as the API server sends it. What depends on the sender (`resource` and `options` are
    /// made up by the audit scanner) is not read.
    AdmissionRequest = "" {
        kind: "kind" => GroupVersionKind<'d>,
        sub_resource: "subResource" => Text<'d>,
        name: "name" => Text<'d>,
        namespace: "namespace" => Text<'d>,
        operation: "operation" => Text<'d>,
        object: "object" => Subject<'d>,
        old_object: "oldObject" => Raw<'d>,
        user_info: "userInfo" => Raw<'d>,
    }
}

view! {
    /// Who sends the request. It is kept as text, because only exemptions look at it.
    UserInfo = "io.k8s.api.authentication.v1.UserInfo" {
        username: "username" => Text<'d>,
        groups: "groups" => List<'d, Text<'d>>,
    }
}

/// The object of a request. It is read in the same pass as the request, as its kind wants, where the kind comes first
/// (as it does in what the API server and Kubewarden send); else it is kept as text.
#[derive(Clone, Copy)]
pub struct Subject<'d> {
    /// Where it stands.
    pub node: Node<'d>,
}

impl<'d> View<'d> for Subject<'d> {
    const SHAPE: &'static Shape = &Shape::Dependent(shape);

    type Found = Option<Self>;

    fn of(node: Node<'d>) -> Option<Self> {
        Some(Subject { node })
    }

    fn found(node: Option<Node<'d>>) -> Option<Self> {
        node.map(|node| Subject { node })
    }
}

fn shape(request: Node<'_>) -> &'static Shape {
    let kind = AdmissionRequest::of(request).and_then(AdmissionRequest::kind);
    let group = kind.and_then(GroupVersionKind::group).map_or("", |group| group.value);
    let kind = kind.and_then(GroupVersionKind::kind).and_then(|name| Kind::find(group, name.value));
    kind.map_or(&Shape::Raw, Kind::shape)
}

view! {
    /// The payload, for a second look at the object as text.
    TextPayload = "" {
        request: "request" => TextRequest<'d>,
    }
}

view! {
    /// A request with its object as text.
    TextRequest = "" {
        object: "object" => Raw<'d>,
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
