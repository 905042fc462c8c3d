//! What an object is that no rule knows: something without pods, or something that nobody has looked into.

use serde_json::{Map, Value};

use super::own;
use crate::path::Step;

/// How alike two names have to be for the one to be a slip of the other; 1 is alike.
const ALIKE: f64 = 0.88;

/// What an object is whose kind no rule knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    /// It holds no pods: a kind of Kubernetes' own, or a custom resource with nothing of a pod in it.
    WithoutPods,
    /// It has containers or settings of pods, and no rule looks into them.
    NotLookedInto {
        /// The way to the first of them.
        steps: Vec<Step>,
    },
    /// There is no such kind, although its group is Kubernetes' own or none at all.
    NoKind {
        /// The kind that was most likely meant.
        meant: Option<Meant>,
    },
}

/// A kind that was most likely meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meant {
    /// Its group; empty for the core group.
    pub group: &'static str,
    /// The kind.
    pub kind: &'static str,
}

impl std::fmt::Display for Meant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.group {
            "" => write!(f, "{} (apiVersion: v1)", self.kind),
            "extensions" => write!(f, "{} (apiVersion: extensions/v1beta1)", self.kind),
            "autoscaling" => write!(f, "{} (apiVersion: autoscaling/v2)", self.kind),
            group => write!(f, "{} (apiVersion: {group}/v1)", self.kind),
        }
    }
}

/// What an object is whose kind no rule knows.
#[must_use]
pub fn classify(group: &str, kind: &str, object: &Value) -> Class {
    if own::is_cluster_scoped(group, kind).is_some() || installs_others(group, kind) {
        return Class::WithoutPods;
    }
    if own::is_group(group) {
        return Class::NoKind { meant: meant(group, kind) };
    }
    // The group of a custom resource is a domain. Files of other programs may have one that is none: `skaffold/v3`.
    if !group.contains('.')
        && let Some((group, kind)) = own::all().find(|(_, own)| *own == kind && kind != "Config")
    {
        return Class::NoKind { meant: Some(Meant { group, kind }) };
    }
    let mut steps = Vec::new();
    if find_pods(object, &mut steps) { Class::NotLookedInto { steps } } else { Class::WithoutPods }
}

/// Custom resources that have other manifests or a chart installed. What is in them are values and patches, not pods.
fn installs_others(group: &str, kind: &str) -> bool {
    matches!(
        (group, kind),
        ("argoproj.io", "Application" | "ApplicationSet" | "AppProject")
            | ("helm.cattle.io", "HelmChart" | "HelmChartConfig")
            | ("helm.toolkit.fluxcd.io", _)
            | ("kustomize.config.k8s.io" | "kustomize.toolkit.fluxcd.io", _)
    )
}

fn meant(group: &str, kind: &str) -> Option<Meant> {
    let lower = kind.to_ascii_lowercase();
    let likeness = |(own_group, own): (&str, &str)| {
        let alike = strsim::jaro_winkler(&lower, &own.to_ascii_lowercase());
        // Of two that are alike, the one of the group that is written, then one that is still served.
        (alike, own_group == group, own_group != "extensions")
    };
    let best = own::all()
        .map(|own| (likeness(own), own))
        .max_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    best.filter(|((alike, ..), _)| *alike >= ALIKE).map(|(_, (group, kind))| Meant { group, kind })
}

/// Leaves in `steps` the way to the first thing in a value that only pods have. Whether there is one.
fn find_pods(value: &Value, steps: &mut Vec<Step>) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(key, member)| {
            steps.push(Step::Key(key.clone()));
            let found = is_of_pod(key, member) || is_container(member) || find_pods(member, steps);
            if !found {
                steps.pop();
            }
            found
        }),
        Value::Array(items) => items.iter().enumerate().any(|(index, item)| {
            steps.push(Step::Index(index));
            let found = is_container(item) || find_pods(item, steps);
            if !found {
                steps.pop();
            }
            found
        }),
        _ => false,
    }
}

/// Whether a field is one of a pod, a container or a template of either.
fn is_of_pod(key: &str, value: &Value) -> bool {
    let has_image = |value: &Value| value.get("image").is_some_and(Value::is_string);
    match (key, value) {
        ("containers" | "initContainers" | "sidecars", Value::Array(items)) => items.iter().any(has_image),
        ("container", container) => has_image(container),
        ("podTemplate" | "podTemplateSpec" | "podSpec", Value::Object(members)) => !members.is_empty(),
        ("securityContext" | "podSecurityContext" | "containerSecurityContext", Value::Object(members)) => {
            !members.is_empty()
        }
        ("tolerations" | "volumeMounts" | "imagePullSecrets", Value::Array(items)) => {
            items.first().is_some_and(Value::is_object)
        }
        ("hostNetwork" | "hostPID" | "hostIPC", value) => value.is_boolean(),
        ("resources", Value::Object(members)) => ["limits", "requests"].iter().any(|key| is_compute(members, key)),
        _ => false,
    }
}

