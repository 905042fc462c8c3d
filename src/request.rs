//! The request, as Kubewarden hands it to a policy.

use crate::reader::{Field, Fields, Node, Raw, Shape, Text, View, position};
use crate::view;

view! {
    /// The payload of `validate`.
    Payload = "" {
        request: "request" => AdmissionRequest<'d>,
        settings: "settings" => Raw<'d>,
    }
}

view! {
    /// A request as the API server sends it. What depends on the sender (`resource`, `userInfo` and `options` are
    /// made up by the audit scanner) is not read.
    AdmissionRequest = "" {
        kind: "kind" => GroupVersionKind<'d>,
        sub_resource: "subResource" => Text<'d>,
        name: "name" => Text<'d>,
        namespace: "namespace" => Text<'d>,
        operation: "operation" => Text<'d>,
        object: "object" => Raw<'d>,
        old_object: "oldObject" => Raw<'d>,
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
