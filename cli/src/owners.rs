//! Live objects and their owners: a Pod counts with the workload that made it.

use std::collections::HashMap;

use serde_json::Value;

use crate::object::Object;
use crate::path::Step;

/// An object as its owner and what it owns see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The API group; versions do not matter.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace; `None` of an object outside of namespaces.
    pub namespace: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// What the API server calls it by; only live objects have it.
    pub uid: Option<String>,
    /// The controller that made it.
    pub controller: Option<Controller>,
    /// Whether it has a pod template that is judged.
    pub is_judged: bool,
}

/// The owner reference of a controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controller {
    /// The API group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
    /// What the API server calls it by.
    pub uid: Option<String>,
}

impl Identity {
    /// The identity of an object, whose namespace is `namespace` if it names none. `is_judged` says whether it has a pod
    /// template that is judged.
    #[must_use]
    pub fn of(object: &Object, namespace: &str, is_judged: bool) -> Self {
        let metadata = object.value_at(&[Step::Key("metadata".to_owned())]).unwrap_or_default();
        Self {
            group: object.group().to_owned(),
            kind: object.kind.clone(),
            namespace: object.namespace(namespace).map(str::to_owned),
            name: object.name().map(str::to_owned),
            uid: text(&metadata, "uid"),
            controller: controller(&metadata),
            is_judged,
        }
    }
}

/// The controller among the owners in `metadata`.
fn controller(metadata: &Value) -> Option<Controller> {
    let owners = metadata.get("ownerReferences")?.as_array()?;
    let owner = owners.iter().find(|owner| owner.get("controller") == Some(&Value::Bool(true)))?;
    let version = text(owner, "apiVersion")?;
    Some(Controller {
        group: version.split_once('/').map_or("", |(group, _)| group).to_owned(),
        kind: text(owner, "kind")?,
        name: text(owner, "name")?,
        uid: text(owner, "uid"),
    })
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// What an object counts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Itself.
    Own,
    /// Itself, and its controller isn't among the objects.
    Orphan,
    /// The owner of this index.
    With(usize),
}

/// What each object counts with.
///
/// An object counts with the first of its controllers, and of theirs, that is among the objects and judged, seen from the
/// top: a Pod with the Deployment of its ReplicaSet. Where no controller is among the objects or none of them is judged,
/// it counts itself.
#[must_use]
pub fn places(objects: &[Identity]) -> Vec<Place> {
    let mut known = HashMap::new();
    for (index, object) in objects.iter().enumerate() {
        // Of two that are alike, the first.
        known.entry(name_of(object)).or_insert(index);
    }
    let parents: Vec<Option<usize>> = objects.iter().map(|object| parent(object, objects, &known)).collect();
    let place = |((object, parent), top): ((&Identity, &Option<usize>), Top)| match (top, parent, &object.controller) {
        (Top::At(owner), ..) => Place::With(owner),
        (_, None, Some(_)) => Place::Orphan,
        _ => Place::Own,
    };
    objects.iter().zip(&parents).zip(tops(objects, &parents)).map(place).collect()
}

/// Group, kind, namespace and name.
type Name<'o> = (&'o str, &'o str, Option<&'o str>, Option<&'o str>);

fn name_of(object: &Identity) -> Name<'_> {
    (&object.group, &object.kind, object.namespace.as_deref(), object.name.as_deref())
}

fn parent<'o>(object: &'o Identity, objects: &[Identity], known: &HashMap<Name<'o>, usize>) -> Option<usize> {
    let controller = object.controller.as_ref()?;
    let at = |namespace| known.get(&(&*controller.group, &*controller.kind, namespace, Some(&*controller.name)));
    // An owner is in the namespace of what it owns, or in none.
    let index = *at(object.namespace.as_deref()).or_else(|| at(None))?;
    let uids = objects[index].uid.as_ref().zip(controller.uid.as_ref());
    // One with another uid took the place of the owner.
    uids.is_none_or(|(is, expected)| is == expected).then_some(index)
}

/// The uppermost of an object's controllers that is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Top {
    /// Not known yet.
    Open,
    /// There is none.
    Nobody,
    /// The way up is a circle.
    Circle,
    /// The object of this index.
    At(usize),
}

/// The top of each object. Every object is looked at once, however long the chains are.
fn tops(objects: &[Identity], parents: &[Option<usize>]) -> Vec<Top> {
    let mut tops = vec![Top::Open; objects.len()];
    let mut is_on_way = vec![false; objects.len()];
    for start in 0..objects.len() {
        let (mut at, mut way) = (Some(start), Vec::new());
        while let Some(index) = at.filter(|index| tops[*index] == Top::Open && !is_on_way[*index]) {
            is_on_way[index] = true;
            way.push(index);
            at = parents[index];
        }
        let mut top = match at {
            None => Top::Nobody,
            Some(index) if is_on_way[index] => Top::Circle,
            Some(index) => through(objects, index, tops[index]),
        };
        for index in way.into_iter().rev() {
            is_on_way[index] = false;
            tops[index] = top;
            top = through(objects, index, top);
        }
    }
    tops
}

