//! Live objects and their owners: a Pod counts with the workload that made it.

use std::collections::HashMap;

use serde_json::Value;

use crate::object::Object;
use crate::path::Step;

/// An object as its owner and what it owns see it.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'o> {
    /// The API group; versions do not matter.
    pub group: &'o str,
    /// The kind.
    pub kind: &'o str,
    /// The namespace; `None` of an object outside of namespaces.
    pub namespace: Option<&'o str>,
    /// The name.
    pub name: &'o str,
    /// Where it comes from.
    pub lineage: &'o Lineage,
    /// Whether it has a pod template that is judged.
    pub is_judged: bool,
}

/// Where an object comes from. There is one for each object of a cluster, so it is small.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lineage {
    /// What the API server calls the object by; only live objects have it.
    pub uid: Option<Box<str>>,
    /// The controller that made it.
    pub controller: Option<Box<Controller>>,
}

/// The owner reference of a controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controller {
    /// The API group.
    pub group: Box<str>,
    /// The kind.
    pub kind: Box<str>,
    /// The name.
    pub name: Box<str>,
    /// What the API server calls it by.
    pub uid: Option<Box<str>>,
}

impl Lineage {
    /// What the metadata of an object says.
    #[must_use]
    pub fn of(object: &Object) -> Self {
        let metadata = object.value_at(&[Step::Key("metadata".to_owned())]).unwrap_or_default();
        Self { uid: text(&metadata, "uid"), controller: controller(&metadata).map(Box::new) }
    }
}

/// The controller among the owners in `metadata`.
fn controller(metadata: &Value) -> Option<Controller> {
    let owners = metadata.get("ownerReferences")?.as_array()?;
    let owner = owners.iter().find(|owner| owner.get("controller") == Some(&Value::Bool(true)))?;
    let version = text(owner, "apiVersion")?;
    Some(Controller {
        group: version.split_once('/').map_or("", |(group, _)| group).into(),
        kind: text(owner, "kind")?,
        name: text(owner, "name")?,
        uid: text(owner, "uid"),
    })
}

