//! The sentences of the findings: how they read, and that they fit into a warning where they are longest, in a CronJob, of a
//! container with a long name.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::common::policy::{Cluster, Host, Lookup, RULES, Rule};
use crate::common::{Recorded, data, message, warnings, yaml};
use crate::support::{annotations, found, ids, request, respond};

/// Kubernetes cuts a warning that is longer than this.
const MOST_WARNING: usize = 256;

/// Rules that still say more than fits into a warning where the path is longest. To be emptied.
const TOO_LONG: [&str; 0] = [];

/// Names with which a sentence may begin.
const OPERATORS: [&str; 3] = ["Agones", "Knative", "KubeRay"];

#[test]
fn findings_read_well() {
    let mut wrong = Vec::new();
    for line in all_lines() {
        let mut check = |is_good: bool, what: &str| {
            if !is_good {
                wrong.push(format!("{what}: {line}"));
            }
        };
        check(line.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "not printable ASCII");
        let (_, text) = line.split_once(": ").expect("a place and a text");
        let text = text.strip_prefix("container \"a-20-characters-name\" ").unwrap_or(text);
        let Some((problem, remedy)) = text.split_once("; ") else {
            check(false, "no remedy");
            continue;
        };
        for part in [problem, remedy] {
            check(!part.contains("; ") && !part.contains(": "), "a sentence with a colon or semicolon");
            check(!part.ends_with('.') && !part.ends_with(' '), "the end of a sentence");
            let is_name = |part: &str| OPERATORS.iter().any(|name| part.starts_with(name));
            let is_part = part.starts_with(|first: char| first == '"' || first.is_ascii_lowercase());
            check(is_part || is_name(part), "the beginning of a sentence");
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn warnings_fit_what_kubernetes_passes_on() {
    let too_long: Vec<_> = all_lines()
        .into_iter()
        .filter(|line| line.len() > MOST_WARNING && !is_known_to_be_too_long(line))
        .map(|line| format!("{}: {line}", line.len()))
        .collect();
    assert!(too_long.is_empty(), "more than {MOST_WARNING} characters:\n{}", too_long.join("\n"));
}

#[test]
fn warnings_of_fixes_fit_too() {
    let settings = json!({"mutate": "full", "mutateTemplates": true, "rules": {
        "missing-resources": {"level": "deny", "mutate": true, "cpu": "1", "memory": "1Gi"},
    }});
    let mut too_long = Vec::new();
    for request in everything() {
        let warnings = warnings(&respond(&Host, &request, &settings)).into_iter();
        too_long.extend(warnings.filter(|warning| warning.ends_with("...") && !is_known_to_be_too_long(warning)));
    }
    assert!(too_long.is_empty(), "more than {MOST_WARNING} characters:\n{}", too_long.join("\n"));
}

fn is_known_to_be_too_long(line: &str) -> bool {
    TOO_LONG.iter().any(|id| line.starts_with(&format!("{id} ")))
}

#[test]
fn every_rule_is_among_the_sentences() {
    let lines = all_lines();
    for id in ids() {
        assert!(lines.iter().any(|line| line.starts_with(&format!("{id} "))), "no sentence of {id}");
    }
    for part in [
        "exemption spec.jobTemplate.spec.template.metadata.annotations",
        "could not look up Secrets",
        "could not look up PersistentVolumeClaims",
        "could not look up Namespaces",
        "the storage class of this claim",
        "the namespace asks for",
        "could not look up StorageClasses",
        "could not look up PersistentVolumes",
        "File Storage for ReadWriteMany",
        "the class of this one cannot be seen",
        "apply fsGroup to volumes of File Storage",
        "apply fsGroupChangePolicy to volumes of File Storage",
        "in decimal is",
        "Knative",
        "KubeRay",
        "the training operator",
        "the notebook controller",
        "Agones",
    ] {
        assert!(lines.iter().any(|line| line.contains(part)), "no sentence with {part:?}");
    }
}

/// The findings of all requests of [`everything`] in one line each, uncut, with what is found in a cluster and with what
/// is said where none answers. Each rule is asked alone, so that nothing is left out at the end of a long message.
fn all_lines() -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let objects = looked_up();
    for request in everything() {
        for cluster in [&Recorded(&objects) as &dyn Cluster, &Host] {
            let (denied, warned) = annotations(&respond(cluster, &request, &every_rule(&|_| "deny")));
            for id in denied.split(',').chain(warned.split(',')).filter(|id| !id.is_empty()) {
                let mut settings = every_rule(&|rule| if rule.id == id { "deny" } else { "off" });
                let mut insert = |settings: &Value| {
                    let response = respond(cluster, &request, settings);
                    let denials = message(&response).lines().filter_map(|line| line.strip_prefix("- "));
                    lines.extend(denials.map(str::to_owned).chain(warnings(&response)));
                };
                insert(&settings);
                settings["lookups"] = json!([]);
                insert(&settings);
                if ["persistent-volume-claim", "fs-group", "fs-group-change-policy"].contains(&id) {
                    // The classes that are accepted count for all three.
                    let level = if id == "persistent-volume-claim" { "deny" } else { "off" };
                    settings["rules"]["persistent-volume-claim"] =
                        json!({"level": level, "allowStorageClasses": ["fss"]});
                    for platform in ["2024-10-28", "2026-08-28"] {
                        settings["platform"] = json!(platform);
                        for lookups in [json!([]), json!(Lookup::NAMES)] {
                            settings["lookups"] = lookups;
                            insert(&settings);
                        }
                    }
                }
            }
        }
    }
    lines
}

/// A cluster in which every rule that looks something up finds something.
fn looked_up() -> Vec<Value> {
    yaml(
        "
- {apiVersion: v1, kind: Secret, metadata: {name: opaque, namespace: default}, type: Opaque}
- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: default}, spec: {storageClassName: oci-bv}}
- apiVersion: v1
  kind: Namespace
  metadata: {name: default, labels: {servicemesh.oci.oracle.com/sidecar-injection: enabled}}
",
    )
}

