//! Reads a pod spec as far as its allocation depends on it.

use serde_json::Value;

use super::allocation::{Container, Kind, Pod, Resource, STORAGE_GB};
use super::amount::{Amount, NANOS};

/// A pod spec that was read, and what a report says of it.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The Pod.
    pub pod: Pod,
    /// The name of the container that `kubectl` takes for the main one, if an annotation says so.
    pub main: Option<String>,
    /// What cannot be read, with the field's path. Such a field is taken for absent.
    pub problems: Vec<String>,
    /// What a reader of the figures should know.
    pub notes: Vec<String>,
}

/// Names the main container of a Pod with several.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// Reads a pod template (or a Pod): `metadata` and `spec`. `path` is that of `spec`, for messages.
#[must_use]
pub fn read(template: &Value, path: &str) -> Reading {
    let mut reading = Reading::default();
    let main = template.pointer("/metadata/annotations").and_then(|annotations| annotations.get(DEFAULT_CONTAINER));
    reading.main = main.and_then(Value::as_str).map(str::to_owned);
    let Some(spec) = template.get("spec").filter(|spec| spec.is_object()) else {
        reading.problems.push(format!("{path}: there is no pod spec"));
        return reading;
    };
    let mut storage = Amount::ZERO;
    for (index, container) in list(spec, "containers").iter().enumerate() {
        let path = format!("{path}.containers[{index}]");
        let resources = Resources::read(container, &path, &mut reading.problems);
        storage = storage.plus(resources.storage.used().unwrap_or_default());
        let name = container.get("name").and_then(Value::as_str).unwrap_or_default();
        let name = if name.is_empty() { format!("container {}", index + 1) } else { name.to_owned() };
        reading.pod.containers.push(Container { name, cpu: resources.cpu, memory: resources.memory });
    }
    if reading.pod.containers.is_empty() {
        reading.problems.push(format!("{path}.containers: there is no container"));
    }
    let own = Resources::read(spec, path, &mut reading.problems);
    (reading.pod.cpu, reading.pod.memory) = (own.cpu, own.memory);
    storage = own.storage.used().unwrap_or(storage);
    notes(spec, storage, &mut reading);
    reading
}

fn notes(spec: &Value, storage: Amount, reading: &mut Reading) {
    if [Kind::Cpu, Kind::Memory].iter().any(|kind| reading.pod.own(*kind).used().is_some()) {
        reading.notes.push("the resources of the whole Pod count in place of its containers'".to_owned());
    }
    let init = list(spec, "initContainers").len();
    if init > 0 {
        let plural = if init == 1 { "" } else { "s" };
        reading.notes.push(format!("{init} init container{plural} not counted: Oracle's page has none"));
    }
    if storage > Amount::of_nanos(u128::from(STORAGE_GB) * 1_000_000_000 * NANOS) {
        reading.notes.push(format!("asks for more than the {STORAGE_GB} GB of storage that a Pod gets"));
    }
}

/// The `resources` of a container or of a pod spec.
#[derive(Default)]
struct Resources {
    cpu: Resource,
    memory: Resource,
    storage: Resource,
}

impl Resources {
    fn read(parent: &Value, path: &str, problems: &mut Vec<String>) -> Self {
        let Some(resources) = parent.get("resources") else { return Self::default() };
        let mut quantity = |list: &str, name: &str| {
            let value = resources.get(list)?.get(name).filter(|value| !value.is_null())?;
            let amount = Amount::of_quantity(value);
            if amount.is_none() {
                problems.push(format!(
                    "{path}.resources.{list}.{name}: not a quantity that Kubernetes takes; it counts as absent"
                ));
            }
            amount
        };
        let mut resource = |name| Resource { request: quantity("requests", name), limit: quantity("limits", name) };
        let read = Self { cpu: resource("cpu"), memory: resource("memory"), storage: resource("ephemeral-storage") };
        for (name, Resource { request, limit }) in [("cpu", read.cpu), ("memory", read.memory)] {
            if request.zip(limit).is_some_and(|(request, limit)| request > limit) {
                problems.push(format!(
                    "{path}.resources.requests.{name}: above the limit, which Kubernetes refuses; the limit counts"
                ));
            }
        }
        read
    }
}

/// Returns the items of a list; none if it is missing.
pub fn list<'a>(parent: &'a Value, key: &str) -> &'a [Value] {
    parent.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::of_quantity(&text.into()).unwrap()
    }

    #[test]
    fn containers_and_the_pod_are_read() {
        let reading = read(
            &json!({
                "metadata": {"annotations": {DEFAULT_CONTAINER: "web"}},
                "spec": {
                    "resources": {"limits": {"cpu": "3"}},
                    "initContainers": [{"name": "init", "resources": {"limits": {"cpu": "64"}}}],
                    "containers": [
                        {"name": "web", "resources": {"requests": {"cpu": 0.5, "memory": "1Gi"}, "limits": {"cpu": 1}}},
                        {"resources": {"limits": null}},
                    ],
                },
            }),
            "spec",
        );
        assert_eq!(reading.main.as_deref(), Some("web"));
        assert_eq!(reading.problems, Vec::<String>::new());
        assert_eq!(reading.notes.len(), 2, "{:?}", reading.notes);
        let [web, other] = reading.pod.containers.as_slice() else { panic!("{reading:?}") };
        assert_eq!(web.cpu, Resource { request: Some(amount("500m")), limit: Some(amount("1")) });
        assert_eq!(web.memory, Resource { request: Some(amount("1Gi")), limit: None });
        assert_eq!((other.name.as_str(), other.cpu), ("container 2", Resource::default()));
        assert_eq!(reading.pod.cpu.limit, Some(amount("3")));
    }

    #[test]
    fn problems_name_the_field_and_not_its_content() {
        let spec = json!({"spec": {"containers": [
            {"name": "a", "resources": {"requests": {"cpu": "s3cret", "memory": "2Gi"}, "limits": {"memory": "1Gi"}}},
        ]}});
        let problems = read(&spec, "spec.template.spec").problems;
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("spec.template.spec.containers[0].resources.requests.cpu: "), "{problems:?}");
        assert!(
            problems[1].starts_with("spec.template.spec.containers[0].resources.requests.memory: "),
            "{problems:?}"
        );
        assert!(!problems.concat().contains("s3cret"));
        for broken in [json!({}), json!({"spec": {"containers": {}}}), json!({"spec": 7})] {
            assert_eq!(read(&broken, "spec").problems.len(), 1, "{broken}");
        }
    }

    #[test]
    fn storage_above_what_a_pod_gets_is_noted() {
        let notes = |size: &str| {
            let limits = json!({"limits": {"ephemeral-storage": size}});
            read(&json!({"spec": {"containers": [{"resources": limits}, {"resources": limits}]}}), "spec").notes
        };
        assert_eq!(notes("7500M").len(), 0);
        assert_eq!(notes("7501M").len(), 1);
    }
}
