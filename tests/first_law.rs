//! The first law: nobody is told of what they did not write. The API server, the controllers and the virtual node fill
//! fields in before a policy sees an object.
//!
//! `test_data/reviews` are recorded requests of a real API server, as a validating and (`mutating`) as a mutating
//! webhook gets them; `expected.yaml` says what must be found in each, and everything else is an error.

mod common;

use std::collections::BTreeMap;

use common::fixtures::{Case, Planted, fixtures};
use common::policy::{Shape, shape_of};
use common::{
    KINDS, assert_nothing, create, findings, findings_and_response, good_container, good_spec, overlay, reviews,
};
use serde_json::{Map, Value, json};

#[test]
fn recorded_requests_are_found_to_hold_what_their_authors_wrote() {
    let text = std::fs::read_to_string(common::test_data("reviews/expected.yaml")).expect("expected.yaml");
    let expected: BTreeMap<String, Vec<String>> = yaml_serde::from_str(&text).expect("a list for each review");
    let mut got = BTreeMap::new();
    for (name, request) in reviews() {
        let found = findings_and_response(&request, &json!({}));
        got.insert(name, found.iter().map(|found| format!("{} {}", found.rule, found.path)).collect::<Vec<_>>());
    }
    let wrong = got.iter().filter(|(name, found)| Some(*found) != expected.get(*name));
    assert_nothing(&wrong.map(|(name, found)| format!("{name}: {found:?}")).collect::<Vec<_>>());
    assert_eq!(got.len(), expected.len(), "every review is there");
}

/// A value that the cluster may write where nothing stands.
#[derive(Clone, Debug)]
struct Fill {
    /// The object that it is written into, as a JSON pointer.
    object: String,
    key: String,
    value: Value,
}

impl Fill {
    fn apply(&self, root: &mut Value) {
        let object = root.pointer_mut(&self.object).expect("an object that is there");
        object.as_object_mut().expect("an object").entry(self.key.clone()).or_insert_with(|| self.value.clone());
    }
}

fn step(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Every object in `value`, with its pointer and its path without indices.
fn objects<'v>(
    value: &'v Value,
    pointer: String,
    path: String,
    out: &mut Vec<(String, String, &'v Map<String, Value>)>,
) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                objects(value, step(&pointer, key), format!("{path}.{key}"), out);
            }
            out.push((pointer, path, map));
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                objects(value, format!("{pointer}/{index}"), format!("{path}[]"), out);
            }
        }
        _ => {}
    }
}

/// What the API server, the controllers and the virtual node write: the end of the path of an object, a key, a value.
fn defaults() -> Vec<(&'static str, &'static str, Value)> {
    let probe = [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)];
    let mut defaults = vec![
        (".spec", "restartPolicy", json!("Always")),
        (".spec", "terminationGracePeriodSeconds", json!(30)),
        (".spec", "dnsPolicy", json!("ClusterFirst")),
        (".spec", "serviceAccountName", json!("default")),
        (".spec", "serviceAccount", json!("default")),
        (".spec", "nodeName", json!("10.0.10.2")),
        (".spec", "securityContext", json!({})),
        (".spec", "schedulerName", json!("default-scheduler")),
        (
            ".spec",
            "tolerations",
            json!([{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}]),
        ),
        (".spec", "priority", json!(0)),
        (".spec", "enableServiceLinks", json!(true)),
        (".spec", "preemptionPolicy", json!("PreemptLowerPriority")),
        (".spec", "readinessGates", json!([{"conditionType": "podreadiness.loadbalancer.oraclecloud.com/x"}])),
        (".spec.securityContext", "fsGroupChangePolicy", json!("Always")),
        (".spec.securityContext", "supplementalGroupsPolicy", json!("Merge")),
        (".spec.securityContext", "seLinuxChangePolicy", json!("MountOption")),
        ("ontainers[]", "imagePullPolicy", json!("IfNotPresent")),
        ("ontainers[]", "resources", json!({})),
        ("ontainers[]", "terminationMessagePath", json!("/dev/termination-log")),
        ("ontainers[]", "terminationMessagePolicy", json!("File")),
        ("ontainers[]", "securityContext", json!({})),
        ("ontainers[].securityContext", "procMount", json!("Default")),
        ("ontainers[].ports[]", "protocol", json!("TCP")),
        ("ontainers[].ports[]", "hostPort", json!(0)),
        ("ontainers[].volumeMounts[]", "mountPropagation", json!("None")),
        (".spec.volumes[].configMap", "defaultMode", json!(420)),
        (".spec.volumes[].secret", "defaultMode", json!(420)),
        (".spec.volumes[].projected", "defaultMode", json!(420)),
        (".spec.volumes[].downwardAPI", "defaultMode", json!(420)),
        (".spec.volumes[].hostPath", "type", json!("")),
        (".serviceAccountToken", "expirationSeconds", json!(3600)),
        (".fieldRef", "apiVersion", json!("v1")),
        (".resourceFieldRef", "divisor", json!("0")),
        (".grpc", "service", json!("")),
        (".httpGet", "scheme", json!("HTTP")),
        (".metadata", "uid", json!("00000000-0000-0000-0000-000000000002")),
        (".metadata", "generation", json!(1)),
        (".metadata", "creationTimestamp", json!("2026-01-01T00:00:00Z")),
        (".metadata", "managedFields", json!([{"manager": "kubectl", "fieldsV1": {"f:spec": {"f:hostNetwork": {}}}}])),
        ("", "status", json!({})),
    ];
    for (name, value) in probe {
        defaults.push(("Probe", name, json!(value)));
    }
    defaults
}

