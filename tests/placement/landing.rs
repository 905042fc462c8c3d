//! Which pods can land on a virtual node, as the scheduler decides it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::common;
use crate::common::{
    KINDS, annotation, answer, bad_spec, create, data, good_spec, kind_named, overlay, required, update,
};
use crate::support::mixed;

/// Some cases that rest on one sentence of Kubernetes' documentation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    source: String,
    /// What the settings say of virtual nodes.
    #[serde(default)]
    nodes: Value,
    cases: Vec<Case>,
}

/// What a pod asks for, and whether a virtual node takes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Fields of the pod's spec.
    #[serde(default)]
    pod: Map<String, Value>,
    /// The terms of its required node affinity.
    terms: Option<Value>,
    /// The expressions of the only term of its required node affinity.
    expressions: Option<Value>,
    lands: bool,
    /// Whether the answer rests on what the settings do not say of a node: its name, its zone.
    #[serde(default)]
    unknown: bool,
}

impl Case {
    fn spec(&self) -> Value {
        let mut spec = bad_spec();
        overlay(&mut spec, &json!(self.pod));
        if let Some(terms) = &self.terms {
            overlay(&mut spec["affinity"], &json!({"nodeAffinity": required(terms)}));
        }
        if let Some(expressions) = &self.expressions {
            overlay(
                &mut spec["affinity"],
                &json!({"nodeAffinity": required(&json!([{"matchExpressions": expressions}]))}),
            );
        }
        spec
    }
}

fn cases() -> Vec<Group> {
    data("placement/landing.yaml")
}

/// Whether the policy says of a pod with `host-pid` that a virtual node takes it.
fn lands(case: &str, request: &Value, settings: &Value, cluster: &[Value]) -> bool {
    let response = common::validate_in(cluster, &common::payload(request, settings));
    if response == json!({"accepted": true}) {
        return false;
    }
    assert_eq!(response["code"], 403, "{case}: {response}");
    assert!(annotation(&response, "denied").split(',').any(|id| id == "host-pid"), "{case}: {response}");
    true
}

#[test]
fn a_pod_lands_where_the_scheduler_puts_it() {
    let mut count = 0;
    for group in cases() {
        for case in &group.cases {
            let spec = case.spec();
            for kind in &KINDS {
                let name = format!("{}, {}: {spec} on {}", group.source, kind.name, group.nodes);
                let request = create(&kind.object(spec.clone()));
                assert_eq!(lands(&name, &request, &mixed(&group.nodes), &[]), case.lands, "{name}");
                // Where all nodes are virtual, there is no other place.
                assert!(lands(&name, &request, &json!({}), &[]), "{name}");
            }
            count += 1;
        }
    }
    assert!(count > 150, "{count} cases");
}

/// A node that is as the settings describe it takes the same pods.
#[test]
fn a_pod_lands_on_the_same_node_where_it_is_looked_up() {
    for group in cases() {
        let mut labels = json!({"kubernetes.io/os": "linux", "beta.kubernetes.io/os": "linux",
            "topology.kubernetes.io/zone": "PHX-AD-1"});
        let described = group.nodes["labels"].as_object().filter(|labels| !labels.is_empty());
        overlay(
            &mut labels,
            &described.map_or(json!({"node-role.kubernetes.io/virtual-node": ""}), |labels| json!(labels)),
        );
        let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "10.0.10.7", "labels": labels},
            "spec": {"taints": group.nodes["taints"]}});
        let mut settings = mixed(&group.nodes);
        settings["lookups"] = json!(["Node"]);
        for case in group.cases.iter().filter(|case| !case.unknown) {
            let spec = case.spec();
            for kind in ["Pod", "Deployment"] {
                let name = format!("{}, {kind}: {spec} on {node}", group.source);
                let request = create(&kind_named(kind).object(spec.clone()));
                assert_eq!(lands(&name, &request, &settings, std::slice::from_ref(&node)), case.lands, "{name}");
            }
        }
    }
}

/// Kubernetes' API has the operators Lt and Gt for tolerations too. A pod that tolerates a taint by one of them must not
/// pass as one that cannot land.
#[test]
fn a_numeric_toleration_is_not_taken_for_none() {
    let nodes = json!({"taints": [{"key": "sla", "value": "950", "effect": "NoSchedule"}]});
    let tolerates = |operator: &str| {
        let mut spec = bad_spec();
        spec["tolerations"] = json!([{"key": "sla", "operator": operator, "value": "900", "effect": "NoSchedule"}]);
        lands(operator, &create(&kind_named("Pod").object(spec)), &mixed(&nodes), &[])
    };
    assert!(tolerates("Gt") || tolerates("Lt"), "950 is either greater or less than 900");
}