fn text(value: &Value, key: &str) -> Option<Box<str>> {
    value.get(key)?.as_str().filter(|text| !text.is_empty()).map(Box::from)
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
pub fn places(objects: &[Identity<'_>]) -> Vec<Place> {
    let mut known = HashMap::new();
    for (index, object) in objects.iter().enumerate() {
        // Of two that are alike, the first.
        known.entry(name_of(object)).or_insert(index);
    }
    let parents: Vec<Option<usize>> = objects.iter().map(|object| parent(object, objects, &known)).collect();
    let place = |((object, parent), top): ((&Identity<'_>, &Option<usize>), Top)| match (top, parent) {
        (Top::At(owner), _) => Place::With(owner),
        (_, None) if object.lineage.controller.is_some() => Place::Orphan,
        _ => Place::Own,
    };
    objects.iter().zip(&parents).zip(tops(objects, &parents)).map(place).collect()
}

/// Group, kind, namespace and name.
type Name<'o> = (&'o str, &'o str, Option<&'o str>, &'o str);

fn name_of<'o>(object: &Identity<'o>) -> Name<'o> {
    (object.group, object.kind, object.namespace, object.name)
}

fn parent(object: &Identity<'_>, objects: &[Identity<'_>], known: &HashMap<Name<'_>, usize>) -> Option<usize> {
    let controller = object.lineage.controller.as_ref()?;
    let at = |namespace| known.get(&(&*controller.group, &*controller.kind, namespace, &*controller.name));
    // An owner is in the namespace of what it owns, or in none.
    let index = *at(object.namespace).or_else(|| at(None))?;
    let uids = objects[index].lineage.uid.as_ref().zip(controller.uid.as_ref());
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
fn tops(objects: &[Identity<'_>], parents: &[Option<usize>]) -> Vec<Top> {
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
fn through(objects: &[Identity<'_>], parent: usize, top: Top) -> Top {
    if top == Top::Nobody && objects[parent].is_judged { Top::At(parent) } else { top }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;
    use crate::input;

    /// What an [`Identity`] is of.
    #[derive(Clone, Default)]
    struct Owned {
        group: String,
        kind: String,
        namespace: Option<String>,
        name: String,
        lineage: Lineage,
        is_judged: bool,
    }

    /// An object such as `apps ReplicaSet web-1`, the controller of which is another one such.
    fn object(name: &str, controller: Option<&str>, is_judged: bool) -> Owned {
        let part = |text: &str, index: usize| text.split(' ').nth(index).unwrap().replace('-', "");
        let controller = controller.map(|owner| Controller {
            group: part(owner, 0).into(),
            kind: part(owner, 1).into(),
            name: part(owner, 2).into(),
            uid: None,
        });
        Owned {
            group: part(name, 0),
            kind: part(name, 1),
            namespace: Some("shop".to_owned()),
            name: part(name, 2),
            lineage: Lineage { uid: None, controller: controller.map(Box::new) },
            is_judged,
        }
    }

    /// The lineage of an object whose controller is such as `ReplicaSet web-1`.
    pub(crate) fn lineage(controller: Option<&str>) -> Lineage {
        let controller = controller.and_then(|owner| owner.split_once(' ')).map(|(kind, name)| Controller {
            group: "apps".into(),
            kind: kind.into(),
            name: name.into(),
            uid: None,
        });
        Lineage { uid: None, controller: controller.map(Box::new) }
    }

    fn places(objects: &[Owned]) -> Vec<Place> {
        fn identity(object: &Owned) -> Identity<'_> {
            let Owned { group, kind, namespace, name, lineage, is_judged } = object;
            Identity { group, kind, namespace: namespace.as_deref(), name, lineage, is_judged: *is_judged }
        }
        super::places(&objects.iter().map(identity).collect::<Vec<_>>())
    }

    /// The index of the owner that each object counts with.
    fn fold_all(objects: &[Owned]) -> Vec<Option<usize>> {
        let owner = |place| if let Place::With(owner) = place { Some(owner) } else { None };
        places(objects).into_iter().map(owner).collect()
    }

    #[test]
    fn a_pod_counts_with_the_workload_that_made_it() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data/inputs/owners.yaml");
        let manifests = input::read(&[path], &input::Options::default());
        let owned = manifests.objects.iter().map(|object| Owned {
            group: object.group().to_owned(),
            kind: object.kind.clone(),
            namespace: object.namespace("default").map(str::to_owned),
            name: object.name().unwrap_or_default().to_owned(),
            lineage: Lineage::of(object),
            is_judged: true,
        });
        assert_eq!(fold_all(&owned.collect::<Vec<_>>()), [None, Some(0), Some(0), Some(0), Some(0), None]);
    }

    #[test]
    fn an_owner_counts_only_if_it_is_there_and_judged() {
        let deployment = object("apps Deployment d", None, true);
        let replicas = object("apps ReplicaSet r", Some("apps Deployment d"), true);
        let pod = object("- Pod p", Some("apps ReplicaSet r"), true);
        let fold = |objects: &[&Owned]| fold_all(&objects.iter().copied().cloned().collect::<Vec<_>>());
        assert_eq!(fold(&[&pod, &replicas, &deployment]), [Some(2), Some(2), None]);
        assert_eq!(fold(&[&pod, &deployment]), [None, None]);
        assert_eq!(fold(&[&pod, &replicas]), [Some(1), None]);
        // Through one that no rule knows.
        let through = Owned { is_judged: false, ..replicas.clone() };
        assert_eq!(fold(&[&pod, &through, &deployment]), [Some(2), Some(2), None]);
        let custom = Owned { is_judged: false, ..deployment.clone() };
        assert_eq!(fold(&[&pod, &replicas, &custom]), [Some(1), None, None]);
        assert_eq!(fold(&[&pod, &through, &custom]), [None, None, None]);
        let elsewhere = Owned { namespace: Some("prod".to_owned()), ..replicas.clone() };
        assert_eq!(fold(&[&pod, &elsewhere]), [None, None]);
        let clustered = Owned { namespace: None, ..replicas };
        assert_eq!(fold(&[&pod, &clustered]), [Some(1), None]);
    }

    #[test]
    fn another_of_the_same_name_is_no_owner() {
        let with_uid = |uid: &str| {
            let mut object = object("apps ReplicaSet r", None, true);
            object.lineage.uid = Some(uid.into());
            object
        };
        let mut pod = object("- Pod p", Some("apps ReplicaSet r"), true);
        pod.lineage.controller.as_mut().unwrap().uid = Some("u".into());
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
        assert_eq!(places(&[pod, a, b]), [Place::Own; 3]);
    }

    #[test]
    fn a_missing_controller_is_told_from_none() {
        let pod = object("- Pod p", Some("apps ReplicaSet r"), true);
        let custom = object("apps ReplicaSet r", None, false);
        assert_eq!(places(&[pod.clone(), custom]), [Place::Own, Place::Own]);
        assert_eq!(places(&[pod]), [Place::Orphan]);
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
