//! A minimal valid object of each kind with a pod template.

use serde_json::{Value, json};

/// A kind of object with a pod template.
pub struct Kind {
    pub group: &'static str,
    pub version: &'static str,
    pub name: &'static str,
    pub resource: &'static str,
    /// The keys from the object to the pod's spec.
    pub spec: &'static [&'static str],
}

const POD: &[&str] = &["spec"];
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

/// Every kind with a pod template.
pub static KINDS: [Kind; 9] = [
    kind("", "v1", "Pod", "pods", POD),
    kind("apps", "v1", "Deployment", "deployments", TEMPLATE),
    kind("apps", "v1", "ReplicaSet", "replicasets", TEMPLATE),
    kind("apps", "v1", "StatefulSet", "statefulsets", TEMPLATE),
    kind("apps", "v1", "DaemonSet", "daemonsets", TEMPLATE),
    kind("batch", "v1", "Job", "jobs", TEMPLATE),
    kind("batch", "v1", "CronJob", "cronjobs", &["spec", "jobTemplate", "spec", "template", "spec"]),
    kind("", "v1", "ReplicationController", "replicationcontrollers", TEMPLATE),
    kind("", "v1", "PodTemplate", "podtemplates", &["template", "spec"]),
];

/// A Job's spec without a pod, in which nothing is found.
fn job() -> Value {
    json!({"ttlSecondsAfterFinished": 600, "template": {"metadata": {}}})
}

/// The kind of that name.
pub fn kind_named(name: &str) -> &'static Kind {
    KINDS.iter().find(|kind| kind.name == name).unwrap_or_else(|| panic!("no kind is called {name}"))
}

impl Kind {
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// The path of the pod's spec, as in `spec.template.spec`.
    pub fn path(&self) -> String {
        self.spec.join(".")
    }

    /// The path of the metadata of the pods.
    pub fn template_metadata(&self) -> String {
        let mut path = self.spec.to_vec();
        path.pop();
        path.push("metadata");
        path.join(".")
    }

    /// A minimal valid object of this kind, called `shop/web`, with the given pod spec.
    pub fn object(&self, spec: Value) -> Value {
        let mut object = json!({
            "apiVersion": self.api_version(),
            "kind": self.name,
            "metadata": {"name": "web", "namespace": "shop"},
        });
        let labels = json!({"app": "web"});
        match self.name {
            "Pod" => {}
            "PodTemplate" => object["template"] = json!({"metadata": {"labels": labels}}),
            "CronJob" => {
                object["spec"] = json!({"schedule": "@daily", "jobTemplate": {"metadata": {}, "spec": job()}});
            }
            "Job" => object["spec"] = job(),
            "ReplicationController" => {
                object["spec"] = json!({"selector": labels, "template": {"metadata": {"labels": labels}}});
            }
            _ => {
                object["spec"] = json!({
                    "selector": {"matchLabels": labels},
                    "template": {"metadata": {"labels": labels}},
                });
            }
        }
        if self.name == "StatefulSet" {
            object["spec"]["serviceName"] = json!("web");
        }
        *self.spec_of(&mut object) = spec;
        object
    }

    /// The pod's spec in an object of this kind.
    pub fn spec_of<'o>(&self, object: &'o mut Value) -> &'o mut Value {
        self.spec.iter().fold(object, |value, key| &mut value[*key])
    }
}

/// A container that no rule finds anything in.
pub fn good_container(name: &str) -> Value {
    json!({
        "name": name,
        "image": "registry.example.com/web:1",
        "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
    })
}

/// A pod spec that no rule finds anything in.
pub fn good_spec() -> Value {
    json!({"containers": [good_container("main")]})
}

/// A pod spec in which `host-pid` is found, which has no fix.
pub fn bad_spec() -> Value {
    let mut spec = good_spec();
    spec["hostPID"] = json!(true);
    spec
}

/// The node affinity that requires one of these terms.
pub fn required(terms: &Value) -> Value {
    json!({"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}})
}

/// The Service `shop/web`.
pub fn service(annotations: Value, spec: Value) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop", "annotations": annotations},
        "spec": spec,
    })
}

/// The owner that controls an object.
pub fn controller(api_version: &str, kind: &str) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "name": "web", "uid": "u", "controller": true})
}

/// Writes each key of `patch` over the same key of `target`.
pub fn overlay(target: &mut Value, patch: &Value) {
    let patch = patch.as_object().unwrap_or_else(|| panic!("a patch is an object: {patch}"));
    if target.is_null() {
        *target = json!({});
    }
    let target = target.as_object_mut().expect("what is patched is an object");
    target.extend(patch.iter().map(|(key, value)| (key.clone(), value.clone())));
}
