//! Answers the policy's look-ups from the cluster.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::api::{Api, JSON, Problem};
use super::encode;
use super::list::Pages;
use super::unseen::Unseen;
use crate::cluster::{Cluster, NoAnswer, Question};
use crate::kinds;
use crate::policy::Labels;

/// The form of an answer that has names and types, and no data.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

/// A cluster that is there.
pub struct LiveCluster<'a> {
    api: &'a Api,
    /// Every object of a namespace may ask the same question.
    answers: Mutex<HashMap<String, Slot>>,
    /// The namespaces that are looked into; empty for all.
    named: &'a [String],
    /// Their labels, once they are needed.
    namespaces: OnceLock<Option<HashMap<String, Labels>>>,
    unseen: Mutex<Unseen>,
}

/// An answer, or the place where one thread writes it while the others wait.
type Slot = std::sync::Arc<OnceLock<Result<Vec<u8>, NoAnswer>>>;

impl std::fmt::Debug for LiveCluster<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveCluster").field("context", &self.api.context).finish_non_exhaustive()
    }
}

impl Cluster for LiveCluster<'_> {
    fn answer(&self, capability: &str, question: &str) -> Result<Vec<u8>, NoAnswer> {
        let key = format!("{capability} {question}");
        let slot = self.answers.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        slot.get_or_init(|| self.find(capability, question)).clone()
    }
}

impl<'a> LiveCluster<'a> {
    /// The cluster behind `api`, of which the namespaces `named` are looked into, or all if there is none.
    pub fn new(api: &'a Api, named: &'a [String]) -> Self {
        let (answers, unseen) = (Mutex::default(), Mutex::default());
        Self { api, answers, named, namespaces: OnceLock::new(), unseen }
    }

    /// What it did not show.
    pub fn into_unseen(self) -> Unseen {
        self.unseen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The labels of a namespace; `None` if they cannot be read. All namespaces are asked for at once.
    pub fn namespace_labels(&self, name: &str) -> Option<Labels> {
        self.namespaces.get_or_init(|| self.all_namespaces()).as_ref()?.get(name).cloned()
    }

    /// The labels of the namespaces that are looked into.
    fn all_namespaces(&self) -> Option<HashMap<String, Labels>> {
        let question =
            json!({"api_version": "v1", "kind": "Namespace", "field_masks": ["metadata.name", "metadata.labels"]});
        let ask = |capability: &str, question: &Value| {
            let answer = self.answer(capability, &question.to_string()).ok()?;
            serde_json::from_slice::<Value>(&answer).ok()
        };
        let found: Vec<Value> = if self.named.is_empty() {
            ask("list_resources_all", &question)?["items"].as_array().cloned().unwrap_or_default()
        } else {
            let named = |name: &String| {
                let mut question = question.clone();
                question["name"] = name.as_str().into();
                ask("get_resource", &question)
            };
            self.named.iter().filter_map(named).collect()
        };
        let entry = |namespace: &Value| {
            let metadata = namespace.get("metadata")?;
            let labels = metadata.get("labels").cloned().unwrap_or_default();
            Some((metadata.get("name")?.as_str()?.to_owned(), serde_json::from_value(labels).unwrap_or_default()))
        };
        Some(found.iter().filter_map(entry).collect())
    }

    fn find(&self, capability: &str, question: &str) -> Result<Vec<u8>, NoAnswer> {
        let question: Question = serde_json::from_str(question).map_err(|_| NoAnswer::Failed)?;
        let answer = match (capability, question.kind.as_str()) {
            ("list_resources_by_namespace" | "list_resources_all", "Secret") => self.secrets(&question),
            // Anything else would bring the data.
            (_, "Secret") => return Err(NoAnswer::Failed),
            ("list_resources_by_namespace" | "list_resources_all", _) => self.list(&question),
            ("get_resource", _) => self.get(&question),
            _ => return Err(NoAnswer::Failed),
        };
        answer.map(|answer| answer.to_string().into_bytes()).map_err(|(verb, problem)| {
            if matches!(problem, Problem::Status { code: 404, .. }) {
                return NoAnswer::Missing;
            }
            let request = format!("{verb} {} for a look-up", title(&question));
            let mut unseen = self.unseen.lock().unwrap_or_else(PoisonError::into_inner);
            unseen.add(&request, question.namespace.as_deref(), &problem);
            NoAnswer::Failed
        })
    }

    fn get(&self, question: &Question) -> Result<Value, (&'static str, Problem)> {
        let name = question.name.as_deref().unwrap_or_default();
        let path = format!("{}/{}", path(question), encode(name));
        let answer = self.api.get(&path, JSON).map_err(|problem| ("get", problem))?;
        let object = serde_json::from_str(&answer).map_err(|_| ("get", broken()))?;
        Ok(masked(&object, &question.field_masks))
    }

    fn list(&self, question: &Question) -> Result<Value, (&'static str, Problem)> {
        #[derive(serde::Deserialize)]
        struct List<'a> {
            #[serde(borrow)]
            items: Option<Vec<&'a RawValue>>,
        }
        let mut items = Vec::new();
        for page in Pages::new(self.api, &path(question), question.label_selector.as_deref()) {
            let page = page.map_err(|problem| ("list", problem))?;
            if page.may_repeat {
                items.clear();
            }
            let list: List<'_> = serde_json::from_str(&page.text).map_err(|_| ("list", broken()))?;
            for item in list.items.unwrap_or_default() {
                let item = serde_json::from_str(item.get()).map_err(|_| ("list", broken()))?;
                items.push(masked(&item, &question.field_masks));
            }
        }
        Ok(list_of(question, items))
    }