#[test]
fn a_daemon_set_that_keeps_off_virtual_nodes_is_admitted() {
    let mut spec = bad_spec();
    let keeps_off =
        json!([{"matchExpressions": [{"key": "node-role.kubernetes.io/virtual-node", "operator": "DoesNotExist"}]}]);
    spec["affinity"] = json!({"nodeAffinity": required(&keeps_off)});
    let daemon_set = kind_named("DaemonSet").object(spec);
    let settings = mixed(&Value::Null);
    assert_eq!(answer(&create(&daemon_set), &settings), json!({"accepted": true}));
    assert_eq!(
        answer(&update(&daemon_set, &kind_named("DaemonSet").object(bad_spec())), &settings),
        json!({"accepted": true})
    );
    let response = answer(&create(&kind_named("DaemonSet").object(good_spec())), &settings);
    assert_eq!(annotation(&response, "denied"), "daemonset", "it would make a pod on each virtual node");
    assert_eq!(annotation(&answer(&create(&daemon_set), &json!({})), "denied"), "daemonset,host-pid");
}

#[test]
fn a_workload_without_any_constraint_is_judged() {
    for kind in &KINDS {
        let settings = mixed(&Value::Null);
        let response = answer(&create(&kind.object(bad_spec())), &settings);
        assert!(annotation(&response, "denied").contains("host-pid"), "{}: {response}", kind.name);
        if kind.name != "DaemonSet" {
            assert_eq!(
                answer(&create(&kind.object(good_spec())), &settings),
                json!({"accepted": true}),
                "{}",
                kind.name
            );
        }
    }
}

#[test]
fn an_update_is_judged_by_where_its_pods_will_land() {
    let settings = mixed(&Value::Null);
    for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
        let free = kind.object(bad_spec());
        let mut spec = bad_spec();
        spec["nodeSelector"] = json!({"pool": "managed"});
        let bound = kind.object(spec);
        assert_eq!(answer(&update(&bound, &free), &settings), json!({"accepted": true}), "{}: moved away", kind.name);
        assert_eq!(answer(&update(&free, &bound), &settings)["code"], 403, "{}: moved there", kind.name);
    }
}

/// Requests that change a running pod, each with what is denied of it on a virtual node. `spec` are fields of the pod.
fn changes(spec: &Value) -> Vec<(&'static str, Value)> {
    let pod = |change: fn(&mut Value)| {
        let mut object = kind_named("Pod").object(good_spec());
        object["spec"]["containers"][0]["resources"] = json!({"limits": {"cpu": "1", "memory": "1Gi"}});
        overlay(&mut object["spec"], spec);
        change(&mut object["spec"]);
        object
    };
    let request = |sub_resource: &str, change: fn(&mut Value)| {
        let mut request = update(&pod(change), &pod(|_| {}));
        request["subResource"] = json!(sub_resource);
        request
    };
    let debug = |spec: &mut Value| {
        spec["ephemeralContainers"] = json!([{"name": "debug", "image": "registry.example.com/debug:1"}]);
    };
    vec![
        ("image-update", request("", |spec| spec["containers"][0]["image"] = json!("registry.example.com/web:2"))),
        (
            "requests-equal-limits",
            request("resize", |spec| spec["containers"][0]["resources"]["requests"] = json!({"cpu": "500m"})),
        ),
        ("ephemeral-containers", request("ephemeralcontainers", debug)),
    ]
}

#[test]
fn a_running_pod_is_judged_where_it_can_be_on_a_virtual_node() {
    let virtual_node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "10.0.10.7",
        "labels": {"node-role.kubernetes.io/virtual-node": ""}}});
    let mut looking_up = mixed(&Value::Null);
    looking_up["lookups"] = json!(["Node"]);
    for (spec, alone, looked_up) in [
        (json!({}), true, true),
        (json!({"nodeSelector": {"pool": "managed"}}), false, false),
        // A node that is not among the virtual ones is a managed one, where they are looked up.
        (json!({"nodeName": "10.0.10.2"}), true, false),
        (json!({"nodeName": "10.0.10.7"}), true, true),
        // Whoever names the node passes the scheduler by.
        (json!({"nodeName": "10.0.10.2", "nodeSelector": {"pool": "managed"}}), true, false),
        (json!({"nodeName": "10.0.10.7", "nodeSelector": {"pool": "managed"}}), true, true),
    ] {
        for (rule, request) in changes(&spec) {
            for (settings, judged) in [(mixed(&Value::Null), alone), (looking_up.clone(), looked_up)] {
                let payload = common::payload(&request, &settings);
                let response = common::validate_in(std::slice::from_ref(&virtual_node), &payload);
                let denied = if judged { rule } else { "" };
                assert_eq!(annotation(&response, "denied"), denied, "{rule}, {spec}: {response}");
                assert_eq!(response["accepted"], !judged, "{rule}, {spec}: {response}");
            }
        }
    }
}
