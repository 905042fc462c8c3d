//! Look-ups in the cluster through Kubewarden's host capabilities: only kinds that the settings name, and each answer
//! at most once in a request.
//!
//! Each question lists the fields it needs, so the host sends only those. The questions have the SDK's format, but the
//! SDK's functions aren't used: they return types of `k8s-openapi`, which would increase the size of the module.

use std::cell::OnceCell;

use crate::config::{Platform, Settings};
use crate::document::node::{Json, Node, children};
use crate::document::reader::Document;
use crate::document::shape::{Field, Fields, Shape};
use crate::document::text::{append, json_key, json_member, sort_names};
use crate::document::view::View;
use crate::kubernetes::views::{CLASS_ANNOTATION, ObjectMeta, PodTemplateSpec, SHARED_ACCESS_MODE};
use crate::lint::lookup::Lookup;

/// The cluster that the policy asks. Tests have their own implementations.
pub trait Cluster {
    /// Calls a host capability with a question in JSON, and returns the answer in JSON.
    ///
    /// # Errors
    /// [`LookupError`] if the object doesn't exist, or if the look-up isn't granted, failed or timed out.
    fn ask(&self, capability: &str, question: &str) -> Result<Vec<u8>, LookupError>;
}

/// The reason why there is no answer. Doesn't contain the host's text, which may include the content of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupError {
    /// The settings don't enable the look-up.
    Off,
    /// The object doesn't exist.
    Missing,
    /// The host denies the look-up.
    NotGranted(Grant),
    /// Any other reason.
    Failed,
}

/// The grant that a look-up lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// The kind in the policy's `contextAwareResources`.
    Resource,
    /// The host capability in the policy server's `namespacedPoliciesCapabilities`.
    Capability,
    /// RBAC permission for the policy server's service account.
    Permission,
}

impl LookupError {
    /// Returns true if an answer was expected: the look-up is enabled, and the object isn't known to be missing.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, LookupError::Failed | LookupError::NotGranted(_))
    }
}

/// The cluster of the policy server. Answers only inside the wasm module.
pub struct Host;

#[cfg(not(target_arch = "wasm32"))]
impl Cluster for Host {
    fn ask(&self, _: &str, _: &str) -> Result<Vec<u8>, LookupError> {
        Err(LookupError::Failed)
    }
}

#[cfg(target_arch = "wasm32")]
impl Cluster for Host {
    fn ask(&self, capability: &str, question: &str) -> Result<Vec<u8>, LookupError> {
        let answer = wapc_guest::host_call("kubewarden", "kubernetes", capability, question.as_bytes());
        answer.map_err(|error| error_of(&error.to_string()))
    }
}

/// Interprets the host's error text, which is the only indication of the reason. Source: the texts of Kubewarden 1.36.
#[must_use]
pub fn error_of(text: &str) -> LookupError {
    let says = |part: &str| text.as_bytes().windows(part.len()).any(|window| window == part.as_bytes());
    if says("Cannot find") {
        LookupError::Missing
    } else if says("host capability") {
        LookupError::NotGranted(Grant::Capability)
    } else if says("access to Kubernetes") {
        LookupError::NotGranted(Grant::Resource)
    } else if says("forbidden") {
        LookupError::NotGranted(Grant::Permission)
    } else {
        LookupError::Failed
    }
}

/// Returns the fields that the host is asked for on a platform, as a JSON list. Never includes a Secret's data.
#[must_use]
pub const fn fields(kind: Lookup, platform: &Platform) -> &'static str {
    match kind {
        Lookup::Node => r#"["metadata.name","metadata.labels","spec.taints"]"#,
        Lookup::Pod => r#"["spec.nodeName","spec.nodeSelector","spec.affinity.nodeAffinity","spec.tolerations"]"#,
        Lookup::Secret => r#"["metadata.name","type"]"#,
        // Elsewhere only the class of a claim counts.
        Lookup::PersistentVolumeClaim if !platform.has_file_storage => {
            r#"["metadata.name","metadata.annotations","spec.storageClassName"]"#
        }
        Lookup::PersistentVolumeClaim => {
            r#"["metadata.name","metadata.annotations","spec.storageClassName","spec.volumeName","spec.accessModes"]"#
        }
        Lookup::Namespace => r#"["metadata.labels","metadata.annotations"]"#,
        Lookup::StorageClass => r#"["metadata.name","provisioner"]"#,
        Lookup::PersistentVolume => r#"["metadata.name","spec.csi.driver"]"#,
    }
}

