//! The objects that a plan is made of: each once, and with its owner.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// The place of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The file, as the user named it.
    pub file: String,
    /// The line where the object starts, from 1.
    pub line: usize,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// An object for a plan, as its caller has it.
#[derive(Debug, Clone)]
pub struct Object {
    /// The object as JSON, with `apiVersion` and `kind`. A list is taken apart into its items.
    pub value: Value,
    /// Where it stands.
    pub source: Source,
    /// The rules for which it is denied and which the policy does not fix. Empty: it runs on virtual nodes.
    pub denied: Vec<String>,
    /// Whether its placement keeps it off virtual nodes.
    pub is_elsewhere: bool,
}

impl Object {
    /// An object that runs on virtual nodes, if it has Pods.
    #[must_use]
    pub const fn new(value: Value, source: Source) -> Self {
        Self { value, source, denied: Vec::new(), is_elsewhere: false }
    }
}

/// What makes an object the same object. The version of its API is not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id {
    /// The namespace.
    pub namespace: String,
    /// The name; empty if the server makes it up.
    pub name: String,
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "(no name)" } else { &self.name };
        write!(f, "{} {}/{name}", self.kind, self.namespace)
    }
}

/// An object of the plan.
#[derive(Debug, Clone)]
pub struct Item {
    /// Which it is.
    pub id: Id,
    /// Its `apiVersion`.
    pub api_version: String,
    /// The object.
    pub value: Value,
    /// Where it stands.
    pub source: Source,
    /// See [`Object::denied`].
    pub denied: Vec<String>,
    /// See [`Object::is_elsewhere`].
    pub is_elsewhere: bool,
    /// The object that manages it, if one does.
    pub owner: Option<Id>,
}

/// A place and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The object, for people.
    pub object: String,
    /// Where it stands.
    pub source: Source,
    /// What is wrong, with the field's path.
    pub message: String,
}

/// All objects of a plan, each once.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The objects, in their order.
    pub items: Vec<Item>,
    /// What was left out.
    pub remarks: Vec<Remark>,
    by_id: HashMap<Id, usize>,
}

/// How many owners of owners are looked at.
const MAX_OWNERS: usize = 16;

impl Inventory {
    /// Takes the objects, of which those without a namespace go to `namespace`. Of an object that is there several times
    /// the last one counts, as if they were applied one after the other.
    #[must_use]
    pub fn of(objects: Vec<Object>, namespace: &str) -> Self {
        let mut inventory = Self::default();
        for object in objects {
            inventory.add(object, namespace);
        }
        inventory
    }

    fn add(&mut self, object: Object, namespace: &str) {
        let Object { mut value, source, denied, is_elsewhere } = object;
        let is_list = text(&value, "kind").ends_with("List");
        if let Some(Value::Array(items)) = value.get_mut("items").filter(|_| is_list).map(Value::take) {
            for item in items {
                let value = typed_item(item, &value);
                self.add(Object { value, source: source.clone(), denied: denied.clone(), is_elsewhere }, namespace);
            }
            return;
        }
        let (api_version, kind) = (text(&value, "apiVersion").to_owned(), text(&value, "kind").to_owned());
        if kind.is_empty() || api_version.is_empty() {
            let message = "not a Kubernetes object: no apiVersion or no kind".to_owned();
            self.remarks.push(Remark { object: "(no kind)".to_owned(), source, message });
            return;
        }
        let namespace = value.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or(namespace);
        let name = value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let group = group_of(&api_version).to_owned();
        let id = Id { namespace: namespace.to_owned(), name: name.to_owned(), group, kind };
        let owner = owner_of(&value, namespace);
        let item = Item { id, api_version, value, source, denied, is_elsewhere, owner };
        match self.by_id.get(&item.id).copied().filter(|_| !item.id.name.is_empty()) {
            Some(index) => self.replace(index, item),
            None => {
                self.by_id.insert(item.id.clone(), self.items.len());
                self.items.push(item);
            }
        }
    }

    fn replace(&mut self, index: usize, item: Item) {
        let Some(place) = self.items.get_mut(index) else { return };
        let before = std::mem::replace(place, item);
        self.remarks.push(Remark {
            object: before.id.to_string(),
            message: format!("there again at {}: counted once, as it is there", place.source),
            source: before.source,
        });
    }

    /// The object with this identity.
    #[must_use]
    pub fn get(&self, id: &Id) -> Option<&Item> {
        self.by_id.get(id).and_then(|index| self.items.get(*index))
    }

    /// The nearest owner of the object that is here and for which `counts` holds: it stands for the object.
    pub fn standing_for<'a>(&'a self, item: &'a Item, counts: impl Fn(&Item) -> bool) -> Option<&'a Item> {
        let mut next = item;
        for _ in 0..MAX_OWNERS {
            next = self.get(next.owner.as_ref()?)?;
            if counts(next) {
                return Some(next);
            }
        }
        None
    }
}

