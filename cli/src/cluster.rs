//! A cluster that consists of the manifests that were given: what the policy looks up, it finds there.
//!
//! The answers have the form of those of Kubewarden's own host, and so have the errors.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::engine::{Host, HostCall, Offline};
use crate::kinds;
use crate::manifests::{Manifests, Object};

/// The annotation in which `kubectl apply` keeps the whole object; the host takes it out of lists.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What a policy wants to know of a cluster. Of the fields of Kubewarden's own type the names are the same, and with
/// them what is printed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// One object.
    KubernetesGetResource {
        /// Its `apiVersion`.
        api_version: String,
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
        /// Its namespace.
        namespace: Option<String>,
        /// Whether it has to be as of now. Here it always is.
        disable_cache: bool,
        /// The fields that are wanted.
        field_masks: Option<BTreeSet<String>>,
    },
    /// The objects of a kind in a namespace.
    KubernetesListResourceNamespace {
        /// Their `apiVersion`.
        api_version: String,
        /// Their kind.
        kind: String,
        /// Their namespace.
        namespace: String,
        /// Which labels they have.
        label_selector: Option<String>,
        /// Which fields they have.
        field_selector: Option<String>,
        /// The fields that are wanted.
        field_masks: Option<BTreeSet<String>>,
    },
    /// All objects of a kind.
    KubernetesListResourceAll {
        /// Their `apiVersion`.
        api_version: String,
        /// Their kind.
        kind: String,
        /// Which labels they have.
        label_selector: Option<String>,
        /// Which fields they have.
        field_selector: Option<String>,
        /// The fields that are wanted.
        field_masks: Option<BTreeSet<String>>,
    },
}

/// What the module sends with any of these.
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
    /// What a call asks. Nothing if it is not about a cluster; an error if it cannot be understood.
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

    /// The `apiVersion` and the kind that are asked for.
    pub fn resource(&self) -> (&str, &str) {
        match self {
            Self::KubernetesGetResource { api_version, kind, .. }
            | Self::KubernetesListResourceNamespace { api_version, kind, .. }
            | Self::KubernetesListResourceAll { api_version, kind, .. } => (api_version, kind),
        }
    }
}

/// An error as the host hands it to the module.
pub fn failure(reason: impl std::fmt::Display) -> String {
    format!("Callback evaluation failure: {reason}")
}

/// The host of a module that may look things up in the manifests.
#[derive(Debug, Default)]
pub struct Cluster {
    objects: Vec<Known>,
    offline: Offline,
}

/// An object of the cluster.
#[derive(Debug)]
struct Known {
    api_version: String,
    kind: String,
    namespace: Option<String>,
    name: String,
    json: String,
}

impl Cluster {
    /// The cluster that the manifests would make; in `namespace` is what names none.
    pub fn new(manifests: &Manifests, namespace: &str, offline: Offline) -> Self {
        let known = |object: &Object| {
            Some(Known {
                api_version: object.api_version.clone(),
                kind: object.kind.clone(),
                namespace: object.namespace(namespace).map(str::to_owned),
                name: object.name()?.to_owned(),
                json: object.to_raw_value().ok()?.get().to_owned(),
            })
        };
        Self { objects: manifests.objects.iter().filter_map(known).collect(), offline }
    }