/// Returns the name of the host capability that looks up a kind. In `hostCapabilities` of metadata.yml, and in
/// `namespacedPoliciesCapabilities` of a policy server, it follows `kubernetes/`.
#[must_use]
pub const fn capability(kind: Lookup) -> &'static str {
    match kind {
        Lookup::Node | Lookup::StorageClass | Lookup::PersistentVolume => "list_resources_all",
        Lookup::Pod | Lookup::Namespace => "get_resource",
        Lookup::Secret | Lookup::PersistentVolumeClaim => "list_resources_by_namespace",
    }
}

/// The shape of a Namespace.
const NAMESPACE: &Shape =
    &Shape::Object(&Fields { known: &[Field { name: "metadata", shape: ObjectMeta::SHAPE }], others: false });

/// The look-ups of one request.
pub struct Lookups<'c> {
    cluster: &'c dyn Cluster,
    settings: &'c Settings<'c>,
    namespace: &'c str,
    /// The answers as JSON, in the order of [`Lookup::ALL`].
    texts: [OnceCell<Result<String, LookupError>>; Lookup::ALL.len()],
    /// The names of objects with the looked-up value of each, sorted by name. In the order of [`Lookup::ALL`].
    named: [OnceCell<Vec<(String, String)>>; Lookup::ALL.len()],
}

impl<'c> Lookups<'c> {
    /// Creates the look-ups of a request in `namespace`.
    #[must_use]
    pub fn new(cluster: &'c dyn Cluster, settings: &'c Settings<'c>, namespace: &'c str) -> Self {
        Lookups { cluster, settings, namespace, texts: Default::default(), named: Default::default() }
    }

    /// Looks up the type of a Secret in the namespace.
    ///
    /// # Errors
    /// [`LookupError`] if the look-up isn't enabled, the object doesn't exist, or the cluster didn't answer.
    pub fn secret_type(&self, name: &str) -> Result<&str, LookupError> {
        self.by_name(Lookup::Secret, name, |secret| secret.text_at(&["type"]).to_owned())
    }

    /// Looks up a claim in the namespace. Returns the fields that the host was asked for, as JSON.
    ///
    /// # Errors
    /// The same as [`Lookups::secret_type`].
    pub fn claim(&self, name: &str) -> Result<&str, LookupError> {
        self.by_name(Lookup::PersistentVolumeClaim, name, essence)
    }

    /// Looks up the provisioner of a storage class.
    ///
    /// # Errors
    /// The same as [`Lookups::secret_type`].
    pub fn provisioner(&self, class: &str) -> Result<&str, LookupError> {
        self.by_name(Lookup::StorageClass, class, |class| class.text_at(&["provisioner"]).to_owned())
    }

    /// Looks up the CSI driver of a PersistentVolume; empty if it has none.
    ///
    /// # Errors
    /// The same as [`Lookups::secret_type`].
    pub fn driver(&self, volume: &str) -> Result<&str, LookupError> {
        self.by_name(Lookup::PersistentVolume, volume, |volume| volume.text_at(&["spec", "csi", "driver"]).to_owned())
    }

    /// The grant that a look-up of this request lacked, if the host reported one.
    #[must_use]
    pub fn missing_grant(&self, kind: Lookup) -> Option<Grant> {
        match self.texts.get(kind as usize)?.get()? {
            Err(LookupError::NotGranted(grant)) => Some(*grant),
            _ => None,
        }
    }