/// Whether a map is a container, whatever it is called: a step of a Tekton task, say.
fn is_container(value: &Value) -> bool {
    let companions = [
        "args",
        "command",
        "env",
        "envFrom",
        "imagePullPolicy",
        "livenessProbe",
        "readinessProbe",
        "script",
        "workingDir",
    ];
    value.get("image").is_some_and(Value::is_string) && companions.iter().any(|key| value.get(key).is_some())
}

fn is_compute(resources: &Map<String, Value>, key: &str) -> bool {
    let amounts = resources.get(key);
    ["cpu", "memory"].iter().any(|resource| amounts.is_some_and(|amounts| amounts.get(resource).is_some()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn steps(object: &Value) -> Option<String> {
        match classify("example.com", "Thing", object) {
            Class::NotLookedInto { steps } => Some(steps.iter().fold(String::new(), |path, step| match step {
                Step::Key(key) => format!("{path}.{key}"),
                Step::Index(index) => format!("{path}[{index}]"),
            })),
            Class::WithoutPods => None,
            Class::NoKind { .. } => panic!("{object}"),
        }
    }

    #[test]
    fn containers_and_settings_of_pods_are_found() {
        for (object, expected) in [
            (
                json!({"spec": {"templates": [{"name": "a"}, {"container": {"image": "x"}}]}}),
                ".spec.templates[1].container",
            ),
            (
                json!({"spec": {"storage": {"volumeClaimTemplate": {"spec": {}}}, "securityContext": {"fsGroup": 1}}}),
                ".spec.securityContext",
            ),
            (json!({"a": {"containers": [{"name": "x"}, {"image": "x"}]}}), ".a.containers"),
            (json!({"nodeSets": [{"podTemplate": {"spec": {}}}]}), ".nodeSets[0].podTemplate"),
            (json!({"spec": {"hostNetwork": true}}), ".spec.hostNetwork"),
            (json!({"spec": {"resources": {"limits": {"cpu": 1}}}}), ".spec.resources"),
            (json!({"spec": {"tolerations": [{"operator": "Exists"}]}}), ".spec.tolerations"),
        ] {
            assert_eq!(steps(&object).as_deref(), Some(expected), "{object}");
        }
    }

    #[test]
    fn files_of_other_programs_are_no_slips() {
        assert_eq!(classify("skaffold", "Config", &json!({})), Class::WithoutPods);
        let step = json!({"steps": [{"name": "a"}, {"image": "x", "script": "y"}]});
        assert_eq!(steps(&step).as_deref(), Some(".steps[1]"));
        assert_eq!(steps(&json!({"spec": {"image": "x", "interval": "1m"}})), None);
    }

    #[test]
    fn what_looks_like_pods_and_is_not() {
        for object in [
            json!({"spec": {"chart": {"spec": {"chart": "redis"}}}}),
            json!({"containers": [{"name": "x", "usage": {"cpu": "1"}}]}),
            json!({"spec": {"podSelector": {}, "securityContext": {}, "tolerations": [], "podTemplate": {}}}),
            json!({"spec": {"resources": {"requests": {"storage": "1Gi"}}, "container": "x", "image": "x"}}),
        ] {
            assert_eq!(steps(&object), None, "{object}");
        }
        let values = json!({"spec": {"values": {"resources": {"limits": {"cpu": 1}}}}});
        assert_eq!(classify("helm.toolkit.fluxcd.io", "HelmRelease", &values), Class::WithoutPods);
        assert_eq!(classify("kustomize.config.k8s.io", "Kustomization", &values), Class::WithoutPods);
    }

    #[test]
    fn slips_are_seen() {
        let meant = |group: &str, kind: &str| match classify(group, kind, &json!({})) {
            Class::NoKind { meant } => meant.map(|meant| meant.to_string()),
            other => panic!("{group} {kind}: {other:?}"),
        };
        for (group, kind, expected) in [
            ("", "Depoyment", "Deployment (apiVersion: apps/v1)"),
            ("", "Deployment", "Deployment (apiVersion: apps/v1)"),
            ("apps", "deployment", "Deployment (apiVersion: apps/v1)"),
            ("app", "StatefulSet", "StatefulSet (apiVersion: apps/v1)"),
            ("apps", "Pods", "Pod (apiVersion: v1)"),
            ("batch", "Cronjobs", "CronJob (apiVersion: batch/v1)"),
            ("extensions", "NetworkPolicies", "NetworkPolicy (apiVersion: extensions/v1beta1)"),
        ] {
            assert_eq!(meant(group, kind).as_deref(), Some(expected), "{group} {kind}");
        }
        assert_eq!(meant("", "Foo"), None);
        assert_eq!(meant("apps", "Zebra"), None);
    }

    #[test]
    fn kubernetes_own_kinds_hold_no_pods() {
        let crd = json!({"spec": {"containers": [{"image": "x"}]}});
        for (group, kind) in [("apiextensions.k8s.io", "CustomResourceDefinition"), ("", "Config"), ("", "ConfigMap")] {
            assert_eq!(classify(group, kind, &crd), Class::WithoutPods);
        }
        assert_eq!(classify("gateway.networking.k8s.io", "Gateway", &json!({})), Class::WithoutPods);
    }
}