    /// The Secrets of a namespace, of which the API server is only asked for the table that `kubectl get secrets` prints.
    /// Not even their metadata is asked for: an annotation of `kubectl apply` holds the data.
    fn secrets(&self, question: &Question) -> Result<Value, (&'static str, Problem)> {
        let mut items = Vec::new();
        let pages = Pages::new(self.api, &path(question), None).in_form(TABLE, "includeObject=None");
        for page in pages {
            let page = page.map_err(|problem| ("list", problem))?;
            let table: Value = serde_json::from_str(&page.text).map_err(|_| ("list", broken()))?;
            items.extend(rows(&table).ok_or_else(|| ("list", no_table()))?);
        }
        Ok(list_of(question, items))
    }
}

fn broken() -> Problem {
    Problem::Other("the answer isn't whole JSON".to_owned())
}

fn no_table() -> Problem {
    Problem::Other("the answer isn't a table of names and types".to_owned())
}

/// The rows of a table of Secrets: names and types.
fn rows(table: &Value) -> Option<Vec<Value>> {
    if table["kind"] != "Table" {
        return None;
    }
    let columns = table["columnDefinitions"].as_array()?;
    let column = |name: &str| columns.iter().position(|column| column["name"] == name);
    let (name, kind) = (column("Name")?, column("Type")?);
    let rows = table["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
    let row = |row: &Value| json!({"metadata": {"name": row["cells"][name]}, "type": row["cells"][kind]});
    Some(rows.iter().map(row).collect())
}

fn list_of(question: &Question, items: Vec<Value>) -> Value {
    json!({"apiVersion": question.api_version, "kind": format!("{}List", question.kind), "items": items})
}

/// What the API server calls the kind of a question.
fn resource(question: &Question) -> (String, &str) {
    let group = question.api_version.split_once('/').map_or("", |(group, _)| group);
    (kinds::resource(&question.kind), group)
}

fn title(question: &Question) -> String {
    match resource(question) {
        (resource, "") => resource,
        (resource, group) => format!("{resource}.{group}"),
    }
}

fn path(question: &Question) -> String {
    let (resource, group) = resource(question);
    let root = if group.is_empty() { "/api" } else { "/apis" };
    let version = &question.api_version;
    let namespace = question.namespace.as_deref().filter(|_| !kinds::is_cluster_scoped(group, &question.kind));
    match namespace {
        Some(namespace) => format!("{root}/{version}/namespaces/{}/{resource}", encode(namespace)),
        None => format!("{root}/{version}/{resource}"),
    }
}

/// The fields of an object at these paths, such as `metadata.name`; all of it where there are no paths.
fn masked(object: &Value, paths: &[String]) -> Value {
    if paths.is_empty() {
        return object.clone();
    }
    let mut masked = Map::new();
    for path in paths {
        let steps: Vec<&str> = path.split('.').collect();
        let value = steps.iter().try_fold(object, |value, step| value.get(step));
        if let (Some(value), Some((last, above))) = (value, steps.split_last()) {
            let mut at = Some(&mut masked);
            for step in above {
                let below = at.map(|at| at.entry((*step).to_owned()).or_insert_with(|| json!({})));
                at = below.and_then(Value::as_object_mut);
            }
            if let Some(at) = at {
                at.insert((*last).to_owned(), value.clone());
            }
        }
    }
    Value::Object(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_fields_that_are_asked_for_are_kept() {
        let object =
            json!({"metadata": {"name": "a", "labels": {"b": "c"}, "uid": "u"}, "spec": {"x": 1}, "data": "s"});
        let paths = ["metadata.name", "metadata.labels", "spec.y.z"].map(str::to_owned);
        assert_eq!(masked(&object, &paths), json!({"metadata": {"name": "a", "labels": {"b": "c"}}}));
        assert_eq!(masked(&object, &[]), object);
    }

    #[test]
    fn a_table_has_names_and_types() {
        let table = json!({
            "kind": "Table",
            "columnDefinitions": [{"name": "Name"}, {"name": "Type"}, {"name": "Data"}],
            "rows": [{"cells": ["a", "Opaque", 2]}],
        });
        assert_eq!(rows(&table), Some(vec![json!({"metadata": {"name": "a"}, "type": "Opaque"})]));
        assert_eq!(rows(&json!({"kind": "SecretList", "items": []})), None);
        assert_eq!(rows(&json!({"kind": "Table", "columnDefinitions": [{"name": "Name"}]})), None);
    }
}
