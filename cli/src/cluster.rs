//! A cluster that consists of the given manifests. It answers the policy's look-ups as Kubewarden's host does.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::input::Manifests;
use crate::kinds;
use crate::object::Object;

/// Why a look-up has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// There is no such object.
    Missing,
    /// The question cannot be answered.
    Failed,
}

/// What answers the policy's look-ups as Kubewarden's host does.
pub trait Cluster: Sync + std::fmt::Debug {
    /// The answer to a question, as JSON. `capability` is the function of Kubewarden's host that is called.
    ///
    /// # Errors
    /// If there is no such object, or no such function, or the answer isn't known.
    fn answer(&self, capability: &str, question: &str) -> Result<Vec<u8>, NoAnswer>;
}

/// The cluster that the manifests would make.
#[derive(Debug)]
pub struct ManifestCluster<'m> {
    /// The objects by `apiVersion` and kind.
    objects: HashMap<(&'m str, &'m str), Vec<&'m Object>>,
    /// The namespace of objects that name none.
    namespace: &'m str,
    /// Every object of a namespace may ask the same question.
    answers: Mutex<HashMap<String, Result<Vec<u8>, NoAnswer>>>,
}

/// A question of the policy.
#[derive(Deserialize)]
pub(crate) struct Question {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) name: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) label_selector: Option<String>,
    /// The paths of the fields that the answer needs.
    #[serde(default)]
    #[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "manifests are at hand as a whole"))]
    pub(crate) field_masks: Vec<String>,
}

impl<'m> ManifestCluster<'m> {
    /// The cluster of the manifests. Objects that name no namespace are in `namespace`.
    #[must_use]
    pub fn new(manifests: &'m Manifests, namespace: &'m str) -> Self {
        let mut objects = HashMap::<_, Vec<_>>::new();
        for object in &manifests.objects {
            objects.entry((object.api_version.as_str(), object.kind.as_str())).or_default().push(object);
        }
        Self { objects, namespace, answers: Mutex::default() }
    }

    fn find(&self, capability: &str, question: &str) -> Result<Vec<u8>, NoAnswer> {
        let question: Question = serde_json::from_str(question).map_err(|_| NoAnswer::Failed)?;
        let Question { api_version, kind, name, namespace, label_selector, .. } = question;
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let namespace = namespace.filter(|_| !kinds::is_cluster_scoped(group, &kind));
        let of_kind = self.objects.get(&(api_version.as_str(), kind.as_str())).into_iter().flatten();
        let is_there = |object: &&&Object| match &namespace {
            Some(namespace) => object.namespace(self.namespace) == Some(namespace.as_str()),
            None => true,
        };
        let mut objects = of_kind.filter(is_there).filter(|object| object.name().is_some());
        match capability {
            "get_resource" => {
                let found = objects.find(|object| object.name() == name.as_deref()).ok_or(NoAnswer::Missing)?;
                Ok(Value::Object(self.as_stored(found)?).to_string().into_bytes())
            }
            "list_resources_by_namespace" | "list_resources_all" => {
                let selector = label_selector.unwrap_or_default();
                let mut items = Vec::new();
                for object in objects {
                    let item = self.as_stored(object)?;
                    if has_labels(&item, &selector)? {
                        items.push(item);
                    }
                }
                let list = json!({"apiVersion": api_version, "kind": format!("{kind}List"), "items": items});
                Ok(list.to_string().into_bytes())
            }
            _ => Err(NoAnswer::Failed),
        }
    }

    /// The object as a cluster stores it: with the fields that the API server adds and policies ask for.
    fn as_stored(&self, object: &Object) -> Result<Map<String, Value>, NoAnswer> {
        let mut stored: Map<String, Value> = serde_json::from_str(&object.json()).map_err(|_| NoAnswer::Failed)?;
        let metadata = stored.entry("metadata").or_insert_with(|| json!({}));
        if let (Some(namespace), Value::Object(metadata)) = (object.namespace(self.namespace), &mut *metadata) {
            metadata.insert("namespace".to_owned(), namespace.into());
        }
        match (object.api_version.as_str(), object.kind.as_str()) {
            ("v1", "Namespace") => {
                let labels = metadata.as_object_mut().map(|metadata| metadata.entry("labels").or_insert(Value::Null));
                if let Some(labels) = labels.filter(|labels| labels.is_null() || labels.is_object()) {
                    labels["kubernetes.io/metadata.name"] = object.name().into();
                }
            }
            ("v1", "Secret") if stored.get("type").is_none_or(|kind| kind.is_null() || *kind == "") => {
                stored.insert("type".to_owned(), "Opaque".into());
            }
            _ => {}
        }
        Ok(stored)
    }
}

