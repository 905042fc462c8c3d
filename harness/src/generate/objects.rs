//! Random objects of all kinds, with changes from the rules' cases.

use fastrand::Rng;
use serde_json::{Value, json};

use super::schema;
use super::value::{chance, pick, shaped};
use crate::corpus::Case;
use crate::kinds::{KINDS, Kind, at, good_container, good_spec, overlay};

/// The kinds without a pod template: group, version, name and the shape of `spec`.
const OTHERS: &[(&str, &str, &str, &schema::Shape)] = &[
    ("", "v1", "Service", &schema::SERVICE),
    ("", "v1", "Service", &schema::SERVICE),
    ("", "v1", "PersistentVolumeClaim", &schema::CLAIM),
    ("", "v1", "PersistentVolume", &schema::PERSISTENT_VOLUME),
    ("networking.k8s.io", "v1", "NetworkPolicy", &schema::Shape::Empty),
    ("", "v1", "Namespace", &schema::Shape::Empty),
    ("", "v1", "ConfigMap", &schema::Shape::Empty),
    ("", "v1", "Secret", &schema::Shape::Empty),
    ("cilium.io", "v2", "CiliumNetworkPolicy", &schema::Shape::Empty),
    ("projectcalico.org", "v3", "NetworkPolicy", &schema::Shape::Empty),
    ("networking.istio.io", "v1", "Gateway", &schema::Shape::Empty),
    ("policy.networking.k8s.io", "v1alpha1", "AdminNetworkPolicy", &schema::Shape::Empty),
    ("autoscaling.k8s.io", "v1", "VerticalPodAutoscaler", &schema::Shape::Empty),
    ("example.com", "v1", "Widget", &schema::POD),
    ("apps.kruise.io", "v1alpha1", "CloneSet", &schema::POD),
    ("", "v1", "Node", &schema::Shape::Empty),
];

/// Returns a random object with the changes of `cases`.
pub fn object(rng: &mut Rng, cases: &[&Case]) -> Value {
    if let Some(object) = cases.iter().find_map(|case| case.value.get("object").filter(|object| object.is_object())) {
        let mut object = object.clone();
        if chance(rng, 40) {
            overlay(&mut object["metadata"], &shaped(rng, &schema::METADATA));
        }
        return object;
    }
    if let Some(service) = cases.iter().find_map(|case| case.value.get("service")) {
        let mut object = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}});
        overlay(&mut object["metadata"], &service["metadata"]);
        object["spec"] = service["spec"].clone();
        return object;
    }
    if cases.is_empty() && chance(rng, 35) {
        return other(rng);
    }
    // Most requests are about Pods.
    let kind = if chance(rng, 40) { &KINDS[0] } else { pick(rng, &KINDS) };
    let mut object = kind.object(pod_spec(rng, cases));
    metadata(rng, &mut object, kind, cases);
    if kind.name == "StatefulSet" && chance(rng, 40) {
        let claims = (0..rng.usize(..3))
            .map(|_| json!({"metadata": shaped(rng, &schema::METADATA), "spec": shaped(rng, &schema::CLAIM)}));
        object["spec"]["volumeClaimTemplates"] = claims.collect();
    }
    if chance(rng, 20) {
        object["status"] = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
    }
    object
}

fn other(rng: &mut Rng) -> Value {
    let (group, version, name, spec) = *pick(rng, OTHERS);
    let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let mut object = json!({"apiVersion": api_version, "kind": name, "metadata": shaped(rng, &schema::METADATA)});
    match name {
        "ConfigMap" | "Secret" => {
            for field in ["data", "binaryData", "stringData"] {
                if chance(rng, 50) {
                    object[field] = shaped(rng, &schema::DATA);
                }
            }
        }
        _ => object["spec"] = shaped(rng, spec),
    }
    object
}