fn written_by_the_cluster(object: &Value) -> Vec<Fill> {
    let mut found = Vec::new();
    objects(object, String::new(), String::new(), &mut found);
    let mut fills = Vec::new();
    for (pointer, path, map) in found {
        for (end, key, value) in defaults() {
            // A workload's own spec is none of a pod.
            let fits = match end {
                "" => path.is_empty(),
                ".spec" => path.ends_with(end) && map.contains_key("containers"),
                _ => path.ends_with(end),
            };
            if fits {
                fills.push(Fill { object: pointer.clone(), key: key.to_owned(), value });
            }
        }
        // A Pod's missing request is copied from its limit.
        if path.ends_with(".resources") {
            let limits = map.get("limits").and_then(Value::as_object);
            for (name, limit) in limits.into_iter().flatten() {
                let object = format!("{pointer}/requests");
                fills.push(Fill { object: pointer.clone(), key: "requests".to_owned(), value: json!({}) });
                fills.push(Fill { object, key: name.clone(), value: limit.clone() });
            }
        }
    }
    fills
}

/// The empty values of every field that is read and not there.
fn empty_values(object: &Value, shape: &Shape, null: bool) -> Vec<Fill> {
    let mut fills = Vec::new();
    empties(object, shape, String::new(), null, &mut fills);
    fills
}

fn empties(value: &Value, shape: &Shape, pointer: String, null: bool, fills: &mut Vec<Fill>) {
    match (shape, value) {
        (Shape::Object(fields), Value::Object(map)) => {
            for field in fields.known {
                if let Some(value) = map.get(field.name) {
                    empties(value, field.shape, step(&pointer, field.name), null, fills);
                    continue;
                }
                // Where these are not set, they are true.
                if matches!(field.name, "allocateLoadBalancerNodePorts") && !null {
                    continue;
                }
                let empty = match field.shape {
                    _ if null => Value::Null,
                    Shape::Bool => json!(false),
                    Shape::Text => json!(""),
                    Shape::List(_) => json!([]),
                    Shape::Map(_) => json!({}),
                    // The key of a source counts although its value is empty.
                    Shape::Object(_) if !fields.others => json!({}),
                    // A number has no empty value, and of the others the key alone counts.
                    _ => continue,
                };
                fills.push(Fill { object: pointer.clone(), key: field.name.to_owned(), value: empty });
            }
        }
        (Shape::List(shape), Value::Array(list)) => {
            for (index, value) in list.iter().enumerate() {
                empties(value, shape, format!("{pointer}/{index}"), null, fills);
            }
        }
        (Shape::Map(shape), Value::Object(map)) => {
            for (key, value) in map {
                empties(value, shape, step(&pointer, key), null, fills);
            }
        }
        _ => {}
    }
}

/// What is found with `fills` is what is found without them; otherwise the one that makes the difference.
fn assert_no_difference(case: &str, request: &Value, settings: &Value, fills: &[Fill]) {
    let expected = findings(request, settings);
    let with = |fills: &[Fill]| {
        let mut request = request.clone();
        for fill in fills {
            fill.apply(&mut request["object"]);
        }
        findings(&request, settings)
    };
    let got = with(fills);
    if got != expected {
        let culprit = (1..=fills.len()).find(|count| with(&fills[..*count]) != expected).map(|count| &fills[count - 1]);
        assert_eq!(got, expected, "{case}: {culprit:?} in {}", request["object"]);
    }
}

/// Every object that creates something in the cases of the rules, and under which settings. Of the kinds that keep
/// their pods in the same place, one stands for all.
fn created() -> Vec<(String, Value, Value)> {
    const SAME_AS_DEPLOYMENT: [&str; 4] = ["ReplicaSet", "DaemonSet", "Job", "ReplicationController"];
    let is_creation = |planted: &Planted| {
        let kind = planted.request["kind"]["kind"].as_str().unwrap_or_default();
        planted.request["operation"] == "CREATE" && !SAME_AS_DEPLOYMENT.contains(&kind)
    };
    let mut created = Vec::new();
    for (rule, fixture) in fixtures() {
        // The API server fills nothing into a custom resource, and an empty securityContext there keeps an operator from
        // writing one.
        let is_custom = |case: &Case| case.object.as_ref().is_some_and(|object| object["kind"] == "Notebook");
        for case in fixture.cases().filter(|case| case.old.is_none() && !is_custom(case)) {
            let settings = case.settings();
            let planted = case.plant().into_iter().filter(is_creation);
            created.extend(planted.map(|planted| {
                (format!("{rule}, {}, {}", case.name, planted.place), planted.request, settings.clone())
            }));
        }
    }
    created
}