/// The API group in an `apiVersion`; empty for the core group.
#[must_use]
pub fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// The text of a field; empty where there is none.
#[must_use]
pub fn text<'a>(parent: &'a Value, key: &str) -> &'a str {
    parent.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// An item of a `PodList` need not repeat what it is; that of a plain `List` has to.
fn typed_item(mut item: Value, list: &Value) -> Value {
    let kind = text(list, "kind").trim_end_matches("List");
    if let Some(fields) = item.as_object_mut().filter(|_| !kind.is_empty()) {
        fields.entry("kind").or_insert_with(|| kind.into());
        fields.entry("apiVersion").or_insert_with(|| text(list, "apiVersion").into());
    }
    item
}

/// The owner that controls an object. Owners are in the namespace of the object, or outside of namespaces.
fn owner_of(value: &Value, namespace: &str) -> Option<Id> {
    let owners = value.pointer("/metadata/ownerReferences")?.as_array()?;
    let owner = owners.iter().find(|owner| owner.get("controller").and_then(Value::as_bool) == Some(true))?;
    Some(Id {
        namespace: namespace.to_owned(),
        name: text(owner, "name").to_owned(),
        group: group_of(text(owner, "apiVersion")).to_owned(),
        kind: text(owner, "kind").to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value, line: usize) -> Object {
        Object::new(value, Source { file: "a.yaml".to_owned(), line })
    }

    #[test]
    fn lists_are_taken_apart() {
        let list = json!({"apiVersion": "v1", "kind": "PodList", "items": [
            {"metadata": {"name": "a"}},
            {"apiVersion": "v1", "kind": "List", "items": [
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "b", "namespace": "n"}},
            ]},
        ]});
        let inventory = Inventory::of(vec![object(list, 3)], "default");
        let ids: Vec<String> = inventory.items.iter().map(|item| item.id.to_string()).collect();
        assert_eq!(ids, ["Pod default/a", "Deployment n/b"]);
        assert_eq!(inventory.items[1].source.line, 3);
        // A kind of that name without items is an object like any other.
        let policy = json!({"apiVersion": "example.com/v1", "kind": "AccessList", "metadata": {"name": "c"}});
        assert_eq!(Inventory::of(vec![object(policy, 1)], "default").items.len(), 1);
    }

    #[test]
    fn the_last_of_the_same_counts() {
        let deployment = |replicas: u64, version: &str| json!({"apiVersion": version, "kind": "Deployment", "metadata": {"name": "a"}, "spec": {"replicas": replicas}});
        let inventory =
            Inventory::of(vec![object(deployment(1, "apps/v1beta1"), 1), object(deployment(2, "apps/v1"), 9)], "n");
        assert_eq!(inventory.items.len(), 1);
        assert_eq!(inventory.items[0].value["spec"]["replicas"], 2);
        assert_eq!(inventory.remarks.len(), 1);
        assert!(inventory.remarks[0].message.contains("a.yaml:9"), "{:?}", inventory.remarks);
        // What the server names is never the same.
        let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "a-"}});
        assert_eq!(Inventory::of(vec![object(job.clone(), 1), object(job, 2)], "n").items.len(), 2);
    }

    #[test]
    fn what_is_not_an_object_is_named() {
        let inventory = Inventory::of(vec![object(json!({"a": 1}), 7), object(Value::Null, 8)], "n");
        assert!(inventory.items.is_empty());
        assert_eq!(inventory.remarks.len(), 2);
    }

    #[test]
    fn an_owner_may_be_far_up() {
        let owned = |kind: &str, name: &str, owner: &str| {
            json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "ownerReferences": [
                {"apiVersion": "v1", "kind": "Other", "name": "x"},
                {"apiVersion": "apps/v7", "kind": owner, "name": "o", "controller": true},
            ]}})
        };
        let objects = vec![
            object(owned("Pod", "p", "Revision"), 1),
            object(owned("Revision", "o", "Deployment"), 2),
            object(owned("Deployment", "o", "Pod"), 3),
            object(owned("Loop", "o", "Loop"), 4),
        ];
        let inventory = Inventory::of(objects, "n");
        let standing = |index: usize, kind: &str| {
            inventory
                .standing_for(&inventory.items[index], |owner| owner.id.kind == kind)
                .map(|item| item.id.to_string())
        };
        assert_eq!(standing(0, "Deployment").as_deref(), Some("Deployment n/o"));
        assert_eq!(standing(2, "Deployment"), None);
        assert_eq!(standing(3, "Deployment"), None);
    }
}