/// Sets random metadata of the object and its template.
fn metadata(rng: &mut Rng, object: &mut Value, kind: &Kind, cases: &[&Case]) {
    let template = kind.template_metadata();
    let is_fix = cases.iter().any(|case| case.is_fix);
    if chance(rng, if is_fix { 30 } else { 60 }) {
        overlay(&mut object["metadata"], &shaped(rng, &schema::METADATA));
    }
    if chance(rng, 12) && !cases.is_empty() {
        let rules: Vec<_> = cases.iter().map(|case| case.rule.as_str()).collect();
        let exemption = format!("{}: it was asked for", rules.join(","));
        let keys: &[&str] = if rng.bool() { &template } else { &["metadata"] };
        *at(at(object, keys), &["annotations", "oke-virtual-nodes.kubewarden.io/exempt"]) = exemption.into();
    }
    if chance(rng, if is_fix { 10 } else { 30 }) {
        overlay(at(object, &template), &shaped(rng, &schema::METADATA));
    }
    for case in cases {
        if let Some(patch) = case.value.get("metadata").or(case.value.get("template")) {
            let keys: &[&str] = if chance(rng, 70) { &template } else { &["metadata"] };
            overlay(at(object, keys), patch);
        }
    }
}

/// Returns a pod's spec: a valid one or one with random fields, with the changes of the cases.
fn pod_spec(rng: &mut Rng, cases: &[&Case]) -> Value {
    let is_fix = cases.iter().any(|case| case.is_fix);
    let is_good = chance(rng, if is_fix { 90 } else { 50 });
    let mut spec = if is_good { good_spec() } else { shaped(rng, &schema::POD) };
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let most = match (list, is_good) {
            ("containers", _) => 3,
            (_, true) => 0,
            _ => 1,
        };
        let mut containers = spec[list].as_array().cloned().unwrap_or_default();
        for index in 0..rng.usize(..=most) {
            containers.push(if chance(rng, if is_fix { 90 } else { 40 }) {
                good_container(&format!("c{index}"))
            } else {
                shaped(rng, &schema::CONTAINER)
            });
        }
        if !containers.is_empty() || list == "containers" {
            spec[list] = containers.into();
        }
    }
    if !is_good && chance(rng, 60) {
        spec["volumes"] = (0..rng.usize(..4)).map(|index| volume(rng, index)).collect();
    }
    cases.iter().for_each(|case| change(rng, &mut spec, case));
    spec
}

fn volume(rng: &mut Rng, index: usize) -> Value {
    let mut volume = json!({"name": format!("v{index}")});
    overlay(&mut volume, &shaped(rng, &schema::SOURCE));
    volume
}

/// Applies the change of a case to a pod's spec.
fn change(rng: &mut Rng, spec: &mut Value, case: &Case) {
    let case = &case.value;
    if let Some(patch) = case.get("pod") {
        overlay(spec, patch);
    }
    if let Some(patch) = case.get("volume") {
        let mut volume = json!({"name": "planted"});
        overlay(&mut volume, patch);
        match spec["volumes"].as_array_mut() {
            Some(volumes) => volumes.insert(rng.usize(..=volumes.len()), volume),
            None => spec["volumes"] = json!([volume]),
        }
    }
    let probe = case.get("probe").map(|probe| {
        let name = *pick(rng, &["livenessProbe", "readinessProbe", "startupProbe"]);
        json!({name: probe})
    });
    if let Some(patch) = case.get("container").or(probe.as_ref()) {
        let list = *pick(rng, &["containers", "containers", "containers", "initContainers", "ephemeralContainers"]);
        let mut container = good_container("planted");
        overlay(&mut container, patch);
        match spec[list].as_array_mut() {
            // Replaces another container, merges with it, or is added to the list.
            Some(containers) if !containers.is_empty() && rng.bool() => {
                let index = rng.usize(..containers.len());
                overlay(&mut containers[index], patch);
            }
            Some(containers) => containers.push(container),
            None => spec[list] = json!([container]),
        }
    }
}