    fn answer(&self, query: &Query) -> Result<Value, String> {
        let (api_version, kind) = query.resource();
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let is_clustered = kinds::is_cluster_scoped(group, kind);
        match query {
            Query::KubernetesGetResource { name, namespace, field_masks, .. } => {
                if !is_clustered && namespace.is_none() {
                    return Err(format!("Resource {api_version}/{kind} is namespaced, but no namespace was provided"));
                }
                let place = namespace.as_deref().filter(|_| !is_clustered);
                let is_it = |known: &&Known| known.name == *name && known.namespace.as_deref() == place;
                let Some(known) = self.of(api_version, kind).find(is_it) else {
                    let namespace = namespace.as_deref();
                    return Err(format!(
                        "Cannot find {api_version}/{kind} named '{name}' inside of namespace '{namespace:?}'"
                    ));
                };
                let mut object = known.object()?;
                prune(&mut object, field_masks.as_ref());
                Ok(Value::Object(object))
            }
            Query::KubernetesListResourceNamespace {
                namespace, label_selector, field_selector, field_masks, ..
            } => {
                if is_clustered {
                    return Err(format!(
                        "resource {api_version}/{kind} is cluster wide. Cannot search for it inside of a namespace"
                    ));
                }
                let of = self.of(api_version, kind).filter(|known| known.namespace.as_ref() == Some(namespace));
                list(query, of, label_selector.as_deref(), field_selector.as_deref(), field_masks.as_ref())
            }
            Query::KubernetesListResourceAll { label_selector, field_selector, field_masks, .. } => {
                let of = self.of(api_version, kind);
                list(query, of, label_selector.as_deref(), field_selector.as_deref(), field_masks.as_ref())
            }
        }
    }

    fn of<'c>(&'c self, api_version: &str, kind: &str) -> impl Iterator<Item = &'c Known> {
        self.objects.iter().filter(move |known| known.api_version == api_version && known.kind == kind)
    }
}

impl Host for Cluster {
    fn call(&self, call: HostCall<'_>) -> Result<Vec<u8>, String> {
        match Query::of(call) {
            None => self.offline.call(call),
            Some(query) => self.answer(&query?).map(|answer| answer.to_string().into_bytes()).map_err(failure),
        }
    }
}

impl Known {
    /// The object as a cluster has it: with what the API server adds, as far as policies ask for it.
    fn object(&self) -> Result<Map<String, Value>, String> {
        let mut object: Map<String, Value> = serde_json::from_str(&self.json).map_err(|error| error.to_string())?;
        let metadata = object.entry("metadata").or_insert_with(|| json!({}));
        if let (Some(namespace), Value::Object(metadata)) = (&self.namespace, &mut *metadata) {
            metadata.insert("namespace".to_owned(), namespace.as_str().into());
        }
        match (self.api_version.as_str(), self.kind.as_str()) {
            ("v1", "Namespace") => {
                metadata["labels"]["kubernetes.io/metadata.name"] = self.name.as_str().into();
            }
            ("v1", "Secret") if object.get("type").is_none_or(|kind| kind.is_null() || *kind == "") => {
                object.insert("type".to_owned(), "Opaque".into());
            }
            _ => {}
        }
        Ok(object)
    }
}

fn list<'k>(
    query: &Query,
    of: impl Iterator<Item = &'k Known>,
    labels: Option<&str>,
    fields: Option<&str>,
    masks: Option<&BTreeSet<String>>,
) -> Result<Value, String> {
    let (api_version, kind) = query.resource();
    let mut items = Vec::new();
    for known in of {
        let mut object = known.object()?;
        if !has_labels(&object, labels.unwrap_or_default())? || !has_fields(known, fields.unwrap_or_default())? {
            continue;
        }
        if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
            metadata.remove("managedFields");
            if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
                annotations.remove(LAST_APPLIED);
            }
        }
        prune(&mut object, masks);
        items.push(object);
    }
    Ok(json!({"apiVersion": api_version, "kind": format!("{kind}List"), "metadata": {}, "items": items}))
}

/// Keeps what the masks name. As with the real host, type and metadata always stay.
fn prune(object: &mut Map<String, Value>, masks: Option<&BTreeSet<String>>) {
    let Some(masks) = masks.filter(|masks| !masks.is_empty()) else { return };
    let masks: Vec<Vec<&str>> = masks.iter().map(|mask| mask.split('.').collect()).collect();
    object.retain(|key, value| matches!(key.as_str(), "apiVersion" | "kind" | "metadata") || keep(key, value, &masks));
}

