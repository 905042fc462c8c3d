//! Requests about the custom workloads, made from their rows. The tests of the harness use this file too.

use oke_virtual_nodes_policy::kubernetes::custom_workloads::CUSTOM_WORKLOADS;
use oke_virtual_nodes_policy::kubernetes::kinds::KindInfo;
use serde_json::{Map, Value, json};

/// A place for a pod template: its path, as messages write it, and as keys and positions.
#[derive(Debug, Clone)]
pub struct Place {
    pub text: String,
    keys: Vec<Result<String, usize>>,
}

/// All rows.
pub fn rows() -> &'static [KindInfo<'static>] {
    CUSTOM_WORKLOADS
}

/// All places of a kind; two for each path with a list or a map in it.
pub fn places(info: &KindInfo<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    for pattern in info.templates {
        let count = if pattern.text().contains('*') { 2 } else { 1 };
        places.extend((0..count).map(|number| place(pattern.text(), number)));
    }
    places
}

fn place(pattern: &str, number: usize) -> Place {
    let (mut keys, mut text) = (Vec::new(), String::new());
    for part in pattern.split('.') {
        let (key, is_list) = part.strip_suffix("[*]").map_or((part, false), |key| (key, true));
        let key = if key == "*" { ["Master", "Worker"][number] } else { key };
        text.push_str(&format!("{}{key}", if text.is_empty() { "" } else { "." }));
        keys.push(Ok(key.to_owned()));
        if is_list {
            text.push_str(&format!("[{number}]"));
            keys.push(Err(number));
        }
    }
    Place { text, keys }
}

/// An object `shop/web` of a kind with these pod specs.
pub fn object(info: &KindInfo<'_>, specs: &[(Place, Value)]) -> Value {
    let mut object = json!({
        "apiVersion": format!("{}/v1", info.group), "kind": info.name, "metadata": {"name": "web", "namespace": "shop"},
    });
    for (place, spec) in specs {
        let mut at = &mut object;
        for key in &place.keys {
            at = match key {
                Ok(key) => {
                    if at.is_null() {
                        *at = Map::new().into();
                    }
                    &mut at[key]
                }
                Err(index) => {
                    if at.is_null() {
                        *at = json!([]);
                    }
                    let list = at.as_array_mut().expect("a list");
                    list.resize_with(list.len().max(index + 1), || json!({}));
                    &mut list[*index]
                }
            };
        }
        at["spec"] = spec.clone();
    }
    object
}

/// A pod spec, with more fields.
pub fn spec(more: &Value) -> Value {
    let resources = json!({"cpu": "1", "memory": "1Gi"});
    let mut spec =
        json!({"containers": [{"name": "c", "image": "i", "resources": {"limits": resources, "requests": resources}}]});
    for (key, value) in more.as_object().expect("fields") {
        spec[key] = value.clone();
    }
    spec
}

/// The request that creates an object, or changes `old` to it.
pub fn request(info: &KindInfo<'_>, object: &Value, old: Option<&Value>) -> Value {
    json!({
        "uid": "u",
        "kind": {"group": info.group, "version": "v1", "kind": info.name},
        "resource": {"group": info.group, "version": "v1", "resource": info.resource},
        "operation": if old.is_some() { "UPDATE" } else { "CREATE" },
        "name": "web",
        "namespace": "shop",
        "userInfo": {"username": "somebody"},
        "object": object,
        "oldObject": old,
    })
}

/// A request with its settings, and the places in which `host-pid` is to be found.
pub struct Case {
    pub name: String,
    pub request: Value,
    pub settings: Value,
    pub found: Vec<String>,
}

/// For each kind and place: found, nearly, of another group, an update that changes nothing there, one of several templates
/// changed, and what stays on managed nodes; each with fixes off and on.
pub fn cases() -> Vec<Case> {
    let good = spec(&json!({}));
    let managed = spec(&json!({"hostPID": true, "nodeSelector": {"pool": "managed"}}));
    // No two are equal: of equal templates it is open which one an object had before.
    let bad = |index: usize| spec(&json!({"hostPID": true, "hostname": format!("web-{index}")}));
    let mut cases = Vec::new();
    for info in rows() {
        let places = places(info);
        let all = |of: &dyn Fn(usize) -> Value| -> Value {
            let specs = places.iter().enumerate().map(|(index, place)| (place.clone(), of(index)));
            object(info, &specs.collect::<Vec<_>>())
        };
        let clean = all(&|_| good.clone());
        let mut add = |what: &str, object: &Value, old: Option<&Value>, node_kind: &str, found: &[&Place]| {
            for mutate in ["off", "full"] {
                cases.push(Case {
                    name: format!("{}/{}: {what}, mutate {mutate}", info.group, info.name),
                    request: request(info, object, old),
                    settings: json!({"nodeKind": node_kind, "mutate": mutate}),
                    found: found.iter().map(|place| format!("{}.spec.hostPID", place.text)).collect(),
                });
            }
        };
        add("nothing wrong", &clean, None, "virtual", &[]);
        for (index, place) in places.iter().enumerate() {
            let broken = all(&|other| if other == index { bad(other) } else { good.clone() });
            add("found", &broken, None, "virtual", &[place]);
            add("found by a change", &broken, Some(&clean), "virtual", &[place]);
            let near = all(&|_| spec(&json!({"hostPID": false})));
            add("nearly", &near, None, "virtual", &[]);
            let mut scaled = broken.clone();
            scaled["spec"]["replicas"] = json!(7);
            add("unchanged", &scaled, Some(&broken), "virtual", &[]);
            if let Some(next) = (0..places.len()).find(|other| *other != index) {
                let both = all(&|other| if other == index || other == next { bad(other) } else { good.clone() });
                add("another template changed", &both, Some(&broken), "virtual", &[&places[next]]);
                let apart = all(&|other| match other {
                    _ if other == index => bad(other),
                    _ if other == next => managed.clone(),
                    _ => good.clone(),
                });
                add("one lands", &apart, None, "mixed", &[place]);
            }
            let kept = all(&|other| if other == index { managed.clone() } else { good.clone() });
            add("stays on managed nodes", &kept, None, "mixed", &[]);
        }
    }
    cases
}
