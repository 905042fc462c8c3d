//! The objects of a page: read, judged and converted one by one, so that only findings stay in memory.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::discovery::Resource;
use super::list::Page;
use super::lookups::LiveCluster;
use super::namespaces::Namespaces;
use crate::asked;
use crate::check::{self, Context};
use crate::convert::Converter;
use crate::input::{Manifests, Source};
use crate::json;
use crate::object::{Object, Origin, Piece};
use crate::output::model::{self, Location, Sizes, Verdict};
use crate::owners::Lineage;
use crate::plan::keep;
use crate::policy::{Asked, Labels, Policy, Request};

impl Page {
    /// A page with these items, in JSON.
    pub fn of_items(items: &str) -> Self {
        Self { text: format!("{{\"kind\":\"List\",\"items\":[{items}]}}"), may_repeat: false }
    }
}

/// The items of a page.
///
/// # Errors
/// If it isn't a list.
pub fn items(text: &str) -> Result<Vec<&RawValue>, String> {
    #[derive(Deserialize)]
    struct List<'a> {
        #[serde(borrow)]
        items: Option<Vec<&'a RawValue>>,
    }
    let list: List<'_> = serde_json::from_str(text).map_err(|_| "a page of the list has no items".to_owned())?;
    Ok(list.items.unwrap_or_default())
}

/// With what objects are judged.
pub struct Judge<'j> {
    pub context: Context<'j>,
    pub converter: Converter<'j>,
    /// What says whether the policy is asked.
    pub policy: Option<&'j Policy>,
    pub cluster: &'j LiveCluster<'j>,
    /// The label that the report is grouped by.
    pub label: Option<&'j str>,
    /// Whether what a plan needs is kept.
    pub keeps_sizes: bool,
    pub namespaces: &'j Namespaces,
    pub context_name: &'j str,
}

/// What becomes of an object.
pub enum One {
    /// It was judged. With the labels of its namespace on which it depends whether the policy is asked, and that are not
    /// known.
    Object(Box<model::Object>, Lineage, Vec<String>),
    /// It is in a namespace that is left out.
    LeftOut(String),
    /// It could not be read.
    Unreadable(model::Unreadable),
}

impl Judge<'_> {
    /// Judges an item of a list of a resource.
    pub fn item(&self, resource: &Resource, item: &RawValue) -> One {
        let object = match read(resource, item.get()) {
            Ok(object) => object,
            Err(reason) => return One::Unreadable(self.unreadable(resource, reason)),
        };
        let name = object.name().unwrap_or_default().to_owned();
        let namespace = object.namespace("").filter(|_| resource.is_namespaced).map(str::to_owned);
        let home = if super::is_namespaces(resource) { Some(&name) } else { namespace.as_ref() };
        if let Some(home) = home.filter(|home| !self.namespaces.has(home)) {
            return One::LeftOut(home.clone());
        }
        let labels = asked::labels(&object);
        let asked = self.asked(resource, &object, namespace.as_deref(), &labels);
        let manifests = Manifests { sources: vec![Source::default()], objects: vec![object], ..Manifests::default() };
        let mut judged = match self.judged(&asked, &manifests) {
            Ok(judged) => judged,
            Err(unreadable) => return One::Unreadable(self.located(unreadable)),
        };
        // It has no file, and a line of the page would mean nothing.
        judged.location = Location::default();
        judged.findings.iter_mut().for_each(|finding| finding.location = Location::default());
        judged.namespace = namespace;
        judged.group = self.group(&judged, &labels);
        judged.sizes = self.keeps_sizes.then(|| sizes(&manifests.objects[0]));
        let lineage = Lineage::of(&manifests.objects[0]);
        let unknown = if let Asked::Unknown(labels) = asked { labels } else { Vec::new() };
        One::Object(Box::new(judged), lineage, unknown)
    }

    /// The verdict on the only object of the manifests.
    fn judged(&self, asked: &Asked, manifests: &Manifests) -> Result<model::Object, model::Unreadable> {
        let object = &manifests.objects[0];
        let name = object.name().unwrap_or_default();
        let mut converted = model::Object::new(&object.api_version, &object.kind, None, name);
        let Some(reason) = asked::reason(asked) else {
            let judged = check::judge_object(self.context, manifests, 0);
            return self.converter.convert(&judged, manifests).unwrap_or(Ok(converted));
        };
        (converted.verdict, converted.reason) = (Verdict::NotAsked, Some(reason.to_owned()));
        converted.workload = super::has_templates(object.group(), &object.kind);
        Ok(converted)
    }

    fn asked(&self, resource: &Resource, object: &Object, namespace: Option<&str>, labels: &Labels) -> Asked {
        let Some(policy) = self.policy else { return Asked::Yes };
        let namespace_labels = namespace.and_then(|namespace| self.cluster.namespace_labels(namespace));
        policy.is_asked(&Request {
            group: &resource.group,
            version: &resource.version,
            resource: &resource.name,
            name: object.name(),
            namespace,
            labels,
            namespace_labels: namespace_labels.as_ref(),
        })
    }

    /// The value of the label that the report is grouped by: the object's own, or that of its namespace.
    fn group(&self, object: &model::Object, labels: &Labels) -> Option<String> {
        let key = self.label?;
        let of_namespace = || self.cluster.namespace_labels(object.namespace.as_deref()?)?.get(key).cloned();
        labels.get(key).cloned().or_else(of_namespace)
    }

    /// Says that something of a resource could not be read.
    pub fn unreadable(&self, resource: &Resource, reason: String) -> model::Unreadable {
        let object = Some(format!("one of the {}", resource.title()));
        self.located(model::Unreadable { location: Location::default(), object, reason })
    }

    fn located(&self, unreadable: model::Unreadable) -> model::Unreadable {
        let file = Some(format!("cluster {}", self.context_name));
        model::Unreadable { location: Location { file, ..Location::default() }, ..unreadable }
    }
}

