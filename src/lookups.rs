//! What is looked up in the cluster, through Kubewarden's host capabilities: each kind at most once in a request, and
//! only what the settings name.
//!
//! Only what is needed crosses over: every question names the fields that it wants. The questions have the form of the
//! SDK's; its functions answer with the types of `k8s-openapi`, which the module would have to carry.

use std::cell::OnceCell;

use crate::json::member;
use crate::reader::{Document, Json, Node, Shape, View, append, children};
use crate::settings::Settings;
use crate::views::{Object, Pod};

/// The annotation that names a claim's class; where it is there, Kubernetes does not look at the field.
pub const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

/// A kind of object that can be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Virtual nodes as they are.
    Node,
    /// Where a pod runs that somebody connects to.
    Pod,
    /// The types of image pull secrets.
    Secret,
    /// The storage classes of claims.
    PersistentVolumeClaim,
    /// The labels of a pod's namespace.
    Namespace,
}

impl Lookup {
    /// All of them.
    pub const ALL: [Lookup; 5] =
        [Lookup::Node, Lookup::Pod, Lookup::Secret, Lookup::PersistentVolumeClaim, Lookup::Namespace];

    /// Their names.
    pub const NAMES: [&str; 5] = ["Node", "Pod", "Secret", "PersistentVolumeClaim", "Namespace"];

    /// The kind's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).copied().unwrap_or_default()
    }

    /// The fields that cross over, as a JSON list. Never a Secret's data.
    #[must_use]
    pub const fn fields(self) -> &'static str {
        match self {
            Lookup::Node => r#"["metadata.name","metadata.labels","spec.taints"]"#,
            Lookup::Pod => r#"["spec.nodeName","spec.nodeSelector","spec.affinity.nodeAffinity","spec.tolerations"]"#,
            Lookup::Secret => r#"["metadata.name","type"]"#,
            Lookup::PersistentVolumeClaim => r#"["metadata.name","metadata.annotations","spec.storageClassName"]"#,
            Lookup::Namespace => r#"["metadata.labels","metadata.annotations"]"#,
        }
    }
}

/// The cluster, as far as the policy asks for it. Tests stand in for it.
pub trait Cluster {
    /// The answer to a host capability, as JSON.
    ///
    /// # Errors
    /// Where the host does not answer: there is no such object, the look-up is not granted, failed or timed out.
    fn ask(&self, capability: &str, question: &str) -> Result<Vec<u8>, Unanswered>;
}

/// Why there is no answer. The host's text is not kept: it may hold the content of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// The settings do not ask for it.
    Off,
    /// The object does not exist.
    Missing,
    /// Any other reason.
    Failed,
}

/// The cluster that the policy server is in. Only the module has one.
pub struct Host;

#[cfg(not(target_arch = "wasm32"))]
impl Cluster for Host {
    fn ask(&self, _: &str, _: &str) -> Result<Vec<u8>, Unanswered> {
        Err(Unanswered::Failed)
    }
}

#[cfg(target_arch = "wasm32")]
impl Cluster for Host {
    fn ask(&self, capability: &str, question: &str) -> Result<Vec<u8>, Unanswered> {
        // The host has no other sign for an object that is not there.
        const MISSING: &[u8] = b"Cannot find";
        wapc_guest::host_call("kubewarden", "kubernetes", capability, question.as_bytes()).map_err(|error| {
            let is_missing = error.to_string().as_bytes().windows(MISSING.len()).any(|text| text == MISSING);
            if is_missing { Unanswered::Missing } else { Unanswered::Failed }
        })
    }
}

/// The look-ups of one request.
pub struct Lookups<'c> {
    cluster: &'c dyn Cluster,
    settings: &'c Settings<'c>,
    namespace: &'c str,
    /// The answers as JSON, in the order of [`Lookup::ALL`].
    texts: [OnceCell<Result<String, Unanswered>>; 5],
    /// Objects by their names, with the one value of each that is of interest; for Secrets and claims.
    names: [OnceCell<Vec<(String, String)>>; 2],
}