fn every_rule(level: &dyn Fn(&Rule) -> &'static str) -> Value {
    let rules: Map<_, _> = RULES.iter().map(|rule| (rule.id.to_owned(), json!(level(rule)))).collect();
    json!({"rules": rules, "lookups": Lookup::NAMES})
}

fn everything() -> Vec<Value> {
    let mut requests: Vec<_> = RULES.iter().map(|rule| found(rule)).collect();
    let mut add = |object: &Value| requests.push(request(&object.to_string(), "everything"));
    let images = PRODUCT_IMAGES
        .map(|image| json!({"name": "a-20-characters-name", "image": format!("registry.example.com/{image}:1")}));
    for container in containers().into_iter().chain(images) {
        for list in ["initContainers", "containers"] {
            add(&cron_job(json!({list: [container]})));
        }
        // Only a Pod can have these.
        add(&json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
            "spec": {"ephemeralContainers": [container]}}));
    }
    for spec in pods() {
        add(&cron_job(spec));
    }
    for volume in volumes() {
        add(&cron_job(json!({"volumes": [volume]})));
    }
    for object in objects() {
        add(&object);
    }
    // What an update finds again says so, and is longer by it.
    let again: Vec<_> = requests.iter().filter(|request| request["operation"] == "CREATE").cloned().collect();
    for mut request in again {
        request["operation"] = json!("UPDATE");
        request["oldObject"] = request["object"].clone();
        requests.push(request);
    }
    requests
}

fn cron_job(spec: Value) -> Value {
    json!({
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly"},
        "spec": {"schedule": "@daily", "jobTemplate": {
            "metadata": {"deletionGracePeriodSeconds": 1},
            "spec": {"template": {"metadata": {"deletionGracePeriodSeconds": 1}, "spec": spec}},
        }},
    })
}

fn containers() -> Vec<Value> {
    let containers: Value = data("sentences/containers.yaml");
    let Value::Array(mut containers) = containers else { panic!("a list") };
    for container in &mut containers {
        let container = container.as_object_mut().unwrap();
        container.entry("name").or_insert(json!("a-20-characters-name"));
        container.entry("image").or_insert(json!("registry.example.com/shop/web:1.4"));
    }
    containers
}

const PRODUCT_IMAGES: [&str; 13] = [
    "flannel-io/flannel",
    "calico/kube-controllers",
    "cilium/cilium",
    "istio/pilot",
    "linkerd/controller",
    "autoscaling/vpa-admission-controller",
    "autoscaling/cluster-autoscaler",
    "kubernetesui/dashboard",
    "kube-proxy",
    "ingress-nginx/controller",
    "nginx-ingress-controller",
    "metrics-server/metrics-server",
    "istio/proxyv2",
];

fn pods() -> Vec<Value> {
    let pods: Value = data("sentences/pods.yaml");
    pods.as_array().unwrap().clone()
}

fn volumes() -> Vec<Value> {
    let volumes: Value = data("sentences/volumes.yaml");
    let Value::Array(mut volumes) = volumes else { panic!("a list") };
    for volume in &mut volumes {
        volume["name"] = json!("data");
    }
    volumes.push(json!({"name": "first"}));
    volumes
}

fn objects() -> Vec<Value> {
    let objects: Value = data("sentences/objects.yaml");
    let Value::Array(mut objects) = objects else { panic!("a list") };
    for object in &mut objects {
        object["metadata"]["name"] = json!("web");
    }
    objects
}
