//! How many Pods a workload has: by its own fields, by an autoscaler, during a rollout.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::allocation::Container;
use super::input::{Id, Inventory, Item, group_of, text};

/// Which number of replicas counts where an autoscaler sets it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Replicas {
    /// The object's own, within the bounds of the autoscaler.
    #[default]
    Spec,
    /// The autoscaler's upper bound.
    HpaMax,
}

/// A number of Pods and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The Pods that run at the same time.
    pub pods: u64,
    /// How many more there are during a rollout.
    pub surge: u64,
    /// Why it is this number.
    pub why: String,
}

impl Count {
    /// A number without a rollout.
    #[must_use]
    pub fn new(pods: u64, why: impl Into<String>) -> Self {
        Self { pods, surge: 0, why: why.into() }
    }
}

/// Pods of a Job that stay, and are billed, when they have finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasting {
    /// The finished Jobs that are kept.
    pub jobs: u64,
    /// The failed Jobs that are kept beside them.
    pub failed: u64,
    /// The Pods of each.
    pub pods: u64,
    /// Whether a CronJob makes them.
    pub is_cron: bool,
}

/// The Pods of a workload that are alike.
#[derive(Debug)]
pub struct Group<'a> {
    /// Which part of the workload they are; empty if they are all of it.
    pub part: String,
    /// Their template.
    pub template: Template<'a>,
    /// How many there are.
    pub count: Count,
    /// Containers that an operator adds to the template's.
    pub added: Vec<Container>,
    /// What a reader of the figures should know.
    pub notes: Vec<String>,
    /// For a Job that nobody deletes.
    pub lasting: Option<Lasting>,
}

/// Where the Pods of a group are described.
#[derive(Debug)]
pub enum Template<'a> {
    /// In an object: an object with `metadata` and `spec`, and the path of its `spec`.
    Written(&'a Value, String),
    /// In the code of an operator, with only the containers that [`Group::added`] has.
    Made,
}

impl<'a> Group<'a> {
    /// The Pods of the template at `pointer` (a JSON pointer) in the object.
    ///
    /// # Errors
    /// If it isn't there.
    pub fn at(item: &'a Item, pointer: &str, count: Count) -> Result<Self, String> {
        let path = pointer.trim_start_matches('/').replace('/', ".");
        match item.value.pointer(pointer) {
            Some(template) => Ok(Self::of(template, &path, count)),
            None => Err(format!("{path}: there is no pod template")),
        }
    }

    /// The Pods of a template; `path` is its own.
    #[must_use]
    pub fn of(template: &'a Value, path: &str, count: Count) -> Self {
        let path = if path.is_empty() { "spec".to_owned() } else { format!("{path}.spec") };
        Self {
            part: String::new(),
            template: Template::Written(template, path),
            count,
            added: Vec::new(),
            notes: Vec::new(),
            lasting: None,
        }
    }

    /// Pods that an operator makes by itself.
    #[must_use]
    pub fn made(part: &str, container: Container, count: Count) -> Self {
        let added = vec![container];
        let (notes, lasting) = (Vec::new(), None);
        Self { part: part.to_owned(), template: Template::Made, count, added, notes, lasting }
    }

    /// The same, as a part of the workload.
    #[must_use]
    pub fn part(mut self, part: impl Into<String>) -> Self {
        self.part = part.into();
        self
    }

    /// The same, with a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// An autoscaler of replicas.
#[derive(Debug, Clone)]
struct Scaler {
    /// The autoscaler, for people.
    name: String,
    min: u64,
    max: u64,
    /// Whether it leaves a workload alone that has no replicas, as a HorizontalPodAutoscaler does.
    rests_at_zero: bool,
}

/// Counts replicas.
#[derive(Debug)]
pub struct Counter<'a> {
    /// The objects.
    pub inventory: &'a Inventory,
    /// Which number counts.
    pub replicas: Replicas,
    scalers: HashMap<Id, Scaler>,
}

/// A number of replicas and its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaled {
    /// The number.
    pub replicas: u64,
    /// The reason.
    pub why: String,
}

impl<'a> Counter<'a> {
    /// Reads the autoscalers among the objects.
    #[must_use]
    pub fn new(inventory: &'a Inventory, replicas: Replicas) -> Self {
        let mut scalers = HashMap::new();
        for (target, scaler) in inventory.items.iter().filter_map(scaler_of) {
            scalers.entry(target).or_insert(scaler);
        }
        Self { inventory, replicas, scalers }
    }