impl Cluster for ManifestCluster<'_> {
    fn answer(&self, capability: &str, question: &str) -> Result<Vec<u8>, NoAnswer> {
        let key = format!("{capability} {question}");
        let known = self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        known.unwrap_or_else(|| {
            let answer = self.find(capability, question);
            self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(key, answer.clone());
            answer
        })
    }
}

/// Whether an object has the labels of a selector such as `a=b,c`. The policy asks with no other form.
fn has_labels(object: &Map<String, Value>, selector: &str) -> Result<bool, NoAnswer> {
    let labels = object.get("metadata").and_then(|metadata| metadata.get("labels"));
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
    if selector.contains(['!', '(', ' ']) {
        return Err(NoAnswer::Failed);
    }
    Ok(selector.split(',').filter(|term| !term.is_empty()).all(|term| match term.split_once('=') {
        Some((key, value)) => label(key) == Some(value),
        None => label(term).is_some(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFESTS: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: a, namespace: shop, labels: {tier: front, app: web}}
---
apiVersion: v1
kind: Secret
metadata: {name: b, labels: {tier: back}}
type: example.com/own
---
apiVersion: v1
kind: Secret
metadata: {name: a, namespace: prod}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
";

    fn ask(capability: &str, question: &Value) -> Result<Value, NoAnswer> {
        let manifests = Manifests::of_text("f.yaml", MANIFESTS);
        let cluster = ManifestCluster::new(&manifests, "shop");
        let answer = cluster.answer(capability, &question.to_string());
        assert_eq!(cluster.answer(capability, &question.to_string()), answer, "the same again");
        answer.map(|answer| serde_json::from_slice(&answer).unwrap())
    }

    #[test]
    fn an_object_is_found_where_it_is() {
        let get = |kind: &str, name: &str, namespace: Value| {
            ask("get_resource", &json!({"api_version": "v1", "kind": kind, "name": name, "namespace": namespace}))
        };
        let secret = get("Secret", "b", json!("shop")).unwrap();
        assert_eq!((&secret["type"], &secret["metadata"]["namespace"]), (&json!("example.com/own"), &json!("shop")));
        assert_eq!(get("Secret", "a", json!("prod")).unwrap()["type"], "Opaque");
        assert_eq!(get("Secret", "b", json!("prod")), Err(NoAnswer::Missing));
        let namespace = get("Namespace", "shop", Value::Null).unwrap();
        assert_eq!(namespace["metadata"]["labels"]["kubernetes.io/metadata.name"], "shop");
        assert_eq!(get("Namespace", "prod", Value::Null), Err(NoAnswer::Missing));
    }

    #[test]
    fn lists_are_selected() {
        let names = |selector: &str| {
            let question =
                json!({"api_version": "v1", "kind": "Secret", "namespace": "shop", "label_selector": selector});
            ask("list_resources_by_namespace", &question).map(|answer| {
                let items = answer["items"].as_array().unwrap();
                items.iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect::<String>()
            })
        };
        for (selector, expected) in [("", "ab"), ("tier=front", "a"), ("tier=front,app", "a"), ("app,tier=back", "")] {
            assert_eq!(names(selector).unwrap(), expected, "{selector}");
        }
        assert_eq!(names("tier!=front"), Err(NoAnswer::Failed));
        let all = ask("list_resources_all", &json!({"api_version": "v1", "kind": "Secret"})).unwrap();
        assert_eq!(all["items"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn other_questions_fail() {
        assert_eq!(ask("can_i", &json!({"api_version": "v1", "kind": "x"})), Err(NoAnswer::Failed));
        assert_eq!(ask("get_resource", &json!({"kind": "x"})), Err(NoAnswer::Failed));
    }
}