/// What a plan needs of an object.
fn sizes(object: &Object) -> Sizes {
    let value: Value = serde_json::from_str(&object.json()).unwrap_or_default();
    Sizes::from(&keep::trim(&value))
}

/// Reads an item of a list.
///
/// # Errors
/// Why it isn't an object.
fn read(resource: &Resource, text: &str) -> Result<Object, String> {
    let (api_version, kind) = (resource.api_version(), resource.kind.clone());
    let text = slim(&api_version, &kind, text).ok_or_else(|| "it isn't an object".to_owned())?;
    let documents = json::load(&text).map_err(|error| error.to_string())?;
    let node = documents.first().ok_or_else(|| "it is empty".to_owned())?;
    let piece = Piece { range: 0..text.len(), line: 1, is_json: true };
    Ok(Object::new(api_version, kind, node, Origin { source: 0, piece, document: 0, path: Vec::new() }))
}

/// The object without what no rule looks at and takes much room, and with the type that a list leaves out of its items.
fn slim(api_version: &str, kind: &str, text: &str) -> Option<String> {
    let fields = json::fields(text);
    if fields.is_empty() {
        return None;
    }
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let mut slim = format!("{{\"apiVersion\":{},\"kind\":{}", quoted(api_version), quoted(kind));
    for (key, value) in fields {
        match key.as_str() {
            "apiVersion" | "kind" | "status" => {}
            "metadata" => {
                let kept = json::fields(value.get()).into_iter().filter(|(key, _)| key != "managedFields");
                let kept: Vec<String> = kept.map(|(key, value)| format!("{}:{}", quoted(&key), value.get())).collect();
                slim.push_str(&format!(",\"metadata\":{{{}}}", kept.join(",")));
            }
            key => slim.push_str(&format!(",{}:{}", quoted(key), value.get())),
        }
    }
    slim.push('}');
    Some(slim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_completed_and_slimmed() {
        let item = r#"{"metadata":{"name":"a","managedFields":[{"x":1}],"labels":{"b\"":"c"}},"spec":{"x":[1]},"status":{"y":2}}"#;
        assert_eq!(
            slim("apps/v1", "Deployment", item).unwrap(),
            r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a","labels":{"b\"":"c"}},"spec":{"x":[1]}}"#
        );
        assert_eq!(slim("v1", "Pod", "[1]"), None);
        assert_eq!(slim("v1", "Pod", "null"), None);
    }
}