    /// Looks up the virtual nodes of the cluster, as a list of Nodes.
    ///
    /// # Errors
    /// The same as [`Lookups::secret_type`].
    pub fn virtual_nodes(&self) -> Result<Document<'_>, LookupError> {
        self.list(Lookup::Node)
    }

    /// Looks up a Pod in the namespace, read as a [`PodTemplateSpec`].
    ///
    /// # Errors
    /// The same as [`Lookups::secret_type`]. An answer of another shape is a failure.
    pub fn pod(&self, name: &str) -> Result<Document<'_>, LookupError> {
        let pod = self.read(Lookup::Pod, name, PodTemplateSpec::SHAPE)?;
        let has_spec = PodTemplateSpec::of(pod.root()).is_some_and(|pod| pod.spec().is_some());
        if has_spec { Ok(pod) } else { Err(LookupError::Failed) }
    }

    /// Looks up the request's Namespace, and reads its metadata.
    ///
    /// # Errors
    /// The same as [`Lookups::pod`].
    pub fn namespace(&self) -> Result<Document<'_>, LookupError> {
        let namespace = self.read(Lookup::Namespace, self.namespace, NAMESPACE)?;
        if namespace.root().field(0).is_some() { Ok(namespace) } else { Err(LookupError::Failed) }
    }

    fn list(&self, kind: Lookup) -> Result<Document<'_>, LookupError> {
        let list = self.read(kind, "", &Shape::Any)?;
        let is_list = list.root().at(&["items"]).is_some_and(|items| matches!(items.json(), Json::List(_)));
        if is_list { Ok(list) } else { Err(LookupError::Failed) }
    }

    fn read(&self, kind: Lookup, name: &str, shape: &'static Shape) -> Result<Document<'_>, LookupError> {
        let document = Document::read(self.text(kind, name)?, shape).map_err(|_| LookupError::Failed)?;
        if document.unreadable().is_empty() { Ok(document) } else { Err(LookupError::Failed) }
    }

    fn by_name(&self, kind: Lookup, name: &str, value: fn(Node<'_>) -> String) -> Result<&str, LookupError> {
        let cell = self.named.get(kind as usize).ok_or(LookupError::Off)?;
        if cell.get().is_none() {
            let list = self.list(kind)?;
            let items: Vec<_> = children(list.root().at(&["items"])).collect();
            let named = items.iter().enumerate().map(|(index, item)| (item.text_at(&["metadata", "name"]), index));
            let mut names: Vec<_> = named.collect();
            sort_names(&mut names);
            let known = names.iter().filter_map(|(name, index)| Some(((*name).to_owned(), value(*items.get(*index)?))));
            _ = cell.set(known.collect());
        }
        // A pod can reference many objects, so the names are sorted.
        let known = cell.get().map(Vec::as_slice).unwrap_or_default();
        let found = known.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok();
        found.and_then(|index| known.get(index)).map(|(_, value)| value.as_str()).ok_or(LookupError::Missing)
    }

    fn text(&self, kind: Lookup, name: &str) -> Result<&str, LookupError> {
        let cell = self.texts.get(kind as usize).filter(|_| self.settings.looks_up(kind)).ok_or(LookupError::Off)?;
        if (kind.is_namespaced() || kind == Lookup::Namespace) && self.namespace.is_empty() {
            return Err(LookupError::Off);
        }
        let ask = || {
            let question = self.question(kind, name);
            String::from_utf8(self.cluster.ask(capability(kind), &question)?).map_err(|_| LookupError::Failed)
        };
        cell.get_or_init(ask).as_deref().map_err(|error| *error)
    }

    /// Writes a question in the format of Kubewarden's host capabilities. Omits empty fields.
    fn question(&self, kind: Lookup, name: &str) -> String {
        let selector = if kind == Lookup::Node { self.settings.virtual_nodes.selector() } else { String::new() };
        let members = [
            ("kind", kind.name()),
            ("name", name),
            ("namespace", if kind.is_namespaced() { self.namespace } else { "" }),
            ("label_selector", &selector),
        ];
        let mut question = "{".to_owned();
        json_member(&mut question, "api_version", kind.api_version());
        for (key, value) in members.into_iter().filter(|(_, value)| !value.is_empty()) {
            json_member(&mut question, key, value);
        }
        if !name.is_empty() {
            question.push_str(",\"disable_cache\":false");
        }
        append(&mut question, &[",\"field_masks\":", fields(kind, self.settings.platform), "}"]);
        question
    }
}

/// Returns what decides about a claim, as the JSON of a claim. An author can give a claim many annotations and a long
/// list of access modes, and a Pod can name the claim many times.
fn essence(claim: Node<'_>) -> String {
    let spec = |name| claim.at(&["spec", name]);
    let mut json = "{\"metadata\":{\"annotations\":{".to_owned();
    if let Some(class) = claim.at(&["metadata", "annotations", CLASS_ANNOTATION]).and_then(Node::text) {
        json_member(&mut json, CLASS_ANNOTATION, class);
    }
    json.push_str("}},\"spec\":{");
    for name in ["storageClassName", "volumeName"] {
        if let Some(text) = spec(name).and_then(Node::text) {
            json_member(&mut json, name, text);
        }
    }
    json_key(&mut json, "accessModes");
    let is_shared = children(spec("accessModes")).any(|mode| mode.text() == Some(SHARED_ACCESS_MODE));
    json.push_str(if is_shared { "[\"ReadWriteMany\"]}}" } else { "[]}}" });
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_the_host_are_told_apart() {
        let refused = "the policy has no access to Kubernetes v1/Secret resources";
        let capability = "the policy has no access to the 'kubernetes/get_resource' host capability";
        let forbidden = "secrets is forbidden: User cannot list resource in the namespace";
        assert_eq!(error_of("Cannot find v1/Pod named web"), LookupError::Missing);
        assert_eq!(error_of(refused), LookupError::NotGranted(Grant::Resource));
        assert_eq!(error_of(capability), LookupError::NotGranted(Grant::Capability));
        assert_eq!(error_of(forbidden), LookupError::NotGranted(Grant::Permission));
        assert_eq!(error_of("timed out"), LookupError::Failed);
        assert!(!LookupError::Missing.is_failure() && LookupError::NotGranted(Grant::Permission).is_failure());
    }
}