/// The top of an object whose parent is at `parent` and has the top `top`.
fn through(objects: &[Identity], parent: usize, top: Top) -> Top {
    if top == Top::Nobody && objects[parent].is_judged { Top::At(parent) } else { top }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;
    use crate::input;

    /// An object such as `apps ReplicaSet web-1`, the controller of which is another one such.
    fn object(name: &str, controller: Option<&str>, is_judged: bool) -> Identity {
        let part = |text: &str, index: usize| text.split(' ').nth(index).unwrap().replace('-', "");
        let controller = controller.map(|owner| Controller {
            group: part(owner, 0),
            kind: part(owner, 1),
            name: part(owner, 2),
            uid: None,
        });
        Identity {
            group: part(name, 0),
            kind: part(name, 1),
            namespace: Some("shop".to_owned()),
            name: Some(part(name, 2)),
            controller,
            is_judged,
            ..Identity::default()
        }
    }

    /// The identity of a judged object in a namespace, whose controller is such as `ReplicaSet web-1`.
    pub(crate) fn identity(kind: &str, name: &str, controller: Option<&str>) -> Identity {
        let owner = controller.and_then(|owner| owner.split_once(' ')).map(|(kind, name)| Controller {
            group: String::new(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            uid: None,
        });
        Identity {
            kind: kind.to_owned(),
            namespace: Some("shop".to_owned()),
            name: Some(name.to_owned()),
            controller: owner,
            is_judged: true,
            ..Identity::default()
        }
    }

    /// The index of the owner that each object counts with.
    fn fold_all(objects: &[Identity]) -> Vec<Option<usize>> {
        let owner = |place| if let Place::With(owner) = place { Some(owner) } else { None };
        super::places(objects).into_iter().map(owner).collect()
    }

    #[test]
    fn a_pod_counts_with_the_workload_that_made_it() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data/inputs/owners.yaml");
        let manifests = input::read(&[path], &input::Options::default());
        let identities: Vec<_> = manifests.objects.iter().map(|object| Identity::of(object, "default", true)).collect();
        assert_eq!(fold_all(&identities), [None, Some(0), Some(0), Some(0), Some(0), None]);
    }

    #[test]
    fn an_owner_counts_only_if_it_is_there_and_judged() {
        let deployment = object("apps Deployment d", None, true);
        let replicas = object("apps ReplicaSet r", Some("apps Deployment d"), true);
        let pod = object("- Pod p", Some("apps ReplicaSet r"), true);
        let fold = |objects: &[&Identity]| fold_all(&objects.iter().copied().cloned().collect::<Vec<_>>());
        assert_eq!(fold(&[&pod, &replicas, &deployment]), [Some(2), Some(2), None]);
        assert_eq!(fold(&[&pod, &deployment]), [None, None]);
        assert_eq!(fold(&[&pod, &replicas]), [Some(1), None]);
        // Through one that no rule knows.
        let through = Identity { is_judged: false, ..replicas.clone() };
        assert_eq!(fold(&[&pod, &through, &deployment]), [Some(2), Some(2), None]);
        let custom = Identity { is_judged: false, ..deployment.clone() };
        assert_eq!(fold(&[&pod, &replicas, &custom]), [Some(1), None, None]);
        assert_eq!(fold(&[&pod, &through, &custom]), [None, None, None]);
        let elsewhere = Identity { namespace: Some("prod".to_owned()), ..replicas.clone() };
        assert_eq!(fold(&[&pod, &elsewhere]), [None, None]);
        let clustered = Identity { namespace: None, ..replicas };
        assert_eq!(fold(&[&pod, &clustered]), [Some(1), None]);
    }

    #[test]
    fn another_of_the_same_name_is_no_owner() {
        let with_uid = |uid: &str| Identity { uid: Some(uid.to_owned()), ..object("apps ReplicaSet r", None, true) };
        let mut pod = object("- Pod p", Some("apps ReplicaSet r"), true);
        pod.controller.as_mut().unwrap().uid = Some("u".to_owned());
        assert_eq!(fold_all(&[pod.clone(), with_uid("u")]), [Some(1), None]);
        assert_eq!(fold_all(&[pod, with_uid("other")]), [None, None]);
    }

    #[test]
    fn a_circle_counts_itself() {
        let a = object("apps ReplicaSet a", Some("apps ReplicaSet b"), true);
        let b = object("apps ReplicaSet b", Some("apps ReplicaSet a"), true);
        let own = object("apps ReplicaSet c", Some("apps ReplicaSet c"), true);
        assert_eq!(fold_all(&[a, b, own]), [None, None, None]);
    }

    #[test]
    fn what_hangs_on_a_circle_counts_itself() {
        let a = object("apps ReplicaSet a", Some("apps ReplicaSet b"), true);
        let b = object("apps ReplicaSet b", Some("apps ReplicaSet a"), true);
        let pod = object("- Pod p", Some("apps ReplicaSet a"), true);
        assert_eq!(super::places(&[pod, a, b]), [Place::Own; 3]);
    }

    #[test]
    fn a_missing_controller_is_told_from_none() {
        let pod = object("- Pod p", Some("apps ReplicaSet r"), true);
        let custom = object("apps ReplicaSet r", None, false);
        assert_eq!(super::places(&[pod.clone(), custom]), [Place::Own, Place::Own]);
        assert_eq!(super::places(&[pod]), [Place::Orphan]);
    }

    #[test]
    fn a_long_chain_is_folded() {
        let link = |number: usize| {
            let owner = format!("apps ReplicaSet r{}", number + 1);
            object(&format!("apps ReplicaSet r{number}"), Some(&owner), true)
        };
        let count = 100_000;
        for objects in [(0..count).map(link).collect::<Vec<_>>(), (0..count).rev().map(link).collect()] {
            let folded = fold_all(&objects);
            assert_eq!(folded.iter().flatten().count(), count - 1);
        }
    }

    #[test]
    fn many_objects_are_folded() {
        let pods = (0..50_000).map(|number| object(&format!("- Pod p{number}"), Some("apps ReplicaSet r"), true));
        let objects: Vec<_> = pods.chain([object("apps ReplicaSet r", None, true)]).collect();
        assert_eq!(fold_all(&objects).iter().flatten().count(), 50_000);
    }
}