impl<'c> Lookups<'c> {
    /// The look-ups of a request in `namespace`.
    #[must_use]
    pub fn new(cluster: &'c dyn Cluster, settings: &'c Settings<'c>, namespace: &'c str) -> Self {
        Lookups { cluster, settings, namespace, texts: Default::default(), names: Default::default() }
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &'c Settings<'c> {
        self.settings
    }

    /// The type of a Secret of the namespace.
    ///
    /// # Errors
    /// Where the settings do not ask for it, it is not there, or the cluster did not answer; so below.
    pub fn secret_type(&self, name: &str) -> Result<&str, Unanswered> {
        self.by_name(Lookup::Secret, 0, name, |secret| secret.text_at(&["type"]))
    }

    /// The storage class of a claim of the namespace; empty if it has none.
    ///
    /// # Errors
    /// As [`Lookups::secret_type`].
    pub fn storage_class(&self, name: &str) -> Result<&str, Unanswered> {
        self.by_name(Lookup::PersistentVolumeClaim, 1, name, |claim| {
            match claim.at(&["metadata", "annotations", CLASS_ANNOTATION]) {
                Some(class) => class.text().unwrap_or_default(),
                None => claim.text_at(&["spec", "storageClassName"]),
            }
        })
    }

    /// Shows what was found, read as `shape` says, to `look`: for [`Lookup::Node`] the list of the virtual nodes, for
    /// [`Lookup::Pod`] the one of that name, for [`Lookup::Namespace`] the request's. An answer of another shape is a
    /// failure.
    ///
    /// # Errors
    /// As [`Lookups::secret_type`].
    pub fn show(
        &self,
        kind: Lookup,
        name: &str,
        shape: &'static Shape,
        look: &mut dyn FnMut(Node<'_>),
    ) -> Result<(), Unanswered> {
        let document = Document::read(self.text(kind, name)?, shape).map_err(|_| Unanswered::Failed)?;
        let root = document.root();
        let is_right = match kind {
            Lookup::Pod => Pod::of(root).is_some_and(|pod| pod.spec().is_some()),
            Lookup::Namespace => Object::of(root).is_some_and(|namespace| namespace.metadata().is_some()),
            _ => root.at(&["items"]).is_some_and(|items| matches!(items.json(), Json::List(_))),
        };
        if !is_right || !root.unreadable().is_empty() {
            return Err(Unanswered::Failed);
        }
        look(root);
        Ok(())
    }

    fn by_name(&self, kind: Lookup, index: usize, name: &str, value: fn(Node<'_>) -> &str) -> Result<&str, Unanswered> {
        let cell = self.names.get(index).ok_or(Unanswered::Off)?;
        if cell.get().is_none() {
            let mut known = Vec::new();
            self.show(kind, "", &Shape::Any, &mut |list| {
                for item in children(list.at(&["items"])) {
                    known.push((item.text_at(&["metadata", "name"]).to_owned(), value(item).to_owned()));
                }
            })?;
            _ = cell.set(known);
        }
        let mut known = cell.get().into_iter().flatten();
        known.find(|(known, _)| known == name).map(|(_, value)| value.as_str()).ok_or(Unanswered::Missing)
    }

    #[inline(never)]
    fn text(&self, kind: Lookup, name: &str) -> Result<&str, Unanswered> {
        let cell = self.texts.get(kind as usize).filter(|_| self.settings.looks_up(kind)).ok_or(Unanswered::Off)?;
        let selector;
        let (capability, name, namespace, selector) = match kind {
            Lookup::Node => {
                selector = self.settings.virtual_nodes.selector();
                ("list_resources_all", "", "", selector.as_str())
            }
            Lookup::Pod => ("get_resource", name, self.namespace, ""),
            Lookup::Namespace => ("get_resource", self.namespace, "", ""),
            Lookup::Secret | Lookup::PersistentVolumeClaim => ("list_resources_by_namespace", "", self.namespace, ""),
        };
        if kind != Lookup::Node && self.namespace.is_empty() {
            return Err(Unanswered::Off);
        }
        let ask = || {
            let question = question(kind, name, namespace, selector);
            String::from_utf8(self.cluster.ask(capability, &question)?).map_err(|_| Unanswered::Failed)
        };
        cell.get_or_init(ask).as_deref().map_err(|unanswered| *unanswered)
    }
}

/// A question in the form of Kubewarden's host capabilities. What is empty is left out.
fn question(kind: Lookup, name: &str, namespace: &str, selector: &str) -> String {
    let mut question = "{".to_owned();
    member(&mut question, "api_version", "v1");
    for (key, value) in [("kind", kind.name()), ("name", name), ("namespace", namespace), ("label_selector", selector)]
    {
        if !value.is_empty() {
            member(&mut question, key, value);
        }
    }
    if !name.is_empty() {
        question.push_str(",\"disable_cache\":false");
    }
    append(&mut question, &[",\"field_masks\":", kind.fields(), "}"]);
    question
}