#[test]
fn what_the_cluster_writes_changes_no_verdict() {
    for (case, request, settings) in created() {
        let fills = written_by_the_cluster(&request["object"]);
        assert!(!fills.is_empty(), "{case}");
        assert_no_difference(&case, &request, &settings, &fills);
    }
}

/// Checks that a value that stands for nothing changes no verdict: null, or the empty one of the field's type.
fn assert_nothing_changes(null: bool) {
    let mut count = 0;
    for (case, request, settings) in created() {
        let Some(shape) = shape_of(&request) else { continue };
        let fills = empty_values(&request["object"], shape, null);
        count += fills.len();
        assert_no_difference(&case, &request, &settings, &fills);
    }
    assert!(count > 50_000, "{count} fields were tried");
}

#[test]
fn null_in_any_field_changes_no_verdict() {
    assert_nothing_changes(true);
}

#[test]
fn an_empty_value_in_any_field_changes_no_verdict() {
    assert_nothing_changes(false);
}

#[test]
fn the_injected_token_changes_no_verdict() {
    let volume = json!({
        "name": "kube-api-access-x7k2p",
        "projected": {
            "defaultMode": 420,
            "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                {"downwardAPI": {"items": [
                    {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}},
                ]}},
            ],
        },
    });
    let mount = json!({
        "name": "kube-api-access-x7k2p",
        "readOnly": true,
        "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
    });
    let mut count = 0;
    for (case, request, settings) in created() {
        let mut injected = request.clone();
        let Some(spec) = injected["object"]["spec"].as_object_mut().filter(|spec| spec.contains_key("containers"))
        else {
            continue;
        };
        let append = |list: &mut Value, entry: &Value| match list {
            Value::Array(list) => list.push(entry.clone()),
            _ => *list = json!([entry]),
        };
        append(spec.entry("volumes").or_insert(Value::Null), &volume);
        for list in ["containers", "initContainers"] {
            for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                append(&mut container["volumeMounts"], &mount);
            }
        }
        assert_eq!(findings(&injected, &settings), findings(&request, &settings), "{case}");
        count += 1;
    }
    assert!(count > 300, "{count} pods were tried");
}

#[test]
fn host_ports_that_the_network_of_the_host_brings_change_no_verdict() {
    for kind in &KINDS {
        let spec = |ports: Value| {
            let mut container = good_container("main");
            container["ports"] = ports;
            json!({"hostNetwork": true, "initContainers": [container], "containers": [container]})
        };
        let written = kind.object(spec(json!([{"containerPort": 80}, {"containerPort": 8443}])));
        let copied = kind.object(spec(json!([
            {"containerPort": 80, "hostPort": 80, "protocol": "TCP"},
            {"containerPort": 8443, "hostPort": 8443, "protocol": "TCP"},
        ])));
        let found = findings(&create(&copied), &json!({}));
        assert_eq!(found, findings(&create(&written), &json!({})), "{}", kind.name);
        assert!(found.iter().any(|found| found.rule == "host-network"), "{}", kind.name);
    }
}

#[test]
fn a_volume_without_a_source_is_an_empty_dir_before_and_after_the_api_server_says_so() {
    for count in 0..4 {
        let object = |source: Value| {
            let volume = |index: usize| {
                let mut volume = json!({"name": format!("v{index}")});
                overlay(&mut volume, &source);
                volume
            };
            let mut spec = good_spec();
            spec["volumes"] = (0..count).map(volume).collect();
            KINDS[0].object(spec)
        };
        let found = findings(&create(&object(json!({"emptyDir": {}}))), &json!({}));
        assert_eq!(found, findings(&create(&object(json!({}))), &json!({})));
        assert_eq!(found.len(), count.saturating_sub(1));
    }
}

#[test]
fn the_hostname_that_a_controller_gives_changes_no_verdict() {
    let owners =
        [("apps/v1", "StatefulSet", "web", "web-0", "web-0"), ("batch/v1", "Job", "count", "count-7-x2k9p", "count-7")];
    for (version, kind, owner, name, hostname) in owners {
        let mut spec = good_spec();
        spec["hostPID"] = json!(true);
        let mut pod = KINDS[0].object(spec);
        pod["metadata"] = json!({
            "name": name,
            "namespace": "shop",
            "ownerReferences": [{"apiVersion": version, "kind": kind, "name": owner, "uid": "u", "controller": true}],
        });
        let before = findings(&create(&pod), &json!({}));
        pod["spec"]["hostname"] = json!(hostname);
        assert_eq!(findings(&create(&pod), &json!({})), before);
        pod["spec"]["hostname"] = json!("other");
        assert_eq!(findings(&create(&pod), &json!({})).len(), before.len() + 1);
    }
}
