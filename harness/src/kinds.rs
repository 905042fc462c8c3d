//! The kinds with a pod template, and a valid object of each.

use serde_json::{Map, Value, json};

/// A kind with a pod template.
#[derive(Debug)]
pub struct Kind {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The API version.
    pub version: &'static str,
    /// The kind's name.
    pub name: &'static str,
    /// The plural name of the resource.
    pub resource: &'static str,
    /// The path of the pod's spec.
    pub spec: &'static [&'static str],
}

const TEMPLATE: &[&str] = &["spec", "template", "spec"];

const fn kind(
    group: &'static str,
    version: &'static str,
    name: &'static str,
    resource: &'static str,
    spec: &'static [&'static str],
) -> Kind {
    Kind { group, version, name, resource, spec }
}

/// Kubernetes' own kinds with a pod template.
pub static KINDS: [Kind; 9] = [
    kind("", "v1", "Pod", "pods", &["spec"]),
    kind("apps", "v1", "Deployment", "deployments", TEMPLATE),
    kind("apps", "v1", "ReplicaSet", "replicasets", TEMPLATE),
    kind("apps", "v1", "StatefulSet", "statefulsets", TEMPLATE),
    kind("apps", "v1", "DaemonSet", "daemonsets", TEMPLATE),
    kind("batch", "v1", "Job", "jobs", TEMPLATE),
    kind("batch", "v1", "CronJob", "cronjobs", &["spec", "jobTemplate", "spec", "template", "spec"]),
    kind("", "v1", "ReplicationController", "replicationcontrollers", TEMPLATE),
    kind("", "v1", "PodTemplate", "podtemplates", &["template", "spec"]),
];

impl Kind {
    /// Returns the `apiVersion`.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Returns the path of the pods' metadata.
    #[must_use]
    pub fn template_metadata(&self) -> Vec<&'static str> {
        let mut path = self.spec.to_vec();
        path.pop();
        path.push("metadata");
        path
    }

    /// Creates an object `shop/web` of this kind with this pod spec.
    #[must_use]
    pub fn object(&self, spec: Value) -> Value {
        let mut object = json!({
            "apiVersion": self.api_version(),
            "kind": self.name,
            "metadata": {"name": "web", "namespace": "shop"},
        });
        if self.name != "Pod" {
            *at(&mut object, &self.template_metadata()) = json!({"labels": {"app": "web"}});
        }
        *at(&mut object, self.spec) = spec;
        object
    }
}

/// Returns the value at a path of keys. Creates missing objects on the path.
pub fn at<'v>(value: &'v mut Value, keys: &[&str]) -> &'v mut Value {
    keys.iter().fold(value, |value, key| {
        if !value.is_object() {
            *value = json!({});
        }
        &mut value[*key]
    })
}

/// Returns a container without findings.
#[must_use]
pub fn good_container(name: &str) -> Value {
    json!({
        "name": name,
        "image": "registry.example.com/web:1",
        "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
    })
}

/// Returns a pod spec without findings.
#[must_use]
pub fn good_spec() -> Value {
    json!({"containers": [good_container("main")]})
}

/// Replaces keys of `target` with those of `patch`.
pub fn overlay(target: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else { return };
    if !target.is_object() {
        *target = json!({});
    }
    if let Some(target) = target.as_object_mut() {
        target.extend(patch.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
}

/// Creates a CREATE request for an object.
#[must_use]
pub fn create(object: &Value) -> Value {
    let api_version = object["apiVersion"].as_str().unwrap_or_default();
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = object["kind"].as_str().unwrap_or_default();
    let mut request = Map::new();
    request.insert("uid".to_owned(), json!("00000000-0000-4000-8000-000000000000"));
    request.insert("kind".to_owned(), json!({"group": group, "version": version, "kind": kind}));
    let resource = format!("{}s", kind.to_lowercase());
    request.insert("resource".to_owned(), json!({"group": group, "version": version, "resource": resource}));
    for key in ["name", "namespace"] {
        if let Some(value) = object["metadata"].get(key).filter(|value| value.is_string()) {
            request.insert(key.to_owned(), value.clone());
        }
    }
    request.insert("operation".to_owned(), json!("CREATE"));
    request.insert("userInfo".to_owned(), json!({"username": "somebody", "groups": ["system:authenticated"]}));
    request.insert("object".to_owned(), object.clone());
    request.insert("oldObject".to_owned(), Value::Null);
    request.insert("dryRun".to_owned(), json!(false));
    request.into()
}

/// Creates an UPDATE request from `old` to `object`.
#[must_use]
pub fn update(object: &Value, old: &Value) -> Value {
    let mut request = create(object);
    request["operation"] = json!("UPDATE");
    request["oldObject"] = old.clone();
    request
}