    /// The autoscalers whose target is not among the objects, and their targets.
    #[must_use]
    pub fn without_target(&self) -> Vec<(&'a Item, Id)> {
        let targets = self.inventory.items.iter().filter_map(|item| Some((item, scaler_of(item)?.0)));
        targets.filter(|(_, target)| self.inventory.get(target).is_none()).collect()
    }

    /// The replicas of a workload: its own (`default` where the field is absent), or what its autoscaler makes of them.
    #[must_use]
    pub fn scaled(&self, item: &Item, own: Option<&Value>, default: u64) -> Scaled {
        let written = whole(own);
        let own = written.unwrap_or(default);
        let Some(scaler) = self.scalers.get(&item.id) else {
            let why = if written.is_some() { format!("replicas {own}") } else { format!("replicas {own} by default") };
            return Scaled { replicas: own, why };
        };
        let Scaler { name, min, max, rests_at_zero } = scaler;
        if own == 0 && *rests_at_zero {
            return Scaled { replicas: 0, why: format!("replicas 0, where {name} does nothing") };
        }
        let replicas = self.within(own, *min, *max);
        Scaled { replicas, why: format!("{name}, {min} to {max}") }
    }

    /// The number that counts for an autoscaler that scales from `min` to `max` and is at `own` now.
    #[must_use]
    pub fn within(&self, own: u64, min: u64, max: u64) -> u64 {
        match self.replicas {
            Replicas::HpaMax => max,
            // `clamp` would panic where the bounds are the wrong way round.
            Replicas::Spec => own.max(min).min(max),
        }
    }
}

/// The target and the bounds of a HorizontalPodAutoscaler, or of what KEDA makes one of.
fn scaler_of(item: &Item) -> Option<(Id, Scaler)> {
    let spec = item.value.get("spec")?;
    let target = spec.get("scaleTargetRef")?;
    let number = |key: &str| whole(spec.get(key));
    let name = |short: &str| format!("{short} {}", item.id.name);
    let (scaler, kind) = match (item.id.group.as_str(), item.id.kind.as_str()) {
        ("autoscaling", "HorizontalPodAutoscaler") => {
            let (min, max) = (number("minReplicas").unwrap_or(1), number("maxReplicas")?);
            (Scaler { name: name("HPA"), min, max, rests_at_zero: true }, "")
        }
        ("keda.sh", "ScaledObject") => {
            let (min, max) = (number("minReplicaCount").unwrap_or(0), number("maxReplicaCount").unwrap_or(100));
            (Scaler { name: name("ScaledObject"), min, max, rests_at_zero: false }, "Deployment")
        }
        _ => return None,
    };
    let kind = Some(text(target, "kind")).filter(|kind| !kind.is_empty()).unwrap_or(kind);
    // KEDA takes `apps/v1` where there is none. An HPA without one means the core group (a ReplicationController).
    let group = match text(target, "apiVersion") {
        "" if item.id.group == "keda.sh" => "apps",
        api_version => group_of(api_version),
    };
    let target = Id {
        namespace: item.id.namespace.clone(),
        name: text(target, "name").to_owned(),
        group: group.to_owned(),
        kind: kind.to_owned(),
    };
    Some((target, scaler))
}

/// A whole number that is not negative.
#[must_use]
pub fn whole(value: Option<&Value>) -> Option<u64> {
    value?.as_u64()
}