/// Whether the masks name the key; what they do not name below it goes.
fn keep(key: &str, value: &mut Value, masks: &[Vec<&str>]) -> bool {
    let below: Vec<Vec<&str>> =
        masks.iter().filter(|mask| mask.first() == Some(&key)).map(|mask| mask[1..].to_vec()).collect();
    if below.is_empty() {
        return false;
    }
    // A mask that ends at an inner field is overruled by one that goes on below it, as in the host's tree of masks.
    if below.iter().any(|mask| !mask.is_empty()) {
        within(value, &below);
    }
    true
}

fn within(value: &mut Value, masks: &[Vec<&str>]) {
    match value {
        Value::Object(members) => members.retain(|key, value| keep(key, value, masks)),
        // Lists are transparent.
        Value::Array(items) => items.iter_mut().for_each(|item| within(item, masks)),
        _ => {}
    }
}

/// Whether an object has the labels that a selector wants: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
fn has_labels(object: &Map<String, Value>, selector: &str) -> Result<bool, String> {
    let labels = object.get("metadata").and_then(|metadata| metadata.get("labels"));
    let label = |key: &str| labels.and_then(|labels| labels.get(key.trim())).and_then(Value::as_str);
    for part in parts(selector) {
        let is_met = if let Some((key, value)) = part.split_once("!=") {
            label(key) != Some(value.trim())
        } else if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
            label(key) == Some(value.trim())
        } else if let Some((key, values)) = part.split_once('(') {
            let one_of = |value: &str| values.trim_end_matches(')').split(',').any(|other| other.trim() == value);
            match key.trim().rsplit_once(char::is_whitespace) {
                Some((key, "in")) => label(key).is_some_and(one_of),
                Some((key, "notin")) => !label(key).is_some_and(one_of),
                _ => return Err(format!("unable to parse requirement: {part}")),
            }
        } else if let Some(key) = part.strip_prefix('!') {
            label(key).is_none()
        } else {
            label(part).is_some()
        };
        if !is_met {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether an object has the fields that a selector wants. Every kind has these two; more are not known here.
fn has_fields(known: &Known, selector: &str) -> Result<bool, String> {
    for part in parts(selector) {
        let (key, value, equal) = if let Some((key, value)) = part.split_once("!=") {
            (key, value, false)
        } else if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
            (key, value, true)
        } else {
            return Err(format!("invalid field selector: {part}"));
        };
        let found = match key.trim() {
            "metadata.name" => known.name.as_str(),
            "metadata.namespace" => known.namespace.as_deref().unwrap_or_default(),
            other => return Err(format!("field label not supported: {other}")),
        };
        if (found == value.trim()) != equal {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The parts of a selector: what is between commas outside of parentheses.
fn parts(selector: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let between = move |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    };
    selector.split(between).map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster() -> Cluster {
        let known = |kind: &str, namespace: Option<&str>, name: &str, json: Value| Known {
            api_version: "v1".to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
            json: json.to_string(),
        };
        let secret = |name: &str, labels: Value| {
            json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "c2VjcmV0"}, "metadata": {"name": name,
                "labels": labels, "managedFields": [], "annotations": {LAST_APPLIED: "{}", "own": "x"}}})
        };
        let objects = vec![
            known("Secret", Some("shop"), "a", secret("a", json!({"tier": "front", "app": "web"}))),
            known("Secret", Some("shop"), "b", secret("b", json!({"tier": "back"}))),
            known("Secret", Some("prod"), "a", secret("a", json!({}))),
            known("Namespace", None, "shop", json!({"metadata": {"name": "shop"}})),
        ];
        Cluster { objects, offline: Offline::default() }
    }

    fn ask(operation: &str, payload: &Value) -> Result<Value, String> {
        let payload = payload.to_string();
        let call = HostCall { binding: "kubewarden", namespace: "kubernetes", operation, payload: payload.as_bytes() };
        cluster().call(call).map(|answer| serde_json::from_slice(&answer).unwrap())
    }

    #[test]
    fn an_object_is_found_where_it_is() {
        let get = |kind: &str, name: &str, namespace: Value| {
            ask(
                "get_resource",
                &json!({"api_version": "v1", "kind": kind, "name": name, "namespace": namespace,
                    "disable_cache": false, "field_masks": ["type"]}),
            )
        };
        let secret = get("Secret", "a", json!("shop")).unwrap();
        assert_eq!(secret["type"], "Opaque");
        assert_eq!(secret["metadata"]["namespace"], "shop");
        assert_eq!(secret["kind"], "Secret");
        assert_eq!(secret.get("data"), None);
        let namespace = get("Namespace", "shop", Value::Null).unwrap();
        assert_eq!(namespace["metadata"]["labels"]["kubernetes.io/metadata.name"], "shop");
        assert_eq!(
            get("Secret", "c", json!("shop")).unwrap_err(),
            "Callback evaluation failure: Cannot find v1/Secret named 'c' inside of namespace 'Some(\"shop\")'"
        );
        assert_eq!(
            get("Namespace", "prod", Value::Null).unwrap_err(),
            "Callback evaluation failure: Cannot find v1/Namespace named 'prod' inside of namespace 'None'"
        );
        assert!(get("Secret", "a", Value::Null).unwrap_err().contains("no namespace was provided"));
    }

    #[test]
    fn lists_are_selected() {
        let names = |labels: &str, fields: &str| {
            let answer = ask(
                "list_resources_by_namespace",
                &json!({"api_version": "v1", "kind": "Secret", "namespace": "shop",
                    "label_selector": labels, "field_selector": fields}),
            );
            answer.map(|answer| {
                assert_eq!(answer["kind"], "SecretList");
                let items = answer["items"].as_array().unwrap();
                items.iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect::<String>()
            })
        };
        for (labels, fields, expected) in [
            ("", "", "ab"),
            ("tier=front", "", "a"),
            ("tier==front,app", "", "a"),
            ("tier!=front", "", "b"),
            ("tier in (front, back),!app", "", "b"),
            ("tier notin (front)", "", "b"),
            ("app,tier=back", "", ""),
            ("", "metadata.name=a", "a"),
            ("", "metadata.name!=a,metadata.namespace=shop", "b"),
        ] {
            assert_eq!(names(labels, fields).unwrap(), expected, "{labels} {fields}");
        }
        assert!(names("", "type=Opaque").unwrap_err().contains("not supported"));
        assert!(names("a of (b)", "").is_err());
        let all = ask("list_resources_all", &json!({"api_version": "v1", "kind": "Secret"})).unwrap();
        assert_eq!(all["items"].as_array().unwrap().len(), 3);
        let first = &all["items"][0]["metadata"];
        assert_eq!(first["annotations"], json!({"own": "x"}));
        assert_eq!(first.get("managedFields"), None);
        assert!(
            ask("list_resources_by_namespace", &json!({"api_version": "v1", "kind": "Node", "namespace": "x"}))
                .unwrap_err()
                .contains("cluster wide")
        );
    }

    #[test]
    fn masks_lead_through_lists() {
        let mut object = json!({"kind": "Pod", "metadata": {"name": "p"}, "status": {},
            "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "i"}], "volumes": []}});
        let masks = ["spec.nodeName", "spec.containers.image", "metadata.labels"].map(str::to_owned).into();
        prune(object.as_object_mut().unwrap(), Some(&masks));
        assert_eq!(
            object,
            json!({"kind": "Pod", "metadata": {"name": "p"}, "spec": {"nodeName": "n", "containers": [{"image": "i"}]}})
        );
    }

    #[test]
    fn what_no_manifest_can_answer_is_refused_by_name() {
        let error = ask("can_i", &json!({"api_version": "v1", "kind": "x"})).unwrap_err();
        assert!(error.contains("kubewarden/kubernetes/can_i is not available offline"), "{error}");
    }
}
