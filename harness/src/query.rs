//! A question of a policy about the cluster.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::engine::HostCall;

/// A question about the cluster. The fields have the same names as in Kubewarden's type, because they occur in messages
/// and recordings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub enum Query {
    /// One object.
    KubernetesGetResource {
        /// The object's `apiVersion`.
        api_version: String,
        /// The object's kind.
        kind: String,
        /// The object's name.
        name: String,
        /// The object's namespace.
        namespace: Option<String>,
        /// True to bypass the cache.
        disable_cache: bool,
        /// The requested fields.
        field_masks: Option<BTreeSet<String>>,
    },
    /// The objects of a kind in a namespace.
    KubernetesListResourceNamespace {
        /// The objects' `apiVersion`.
        api_version: String,
        /// The objects' kind.
        kind: String,
        /// The objects' namespace.
        namespace: String,
        /// The label selector.
        label_selector: Option<String>,
        /// The field selector.
        field_selector: Option<String>,
        /// The requested fields.
        field_masks: Option<BTreeSet<String>>,
    },
    /// All objects of a kind.
    KubernetesListResourceAll {
        /// The objects' `apiVersion`.
        api_version: String,
        /// The objects' kind.
        kind: String,
        /// The label selector.
        label_selector: Option<String>,
        /// The field selector.
        field_selector: Option<String>,
        /// The requested fields.
        field_masks: Option<BTreeSet<String>>,
    },
}

/// The payload of a call with one of these questions.
#[derive(Deserialize)]
struct Payload {
    api_version: String,
    kind: String,
    name: Option<String>,
    namespace: Option<String>,
    #[serde(default)]
    disable_cache: bool,
    label_selector: Option<String>,
    field_selector: Option<String>,
    field_masks: Option<BTreeSet<String>>,
}

impl Query {
    /// Returns the question of a call. `None` if the call isn't about a cluster; an error if it cannot be parsed.
    #[must_use]
    pub fn of(call: HostCall<'_>) -> Option<Result<Self, String>> {
        if (call.binding, call.namespace) != ("kubewarden", "kubernetes") {
            return None;
        }
        let payload: Payload = match serde_json::from_slice(call.payload) {
            Ok(payload) => payload,
            Err(error) => return Some(Err(error.to_string())),
        };
        let Payload { api_version, kind, label_selector, field_selector, field_masks, .. } = payload;
        Some(match (call.operation, payload.name, payload.namespace) {
            ("get_resource", Some(name), namespace) => Ok(Self::KubernetesGetResource {
                api_version,
                kind,
                name,
                namespace,
                disable_cache: payload.disable_cache,
                field_masks,
            }),
            ("list_resources_by_namespace", _, Some(namespace)) => Ok(Self::KubernetesListResourceNamespace {
                api_version,
                kind,
                namespace,
                label_selector,
                field_selector,
                field_masks,
            }),
            ("list_resources_all", ..) => {
                Ok(Self::KubernetesListResourceAll { api_version, kind, label_selector, field_selector, field_masks })
            }
            ("get_resource", None, _) => Err("missing field `name`".to_owned()),
            ("list_resources_by_namespace", _, None) => Err("missing field `namespace`".to_owned()),
            _ => return None,
        })
    }

    /// Returns the `apiVersion` and kind of the requested objects.
    #[must_use]
    pub fn resource(&self) -> (&str, &str) {
        match self {
            Self::KubernetesGetResource { api_version, kind, .. }
            | Self::KubernetesListResourceNamespace { api_version, kind, .. }
            | Self::KubernetesListResourceAll { api_version, kind, .. } => (api_version, kind),
        }
    }
}

/// Formats an error as the policy server's host does.
pub fn failure(reason: impl std::fmt::Display) -> String {
    format!("Callback evaluation failure: {reason}")
}