/// How many more Pods a rollout makes: a number, or a percentage of the replicas, rounded up as Kubernetes does.
/// `default` is a percentage.
#[must_use]
pub fn surge(max_surge: Option<&Value>, default: u64, replicas: u64) -> u64 {
    let percent = |percent: u64| replicas.saturating_mul(percent).div_ceil(100);
    match max_surge {
        Some(Value::Number(number)) => number.as_u64().unwrap_or(0).min(if replicas == 0 { 0 } else { u64::MAX }),
        Some(Value::String(text)) => text.strip_suffix('%').and_then(|text| text.parse().ok()).map_or(0, percent),
        _ => percent(default),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::input::{Object, Source};

    fn inventory(values: &[Value]) -> Inventory {
        let object = |value: &Value| Object::new(value.clone(), Source { file: "a.yaml".to_owned(), line: 1 });
        Inventory::of(values.iter().map(object).collect(), "shop")
    }

    fn hpa(version: &str, target_version: &str, spec: Value) -> Value {
        let mut spec = spec;
        spec["scaleTargetRef"] = json!({"apiVersion": target_version, "kind": "Deployment", "name": "web"});
        json!({"apiVersion": version, "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": spec})
    }

    fn web(replicas: Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": replicas}})
    }

    fn replicas(objects: &[Value], mode: Replicas) -> u64 {
        let inventory = inventory(objects);
        let item = inventory.items.iter().find(|item| item.id.kind == "Deployment").unwrap();
        Counter::new(&inventory, mode).scaled(item, item.value.pointer("/spec/replicas"), 1).replicas
    }

    #[test]
    fn the_object_says_it_or_the_default() {
        for (own, expected) in [(json!(3), 3), (json!(0), 0), (Value::Null, 1), (json!("3"), 1), (json!(-1), 1)] {
            for mode in [Replicas::Spec, Replicas::HpaMax] {
                assert_eq!(replicas(&[web(own.clone())], mode), expected, "{own}");
            }
        }
    }

    #[test]
    fn an_autoscaler_bounds_it() {
        for version in ["autoscaling/v1", "autoscaling/v2"] {
            let scaler = hpa(version, "apps/v1", json!({"minReplicas": 2, "maxReplicas": 10}));
            for (own, spec, max) in [(json!(5), 5, 10), (Value::Null, 2, 10), (json!(12), 10, 10), (json!(0), 0, 0)] {
                let objects = [web(own.clone()), scaler.clone()];
                assert_eq!(replicas(&objects, Replicas::Spec), spec, "{version} {own}");
                assert_eq!(replicas(&objects, Replicas::HpaMax), max, "{version} {own}");
            }
        }
        // One is the least where nothing is said.
        assert_eq!(
            replicas(&[hpa("autoscaling/v2", "apps/v1", json!({"maxReplicas": 4})), web(json!(1))], Replicas::Spec),
            1
        );
    }

    #[test]
    fn the_target_is_one_object() {
        let scaler = hpa("autoscaling/v2", "apps/v1", json!({"minReplicas": 2, "maxReplicas": 10}));
        let mut elsewhere = scaler.clone();
        elsewhere["metadata"]["namespace"] = json!("other");
        assert_eq!(replicas(&[web(json!(1)), elsewhere.clone()], Replicas::HpaMax), 1);
        let other_group = hpa("autoscaling/v2", "example.com/v1", json!({"maxReplicas": 10}));
        assert_eq!(replicas(&[web(json!(1)), other_group], Replicas::HpaMax), 1);
        let inventory = inventory(&[web(json!(1)), scaler, elsewhere]);
        let counter = Counter::new(&inventory, Replicas::Spec);
        let lost: Vec<String> = counter.without_target().iter().map(|(_, target)| target.to_string()).collect();
        assert_eq!(lost, ["Deployment other/web"]);
    }

    #[test]
    fn keda_scales_too() {
        let scaler = |spec: Value| json!({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": "s"}, "spec": spec});
        let objects = [web(json!(3)), scaler(json!({"scaleTargetRef": {"name": "web"}, "maxReplicaCount": 7}))];
        assert_eq!(replicas(&objects, Replicas::Spec), 3);
        assert_eq!(replicas(&objects, Replicas::HpaMax), 7);
        let objects = [web(json!(3)), scaler(json!({"scaleTargetRef": {"name": "web"}, "minReplicaCount": 4}))];
        assert_eq!(replicas(&objects, Replicas::Spec), 4);
        assert_eq!(replicas(&objects, Replicas::HpaMax), 100);
    }

    #[test]
    fn a_percentage_of_surge_is_rounded_up() {
        for (value, replicas, expected) in [
            (Value::Null, 1, 1),
            (Value::Null, 4, 1),
            (Value::Null, 5, 2),
            (json!("25%"), 10, 3),
            (json!("0%"), 10, 0),
            (json!("200%"), 3, 6),
            (json!(2), 10, 2),
            (json!(0), 10, 0),
            (json!(2), 0, 0),
            (Value::Null, 0, 0),
            (json!("a"), 10, 0),
        ] {
            assert_eq!(
                surge(Some(&value).filter(|value| !value.is_null()), 25, replicas),
                expected,
                "{value} {replicas}"
            );
        }
    }
}
