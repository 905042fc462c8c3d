//! `nodeKind: mixed`: which pods can land on a virtual node, as the scheduler decides it, and what becomes of the others
//! and of what belongs to no pod.

mod common;

use common::policy::{Host, fixed_text};
use common::{
    CONNECTIONS, KINDS, Kind, annotation, answer, bad_spec, connect, create, good_container, good_spec, kind_named,
    message, overlay, payload, update, validate_with, warnings, yaml,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

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

fn required(terms: &Value) -> Value {
    json!({"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}})
}

const CASES: &str = r#"
- source: "kube-scheduler selects an optimal node for it; constraints are generally unnecessary."
  cases:
  - {lands: true}
  - {pod: {nodeSelector: null, affinity: null, tolerations: null, nodeName: null}, lands: true}
  - {pod: {nodeSelector: {}, affinity: {}, tolerations: [], nodeName: ""}, lands: true}
  - {pod: {affinity: {nodeAffinity: null}}, lands: true}
  - {pod: {affinity: {nodeAffinity: {}}}, lands: true}
  - {pod: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: null}}}, lands: true}
  - {pod: {tolerations: [{operator: Exists}]}, lands: true}

- source: "Inter-pod affinity and anti-affinity constrain against labels on other pods rather than labels on the node."
  cases:
  - {pod: {affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {a: b}}, topologyKey: disk}]}}}, lands: true}
  - {pod: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {a: b}}, topologyKey: disk}]}}}, lands: true}

- source: "For the pod to be eligible to run on a node, the node must have each of the indicated key-value pairs as labels."
  cases:
  - {pod: {nodeSelector: {node-role.kubernetes.io/virtual-node: ""}}, lands: true}
  - {pod: {nodeSelector: {node-role.kubernetes.io/virtual-node: "true"}}, lands: false}
  - {pod: {nodeSelector: {node-role.kubernetes.io/Virtual-node: ""}}, lands: false}
  - {pod: {nodeSelector: {node-role.kubernetes.io/node: ""}}, lands: false}
  - {pod: {nodeSelector: {disk: ssd}}, lands: false}
  - {pod: {nodeSelector: {disk: ""}}, lands: false}
  - {pod: {nodeSelector: {node-role.kubernetes.io/virtual-node: "", kubernetes.io/os: linux}}, lands: true}
  - {pod: {nodeSelector: {node-role.kubernetes.io/virtual-node: "", disk: ssd}}, lands: false}
  - {pod: {nodeSelector: {disk: ssd, node-role.kubernetes.io/virtual-node: ""}}, lands: false}

- source: "Kubernetes populates a standard set of labels on all nodes in a cluster."
  cases:
  - {pod: {nodeSelector: {kubernetes.io/os: linux}}, lands: true}
  - {pod: {nodeSelector: {kubernetes.io/os: windows}}, lands: false}
  - {pod: {nodeSelector: {beta.kubernetes.io/os: linux}}, lands: true}
  - {pod: {nodeSelector: {beta.kubernetes.io/os: windows}}, lands: false}
  - {pod: {nodeSelector: {kubernetes.io/arch: amd64}}, lands: true, unknown: true}
  - {pod: {nodeSelector: {kubernetes.io/arch: arm64}}, lands: true, unknown: true}
  - {pod: {nodeSelector: {beta.kubernetes.io/arch: arm64}}, lands: true, unknown: true}
  - {pod: {nodeSelector: {kubernetes.io/hostname: 10.0.10.2}}, lands: true, unknown: true}
  - {pod: {nodeSelector: {topology.kubernetes.io/zone: PHX-AD-1}}, lands: true, unknown: true}
  - {pod: {nodeSelector: {topology.kubernetes.io/region: phx}}, lands: true, unknown: true}
  - {pod: {nodeSelector: {failure-domain.beta.kubernetes.io/zone: PHX-AD-1}}, lands: true, unknown: true}
  - {pod: {nodeSelector: {failure-domain.beta.kubernetes.io/region: phx}}, lands: true, unknown: true}
  - {pod: {nodeSelector: {oci.oraclecloud.com/fault-domain: FAULT-DOMAIN-1}}, lands: true, unknown: true}
  # The shape of a node is no label that every node of OKE has.
  - {pod: {nodeSelector: {node.kubernetes.io/instance-type: VM.Standard.E4.Flex}}, lands: false}
  - {pod: {nodeSelector: {beta.kubernetes.io/instance-type: VM.Standard.E4.Flex}}, lands: false}
  - {expressions: [{key: kubernetes.io/os, operator: In, values: [windows, linux]}], lands: true}
  - {expressions: [{key: kubernetes.io/os, operator: In, values: [windows]}], lands: false}
  - {expressions: [{key: kubernetes.io/os, operator: NotIn, values: [linux]}], lands: false}
  - {expressions: [{key: kubernetes.io/os, operator: NotIn, values: [windows]}], lands: true}
  - {expressions: [{key: kubernetes.io/os, operator: Exists}], lands: true}
  - {expressions: [{key: kubernetes.io/os, operator: DoesNotExist}], lands: false}
  - {expressions: [{key: kubernetes.io/arch, operator: In, values: [arm64]}], lands: true, unknown: true}
  - {expressions: [{key: kubernetes.io/arch, operator: NotIn, values: [amd64]}], lands: true, unknown: true}
  - {expressions: [{key: kubernetes.io/hostname, operator: NotIn, values: [10.0.10.2]}], lands: true, unknown: true}
  - {expressions: [{key: topology.kubernetes.io/zone, operator: In, values: [PHX-AD-3]}], lands: true, unknown: true}
  - {expressions: [{key: topology.kubernetes.io/zone, operator: Exists}], lands: true}
  - {expressions: [{key: topology.kubernetes.io/zone, operator: DoesNotExist}], lands: false}
  - {expressions: [{key: topology.kubernetes.io/zone, operator: Gt, values: ["1"]}], lands: true, unknown: true}

- source: "NotIn and DoesNotExist allow you to define node anti-affinity behavior."
  cases:
  - {expressions: [{key: node-role.kubernetes.io/virtual-node, operator: DoesNotExist}], lands: false}
  - {expressions: [{key: node-role.kubernetes.io/virtual-node, operator: Exists}], lands: true}
  - {expressions: [{key: node-role.kubernetes.io/virtual-node, operator: In, values: [""]}], lands: true}
  - {expressions: [{key: node-role.kubernetes.io/virtual-node, operator: In, values: ["true"]}], lands: false}
  - {expressions: [{key: node-role.kubernetes.io/virtual-node, operator: NotIn, values: [""]}], lands: false}
  - {expressions: [{key: node-role.kubernetes.io/virtual-node, operator: NotIn, values: ["true"]}], lands: true}

- source: "For the pod to be eligible to run on a node, the node must have each of the indicated key-value pairs as labels."
  nodes: {labels: {pool: virtual, generation: "2"}}
  cases:
  - {pod: {nodeSelector: {pool: virtual}}, lands: true}
  - {pod: {nodeSelector: {pool: Virtual}}, lands: false}
  - {pod: {nodeSelector: {pool: managed}}, lands: false}
  - {pod: {nodeSelector: {pool: virtual, generation: "2"}}, lands: true}
  - {pod: {nodeSelector: {pool: virtual, generation: "3"}}, lands: false}
  - {pod: {nodeSelector: {kubernetes.io/os: linux}}, lands: true}
  # What is described takes the place of the default.
  - {pod: {nodeSelector: {node-role.kubernetes.io/virtual-node: ""}}, lands: false}
  - {expressions: [{key: node-role.kubernetes.io/virtual-node, operator: DoesNotExist}], lands: true}

- source: "In: the label value is present in the supplied set of strings. NotIn: it is not contained in it."
  nodes: {labels: {pool: virtual, generation: "2"}}
  cases:
  - {expressions: [{key: pool, operator: In, values: [virtual]}], lands: true}
  - {expressions: [{key: pool, operator: In, values: [managed, virtual]}], lands: true}
  - {expressions: [{key: pool, operator: In, values: [managed, gpu]}], lands: false}
  - {expressions: [{key: disk, operator: In, values: [ssd]}], lands: false}
  - {expressions: [{key: disk, operator: In, values: [""]}], lands: false}
  - {expressions: [{key: pool, operator: NotIn, values: [virtual]}], lands: false}
  - {expressions: [{key: pool, operator: NotIn, values: [managed, virtual]}], lands: false}
  - {expressions: [{key: pool, operator: NotIn, values: [managed]}], lands: true}

- source: "notin selects also all resources with no labels with that key."
  nodes: {labels: {pool: virtual, generation: "2"}}
  cases:
  - {expressions: [{key: disk, operator: NotIn, values: [ssd]}], lands: true}
  - {expressions: [{key: disk, operator: NotIn, values: [""]}], lands: true}

- source: "Exists: a label with this key exists on the object. DoesNotExist: no label with this key exists on it."
  nodes: {labels: {pool: virtual, generation: "2"}}
  cases:
  - {expressions: [{key: pool, operator: Exists}], lands: true}
  - {expressions: [{key: pool, operator: Exists, values: []}], lands: true}
  - {expressions: [{key: disk, operator: Exists}], lands: false}
  - {expressions: [{key: pool, operator: DoesNotExist}], lands: false}
  - {expressions: [{key: disk, operator: DoesNotExist}], lands: true}
  - {expressions: [{key: disk, operator: DoesNotExist, values: null}], lands: true}

- source: "Gt: the field value will be parsed as an integer, and that integer is less than the integer that results from
    parsing the value of a label named by this selector. Lt: greater than. They will not work with non-integer values."
  nodes: {labels: {pool: virtual, generation: "2", cold: "-5"}}
  cases:
  - {expressions: [{key: generation, operator: Gt, values: ["1"]}], lands: true}
  - {expressions: [{key: generation, operator: Gt, values: ["2"]}], lands: false}
  - {expressions: [{key: generation, operator: Gt, values: ["10"]}], lands: false}
  - {expressions: [{key: generation, operator: Gt, values: ["-1"]}], lands: true}
  - {expressions: [{key: generation, operator: Lt, values: ["3"]}], lands: true}
  - {expressions: [{key: generation, operator: Lt, values: ["2"]}], lands: false}
  - {expressions: [{key: generation, operator: Lt, values: ["10"]}], lands: true}
  - {expressions: [{key: cold, operator: Lt, values: ["-4"]}], lands: true}
  - {expressions: [{key: cold, operator: Gt, values: ["-4"]}], lands: false}
  - {expressions: [{key: generation, operator: Gt, values: ["1.5"]}], lands: false}
  - {expressions: [{key: generation, operator: Lt, values: [many]}], lands: false}
  - {expressions: [{key: generation, operator: Lt, values: ["99999999999999999999"]}], lands: false}
  - {expressions: [{key: pool, operator: Gt, values: ["1"]}], lands: false}
  - {expressions: [{key: pool, operator: Lt, values: ["1"]}], lands: false}
  - {expressions: [{key: disk, operator: Gt, values: ["0"]}], lands: false}
  - {expressions: [{key: disk, operator: Lt, values: ["0"]}], lands: false}

- source: "If you specify multiple expressions in a single matchExpressions field associated with a term, then the Pod can
    be scheduled onto a node only if all the expressions are satisfied (expressions are ANDed)."
  nodes: {labels: {pool: virtual, generation: "2"}}
  cases:
  - {expressions: [{key: pool, operator: Exists}, {key: generation, operator: In, values: ["2"]}], lands: true}
  - {expressions: [{key: pool, operator: Exists}, {key: generation, operator: In, values: ["3"]}], lands: false}
  - {expressions: [{key: generation, operator: In, values: ["3"]}, {key: pool, operator: Exists}], lands: false}
  - {expressions: [{key: pool, operator: NotIn, values: [a]}, {key: pool, operator: NotIn, values: [virtual]}], lands: false}

- source: "If you specify multiple terms in nodeSelectorTerms, then the Pod can be scheduled onto a node if one of the
    specified terms can be satisfied (terms are ORed)."
  nodes: {labels: {pool: virtual, generation: "2"}}
  cases:
  - {terms: [{matchExpressions: [{key: pool, operator: In, values: [managed]}]}, {matchExpressions: [{key: pool, operator: Exists}]}], lands: true}
  - {terms: [{matchExpressions: [{key: pool, operator: Exists}]}, {matchExpressions: [{key: pool, operator: In, values: [managed]}]}], lands: true}
  - {terms: [{matchExpressions: [{key: pool, operator: In, values: [managed]}]}, {matchExpressions: [{key: pool, operator: DoesNotExist}]}], lands: false}
  - {terms: [{matchExpressions: [{key: pool, operator: Exists}, {key: disk, operator: Exists}]}, {matchExpressions: [{key: generation, operator: Gt, values: ["2"]}]}], lands: false}
  - {terms: [{matchExpressions: [{key: a, operator: Exists}]}, {matchExpressions: [{key: b, operator: Exists}]}, {matchExpressions: [{key: c, operator: DoesNotExist}]}], lands: true}

- source: "A null or empty node selector term matches no objects."
  nodes: {labels: {pool: virtual}}
  cases:
  - {terms: [{}], lands: false}
  - {terms: [null], lands: false}
  - {terms: [{matchExpressions: [], matchFields: []}], lands: false}
  - {terms: [{matchExpressions: null, matchFields: null}], lands: false}
  - {terms: [{}, {matchExpressions: [{key: pool, operator: Exists}]}], lands: true}
  - {terms: [{}, {matchExpressions: [{key: pool, operator: DoesNotExist}]}], lands: false}
  - {terms: [], lands: false}
  - {pod: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {}}}}, lands: false}

- source: "If you specify both nodeSelector and nodeAffinity, both must be satisfied for the Pod to be scheduled onto a node."
  nodes: {labels: {pool: virtual}}
  cases:
  - {pod: {nodeSelector: {pool: virtual}}, expressions: [{key: pool, operator: Exists}], lands: true}
  - {pod: {nodeSelector: {pool: virtual}}, expressions: [{key: pool, operator: DoesNotExist}], lands: false}
  - {pod: {nodeSelector: {pool: managed}}, expressions: [{key: pool, operator: Exists}], lands: false}
  - {pod: {nodeSelector: {pool: managed}}, expressions: [{key: pool, operator: DoesNotExist}], lands: false}

- source: "preferredDuringSchedulingIgnoredDuringExecution: if a matching node is not available, the scheduler still schedules
    the Pod."
  nodes: {labels: {pool: virtual}}
  cases:
  - {pod: {affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, preference: {matchExpressions: [{key: pool, operator: DoesNotExist}]}}]}}}, lands: true}
  - {pod: {affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: pool, operator: In, values: [managed]}]}}]}}}, lands: true}
  - {pod: {affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: pool, operator: Exists}]}}], requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: pool, operator: DoesNotExist}]}]}}}}, lands: false}

- source: "matchFields: a list of node selector requirements by node's fields. The name of a virtual node is not known."
  nodes: {labels: {pool: virtual}}
  cases:
  - {terms: [{matchFields: [{key: metadata.name, operator: In, values: [10.0.10.2]}]}], lands: true, unknown: true}
  - {terms: [{matchFields: [{key: metadata.name, operator: NotIn, values: [10.0.10.2]}]}], lands: true, unknown: true}
  - {terms: [{matchFields: [{key: metadata.name, operator: In, values: [10.0.10.2]}], matchExpressions: []}], lands: true, unknown: true}
  - {terms: [{matchFields: [{key: metadata.name, operator: In, values: [10.0.10.2]}], matchExpressions: [{key: pool, operator: Exists}]}], lands: true, unknown: true}
  - {terms: [{matchFields: [{key: metadata.name, operator: In, values: [10.0.10.2]}], matchExpressions: [{key: pool, operator: DoesNotExist}]}], lands: false}
  - {pod: {nodeName: 10.0.10.2}, lands: true, unknown: true}

- source: "What the settings describe of a label that every node has is known of virtual nodes."
  nodes: {labels: {kubernetes.io/arch: arm64, pool: ""}}
  cases:
  - {pod: {nodeSelector: {kubernetes.io/arch: arm64}}, lands: true}
  - {pod: {nodeSelector: {kubernetes.io/arch: amd64}}, lands: false}
  - {expressions: [{key: kubernetes.io/arch, operator: NotIn, values: [arm64]}], lands: false}
  - {pod: {nodeSelector: {pool: ""}}, lands: true}
  - {pod: {nodeSelector: {pool: virtual}}, lands: false}

- source: "Labels that are described as none are not described."
  nodes: {labels: {}, taints: []}
  cases:
  - {pod: {nodeSelector: {node-role.kubernetes.io/virtual-node: ""}}, lands: true}
  - {expressions: [{key: node-role.kubernetes.io/virtual-node, operator: DoesNotExist}], lands: false}

- source: "If there is at least one un-ignored taint with effect NoSchedule then Kubernetes will not schedule the pod onto
    that node. A toleration matches a taint if the keys are the same and the effects are the same, and the operator is Exists,
    or the operator is Equal and the values are equal. The default value for operator is Equal."
  nodes: {taints: [{key: dedicated, value: virtual, effect: NoSchedule}]}
  cases:
  - {lands: false}
  - {pod: {tolerations: []}, lands: false}
  - {pod: {tolerations: [{key: dedicated, operator: Equal, value: virtual, effect: NoSchedule}]}, lands: true}
  - {pod: {tolerations: [{key: dedicated, value: virtual, effect: NoSchedule}]}, lands: true}
  - {pod: {tolerations: [{key: dedicated, operator: "", value: virtual, effect: NoSchedule}]}, lands: true}
  - {pod: {tolerations: [{key: dedicated, operator: Equal, value: managed, effect: NoSchedule}]}, lands: false}
  - {pod: {tolerations: [{key: dedicated, operator: Equal, effect: NoSchedule}]}, lands: false}
  - {pod: {tolerations: [{key: other, operator: Equal, value: virtual, effect: NoSchedule}]}, lands: false}
  - {pod: {tolerations: [{key: dedicated, operator: Exists, effect: NoSchedule}]}, lands: true}
  - {pod: {tolerations: [{key: other, operator: Exists, effect: NoSchedule}]}, lands: false}
  - {pod: {tolerations: [{key: other, operator: Exists}, {key: dedicated, operator: Exists}]}, lands: true}
  - {pod: {tolerations: [{key: dedicated, operator: Exists, effect: NoExecute}]}, lands: false}
  - {pod: {tolerations: [{key: dedicated, operator: Exists, effect: PreferNoSchedule}]}, lands: false}
  # What Kubernetes adds to every pod.
  - {pod: {tolerations: [{key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 300}]}, lands: false}
  # A taint is no label, and a toleration asks for nothing.
  - {pod: {nodeSelector: {dedicated: virtual}, tolerations: [{operator: Exists}]}, lands: false}
  - {pod: {tolerations: [{operator: Exists}]}, expressions: [{key: node-role.kubernetes.io/virtual-node, operator: DoesNotExist}], lands: false}

- source: "An empty key with operator Exists matches all keys and values. An empty effect matches all effects with that key."
  nodes: {taints: [{key: dedicated, value: virtual, effect: NoSchedule}]}
  cases:
  - {pod: {tolerations: [{operator: Exists}]}, lands: true}
  - {pod: {tolerations: [{key: "", operator: Exists, effect: ""}]}, lands: true}
  - {pod: {tolerations: [{key: null, operator: Exists, effect: null}]}, lands: true}
  - {pod: {tolerations: [{operator: Exists, effect: NoSchedule}]}, lands: true}
  - {pod: {tolerations: [{operator: Exists, effect: NoExecute}]}, lands: false}
  - {pod: {tolerations: [{key: dedicated, operator: Exists, effect: ""}]}, lands: true}
  - {pod: {tolerations: [{key: dedicated, value: virtual}]}, lands: true}

- source: "A taint needs no value."
  nodes: {taints: [{key: dedicated, effect: NoSchedule}]}
  cases:
  - {lands: false}
  - {pod: {tolerations: [{key: dedicated, effect: NoSchedule}]}, lands: true}
  - {pod: {tolerations: [{key: dedicated, operator: Equal, value: "", effect: NoSchedule}]}, lands: true}
  - {pod: {tolerations: [{key: dedicated, operator: Equal, value: virtual, effect: NoSchedule}]}, lands: false}
  - {pod: {tolerations: [{key: dedicated, operator: Exists}]}, lands: true}

- source: "If there is at least one un-ignored taint with effect NoExecute then the pod will not be scheduled onto the node. A
    toleration with NoExecute effect can specify how long the pod will stay bound to the node."
  nodes: {taints: [{key: dedicated, value: virtual, effect: NoExecute}]}
  cases:
  - {lands: false}
  - {pod: {tolerations: [{key: dedicated, operator: Exists, effect: NoExecute}]}, lands: true}
  - {pod: {tolerations: [{key: dedicated, operator: Exists, effect: NoExecute, tolerationSeconds: 60}]}, lands: true}
  - {pod: {tolerations: [{key: dedicated, operator: Exists, effect: NoSchedule}]}, lands: false}
  - {pod: {tolerations: [{operator: Exists}]}, lands: true}

- source: "What Kubernetes writes itself passes, but not where it is described."
  nodes: {taints: [{key: node.kubernetes.io/unschedulable, effect: NoSchedule}]}
  cases:
  - {lands: false, unknown: true}
  - {pod: {tolerations: [{key: node.kubernetes.io/unschedulable, operator: Exists}]}, lands: true}

- source: "PreferNoSchedule: the control plane will try to avoid placing a Pod that does not tolerate the taint on the node,
    but it is not guaranteed."
  nodes: {taints: [{key: dedicated, value: virtual, effect: PreferNoSchedule}]}
  cases:
  - {lands: true}
  - {pod: {tolerations: [{key: other, operator: Exists}]}, lands: true}

- source: "Start with all of a node's taints, then ignore the ones for which the pod has a matching toleration. The pod will
    not be able to schedule onto the node, because there is no toleration matching the third taint."
  nodes:
    labels: {pool: virtual}
    taints:
    - {key: key1, value: value1, effect: NoSchedule}
    - {key: key1, value: value1, effect: NoExecute}
    - {key: key2, value: value2, effect: NoSchedule}
  cases:
  - {pod: {tolerations: [{key: key1, operator: Equal, value: value1, effect: NoSchedule}, {key: key1, operator: Equal, value: value1, effect: NoExecute}]}, lands: false}
  - {pod: {tolerations: [{key: key1, operator: Equal, value: value1}, {key: key2, operator: Equal, value: value2}]}, lands: true}
  - {pod: {tolerations: [{key: key1, operator: Exists, effect: NoSchedule}, {key: key2, operator: Exists}]}, lands: false}
  - {pod: {tolerations: [{operator: Exists}]}, lands: true}
  - {pod: {nodeSelector: {pool: managed}, tolerations: [{operator: Exists}]}, lands: false}
"#;

fn cases() -> Vec<Group> {
    yaml(CASES)
}

fn mixed(nodes: &Value) -> Value {
    json!({"nodeKind": "mixed", "virtualNodes": nodes})
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

#[test]
fn a_running_pod_is_judged_where_it_can_be_on_a_virtual_node() {
    let pod = |image: &str, pool: Option<&str>| {
        let mut spec = good_spec();
        spec["containers"][0]["image"] = json!(image);
        spec["containers"][0]["resources"] = json!({"limits": {"cpu": "1", "memory": "1Gi"}});
        if let Some(pool) = pool {
            spec["nodeSelector"] = json!({"pool": pool});
        }
        spec["nodeName"] = json!("10.0.10.2");
        kind_named("Pod").object(spec)
    };
    let settings = mixed(&Value::Null);
    let change = |pool| update(&pod("registry.example.com/web:2", pool), &pod("registry.example.com/web:1", pool));
    assert_eq!(annotation(&answer(&change(None), &settings), "denied"), "image-update");
    assert_eq!(answer(&change(Some("managed")), &settings), json!({"accepted": true}));

    let resized = |pool| {
        let mut object = pod("registry.example.com/web:1", pool);
        object["spec"]["containers"][0]["resources"]["requests"] = json!({"cpu": "500m"});
        let mut request = update(&object, &pod("registry.example.com/web:1", pool));
        request["subResource"] = json!("resize");
        request
    };
    assert!(annotation(&answer(&resized(None), &settings), "denied").contains("requests-equal-limits"));
    assert_eq!(answer(&resized(Some("managed")), &settings), json!({"accepted": true}));

    let debugged = |pool| {
        let mut object = pod("registry.example.com/web:1", pool);
        object["spec"]["ephemeralContainers"] = json!([{"name": "debug", "image": "registry.example.com/debug:1"}]);
        let mut request = update(&object, &pod("registry.example.com/web:1", pool));
        request["subResource"] = json!("ephemeralcontainers");
        request
    };
    assert!(annotation(&answer(&debugged(None), &settings), "denied").contains("ephemeral-containers"));
    assert_eq!(answer(&debugged(Some("managed")), &settings), json!({"accepted": true}));
}

/// Objects that belong to no pod, in each of which something is denied where all nodes are virtual.
fn objects_of_no_pod() -> Vec<Value> {
    let mut objects: Vec<Value> = yaml(
        r#"
- apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: shop}
  spec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}
- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}}}
- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: shop}, spec: {storageClassName: oci-bv}}
- {apiVersion: v1, kind: PersistentVolume, metadata: {name: data}, spec: {nfs: {server: files.example.com, path: /}}}
- {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}
- {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: web, namespace: shop}, spec: {}}
- {apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: web}, spec: {}}
"#,
    );
    objects.iter_mut().map(Value::take).collect()
}

#[test]
fn what_belongs_to_no_pod_warns_instead_of_denying() {
    let mut requests: Vec<_> = objects_of_no_pod().iter().map(create).collect();
    requests.extend(CONNECTIONS.map(connect));
    for request in requests {
        let denied = answer(&request, &json!({}));
        assert_eq!(denied["code"], 403, "{request}");
        let warned = answer(&request, &mixed(&Value::Null));
        assert_eq!(warned["accepted"], true, "{request}");
        let lines: Vec<_> = message(&denied).lines().filter_map(|line| line.strip_prefix("- ")).collect();
        let lines: Vec<_> = lines.into_iter().map(|line| common::cut(line, 256)).collect();
        let expected = json!({
            "accepted": true,
            "message": lines.join("\n"),
            "warnings": lines,
            "audit_annotations": {"warned": annotation(&denied, "denied")},
        });
        assert_eq!(warned, expected, "{request}");
    }
}

#[test]
fn what_belongs_to_no_pod_warns_whatever_its_level_and_its_past() {
    let settings = |level: &str| {
        let mut settings = mixed(&Value::Null);
        settings["rules"] = json!({"external-traffic-policy": level, "config-propagation": level});
        settings
    };
    let service = objects_of_no_pod().remove(0);
    let config = |value: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web", "namespace": "shop"}, "data": {"a": value}});
    for (request, id) in [
        (create(&service), "external-traffic-policy"),
        (update(&service, &service), "external-traffic-policy"),
        (update(&config("2"), &config("1")), "config-propagation"),
    ] {
        for (level, warned) in [("deny", id), ("warn", id), ("off", "")] {
            let response = answer(&request, &settings(level));
            assert_eq!(response["accepted"], true, "{level}: {request}");
            assert_eq!(annotation(&response, "warned"), warned, "{level}: {request}");
        }
    }
}

#[test]
fn services_are_not_mended_among_managed_nodes() {
    let service = objects_of_no_pod().remove(0);
    let on = json!({"mutate": "full", "mutateTemplates": true});
    let mended = answer(&create(&service), &on);
    assert_eq!(annotation(&mended, "fixed"), "external-traffic-policy,load-balancer-security-list");
    let mut settings = mixed(&Value::Null);
    overlay(&mut settings, &on);
    settings["rules"] = json!({"external-traffic-policy": {"mutate": true}});
    let response = answer(&create(&service), &settings);
    assert_eq!(response["mutated_object"], Value::Null);
    assert_eq!(annotation(&response, "warned"), "external-traffic-policy");
    assert!(!message(&response).contains("would be"), "{response}");

    // Pods are.
    let mut spec = good_spec();
    spec["terminationGracePeriodSeconds"] = json!(60);
    let response = answer(&create(&kind_named("Pod").object(spec.clone())), &settings);
    assert_eq!(response["mutated_object"]["spec"]["terminationGracePeriodSeconds"], 30);
    // Unless they cannot land.
    spec["nodeSelector"] = json!({"pool": "managed"});
    assert_eq!(answer(&create(&kind_named("Pod").object(spec)), &settings), json!({"accepted": true}));
}

// The advice.

const DEFAULT_REQUIREMENT: &str = r#"{"key":"node-role.kubernetes.io/virtual-node","operator":"DoesNotExist"}"#;

fn advice(requirement: &str) -> String {
    format!(
        "To keep it on managed nodes instead, add to the pod's spec: affinity: {{nodeAffinity: \
         {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{{matchExpressions: [{requirement}]}}]}}}}}}"
    )
}

/// Puts the snippet of a denial into the pod's spec, as a person would.
fn follow(advice: &str, kind: &Kind, object: &Value) -> Value {
    let (_, snippet) = advice.split_once("spec: ").unwrap_or_else(|| panic!("no snippet in {advice:?}"));
    let mut object = object.clone();
    overlay(kind.spec_of(&mut object), &yaml(snippet));
    object
}

#[test]
fn a_denial_says_how_to_keep_the_workload() {
    for nodes in [
        (Value::Null, DEFAULT_REQUIREMENT),
        (json!({"labels": {"pool": "virtual"}}), r#"{"key":"pool","operator":"NotIn","values":["virtual"]}"#),
        (json!({"labels": {"pool": ""}}), r#"{"key":"pool","operator":"DoesNotExist"}"#),
        (
            json!({"labels": {"kubernetes.io/arch": "arm64", "topology.kubernetes.io/zone": "a", "virtual": "yes"}}),
            r#"{"key":"virtual","operator":"NotIn","values":["yes"]}"#,
        ),
    ] {
        let (nodes, requirement) = nodes;
        for kind in &KINDS {
            for help in ["", "https://wiki.example.com/oke"] {
                let mut settings = mixed(&nodes);
                settings["helpUrl"] = json!(help);
                let object = kind.object(bad_spec());
                let response = answer(&create(&object), &settings);
                let mut lines: Vec<_> = message(&response).lines().collect();
                if !help.is_empty() {
                    assert_eq!(lines.pop(), Some("See https://wiki.example.com/oke"), "{}", kind.name);
                }
                let last = lines.pop().unwrap_or_default();
                assert_eq!(last, advice(requirement), "{}", kind.name);
                assert!(lines.iter().all(|line| !line.contains("To keep it")), "{}: it is said once", kind.name);
                let followed = follow(last, kind, &object);
                assert_eq!(answer(&create(&followed), &settings), json!({"accepted": true}), "{}", kind.name);
            }
        }
    }
}

#[test]
fn there_is_no_advice_where_there_is_no_other_place() {
    let request = create(&kind_named("Deployment").object(bad_spec()));
    assert!(!message(&answer(&request, &json!({}))).contains("managed nodes"), "all nodes are virtual");
    // Every node has these labels: no affinity tells one kind of node from the other.
    let settings = mixed(&json!({"labels": {"kubernetes.io/arch": "arm64", "kubernetes.io/os": "linux"}}));
    let response = answer(&request, &settings);
    assert_eq!(response["code"], 403);
    assert!(!message(&response).contains("To keep it"), "{response}");
}

#[test]
fn the_advice_is_there_however_much_is_denied() {
    let container = |index: usize| {
        let mut container = good_container(&format!("c{index}"));
        container["securityContext"] = json!({"privileged": true});
        container
    };
    let spec = json!({"containers": (0..500).map(container).collect::<Value>()});
    let mut settings = mixed(&Value::Null);
    settings["helpUrl"] = json!("https://wiki.example.com/oke");
    let response = answer(&create(&kind_named("Deployment").object(spec)), &settings);
    let lines: Vec<_> = message(&response).lines().collect();
    assert!(message(&response).len() <= 8192, "{} bytes", message(&response).len());
    let [.., more, advised, help] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(more.starts_with("... and ") && more.ends_with(" more"), "{more}");
    assert_eq!(*advised, advice(DEFAULT_REQUIREMENT));
    assert_eq!(*help, "See https://wiki.example.com/oke");
}

#[test]
fn a_denial_fits_whatever_virtual_nodes_are_called() {
    let request = create(&kind_named("Deployment").object(bad_spec()));
    for labels in
        [json!({"k".repeat(20_000): "v"}), json!({"k": "v".repeat(20_000)}), json!({"schl\u{fc}ssel": "w\u{e4}rter\n"})]
    {
        let response = answer(&request, &mixed(&json!({"labels": labels})));
        // Settings that no cluster can have may be an error as well.
        assert_eq!(response["accepted"], false);
        let message = message(&response);
        assert!(message.len() <= 8192, "{} bytes", message.len());
        assert!(message.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')), "{message}");
    }
}

// The fix.

fn placing(nodes: &Value) -> Value {
    let mut settings = mixed(nodes);
    settings["rules"] = json!({"placement": {"mutate": true}});
    settings
}

fn parsed(requirement: &str) -> Value {
    serde_json::from_str(requirement).expect("JSON")
}

/// Node affinity before and after the fix. `R` stands for the requirement.
const AFFINITIES: &str = r#"
- {before: null, after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [R]}]}}}}
- {before: {}, after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [R]}]}}}}
- {before: {nodeAffinity: null}, after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [R]}]}}}}
- {before: {nodeAffinity: {}}, after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [R]}]}}}}
- {before: {nodeAffinity: {required: null}}, after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [R]}]}}}}
- before: {podAntiAffinity: {future: 1}, nodeAffinity: {preferred: [{weight: 1, preference: {}}]}, unknown: [1]}
  after:
    podAntiAffinity: {future: 1}
    nodeAffinity: {preferred: [{weight: 1, preference: {}}], required: {nodeSelectorTerms: [{matchExpressions: [R]}]}}
    unknown: [1]
- before: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [A]}]}}}
  after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [A, R]}]}}}
- before: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [A, B], unknown: 1}]}}}
  after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [A, B, R], unknown: 1}]}}}
- before: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [A]}, {matchExpressions: [B]}, {matchExpressions: [A, B]}]}}}
  after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [A, R]}, {matchExpressions: [B, R]}, {matchExpressions: [A, B, R]}]}}}
- before: {nodeAffinity: {required: {nodeSelectorTerms: [{matchFields: [F]}]}}}
  after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchFields: [F], matchExpressions: [R]}]}}}
- before: {nodeAffinity: {required: {nodeSelectorTerms: [{matchFields: [F], matchExpressions: null}]}}}
  after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchFields: [F], matchExpressions: [R]}]}}}
- before: {nodeAffinity: {required: {nodeSelectorTerms: [{matchFields: [F], matchExpressions: []}]}}}
  after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchFields: [F], matchExpressions: [R]}]}}}
- before: {nodeAffinity: {required: {nodeSelectorTerms: [{matchFields: [F]}, {matchExpressions: [A]}]}}}
  after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchFields: [F], matchExpressions: [R]}, {matchExpressions: [A, R]}]}}}
# A term that is empty matches no node. With the requirement it would match every managed one.
- before: {nodeAffinity: {required: {nodeSelectorTerms: [{}, {matchExpressions: [A]}, {matchExpressions: []}]}}}
  after: {nodeAffinity: {required: {nodeSelectorTerms: [{}, {matchExpressions: [A, R]}, {matchExpressions: []}]}}}
# A term that no virtual node matches gets the requirement too, or stays as it is: the pod asks for the same nodes.
- before: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [A]}, {matchExpressions: [M]}]}}}
  after: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [A, R]}, {matchExpressions: [M, R]}]}}}
"#;

/// The affinity that a line of [`AFFINITIES`] stands for.
fn affinity(value: &Value, requirement: &Value) -> Value {
    match value {
        Value::String(name) => match name.as_str() {
            "A" => json!({"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}),
            "B" => json!({"key": "topology.kubernetes.io/zone", "operator": "Exists"}),
            "F" => json!({"key": "metadata.name", "operator": "In", "values": ["10.0.10.2"]}),
            "M" => json!({"key": "disk", "operator": "In", "values": ["ssd"]}),
            "R" => requirement.clone(),
            name => panic!("{name}"),
        },
        Value::Array(list) => list.iter().map(|value| affinity(value, requirement)).collect(),
        Value::Object(map) => {
            let key = |key: &str| match key {
                "required" | "preferred" => format!("{key}DuringSchedulingIgnoredDuringExecution"),
                key => key.to_owned(),
            };
            Value::Object(map.iter().map(|(name, value)| (key(name), affinity(value, requirement))).collect())
        }
        value => value.clone(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Affinity {
    before: Value,
    after: Value,
}

#[test]
fn a_pod_is_kept_off_virtual_nodes_instead_of_being_denied() {
    for (nodes, requirement) in [
        (Value::Null, DEFAULT_REQUIREMENT),
        (json!({"labels": {"pool": "virtual"}}), r#"{"key":"pool","operator":"NotIn","values":["virtual"]}"#),
        (
            json!({"labels": {"kubernetes.io/os": "linux", "pool": ""}, "taints": [{"key": "a", "effect": "NoSchedule"}]}),
            r#"{"key":"pool","operator":"DoesNotExist"}"#,
        ),
    ] {
        let settings = placing(&nodes);
        let affinities: Vec<Affinity> = yaml(AFFINITIES);
        for Affinity { before, after } in affinities {
            let requirement = parsed(requirement);
            let mut pod = kind_named("Pod").object(bad_spec());
            pod["spec"]["tolerations"] = json!([{"operator": "Exists"}]);
            pod["spec"]["affinity"] = affinity(&before, &requirement);
            pod["spec"]["unknown"] = json!({"future": [1.50, null]});
            pod["spec"]["containers"][0]["unknown"] = json!(["\u{fc}"]);
            let response = answer(&create(&pod), &settings);
            let mut expected = pod.clone();
            expected["spec"]["affinity"] = affinity(&after, &requirement);
            assert_eq!(response["mutated_object"], expected, "{before}: nothing else changes");
            assert_eq!(response["accepted"], true);
            assert_eq!(
                warnings(&response)[0],
                "placement spec.affinity.nodeAffinity: set to keep the pod off virtual nodes"
            );
            assert!(warnings(&response)[1].starts_with("host-pid spec.hostPID: "), "{response}");
            assert_eq!(warnings(&response).len(), 2);
            assert_eq!(message(&response), warnings(&response).join("\n"));
            assert_eq!(annotation(&response, "fixed"), "placement");
            assert_eq!(annotation(&response, "warned"), "host-pid");
            assert_eq!(annotation(&response, "denied"), "");
            // It no longer lands, so a second look finds nothing to do.
            assert_eq!(answer(&create(&response["mutated_object"]), &settings), json!({"accepted": true}), "{before}");
        }
    }
}

#[test]
fn a_pod_is_kept_off_in_exactly_the_places_that_change() {
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop"},"spec":{"hostPID":true,
        "z":1.50,"a":1e3,"containers":[{"name":"main","image":"\u0069","resources":{"limits":{"cpu":1,"memory":"1Gi"}}}]}}"#;
    let request = create(&serde_json::from_str(pod).expect("JSON"));
    let payload = common::payload(&request, &placing(&Value::Null)).replace(&request["object"].to_string(), pod);
    let fixed = fixed_text(payload.as_bytes()).expect("a fixed object");
    let added = format!(
        r#","affinity":{{"nodeAffinity":{{"requiredDuringSchedulingIgnoredDuringExecution":{{"nodeSelectorTerms":[{{"matchExpressions":[{DEFAULT_REQUIREMENT}]}}]}}}}}}"#
    );
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(bare(&fixed), bare(&pod.replacen("}}}]}}", &format!("}}}}}}]{added}}}}}"), 1)));
}

#[test]
fn a_pod_is_kept_off_only_where_the_settings_say_so() {
    let request = create(&kind_named("Pod").object(bad_spec()));
    for settings in [
        json!({"nodeKind": "mixed"}),
        json!({"nodeKind": "mixed", "mutate": "full", "mutateTemplates": true}),
        json!({"nodeKind": "mixed", "rules": {"placement": {"mutate": false}}, "mutate": "full"}),
        json!({"nodeKind": "mixed", "rules": {"placement": null}}),
        json!({"nodeKind": "mixed", "rules": {"placement": {}}}),
        // There are no other nodes.
        json!({"rules": {"placement": {"mutate": true}}}),
        json!({"nodeKind": "virtual", "rules": {"placement": {"mutate": true}}, "mutate": "full"}),
        // What tells virtual nodes from others is not known.
        placing(&json!({"labels": {"kubernetes.io/arch": "arm64"}})),
    ] {
        let response = answer(&request, &settings);
        assert_eq!(response["code"], 403, "{settings}");
        assert_eq!(response["mutated_object"], Value::Null, "{settings}");
        assert_eq!(annotation(&response, "denied"), "host-pid", "{settings}");
    }
    let managed = json!({"nodeKind": "managed", "rules": {"placement": {"mutate": true}}});
    assert_eq!(answer(&request, &managed), json!({"accepted": true}));
}

#[test]
fn a_pod_that_has_its_node_or_runs_already_is_not_moved() {
    let settings = placing(&Value::Null);
    let mut placed = kind_named("Pod").object(bad_spec());
    placed["spec"]["nodeName"] = json!("10.0.10.2");
    let mut new = kind_named("Pod").object(good_spec());
    new["spec"]["containers"][0]["image"] = json!("registry.example.com/web:2");
    let change = update(&new, &kind_named("Pod").object(good_spec()));
    for (request, denied) in [(create(&placed), "host-pid"), (change, "image-update")] {
        let response = answer(&request, &settings);
        assert_eq!(response["code"], 403, "{request}");
        assert_eq!(response["mutated_object"], Value::Null, "{request}");
        assert_eq!(annotation(&response, "denied"), denied, "{request}");
    }
}

/// What stands in the way of a pod on virtual nodes must be denied: warnings alone move nobody.
#[test]
fn a_pod_that_is_only_warned_about_stays_where_it_is() {
    let request = create(&kind_named("Pod").object(bad_spec()));
    let mut settings = placing(&Value::Null);
    for level in ["warn", "off"] {
        settings["rules"]["host-pid"] = json!(level);
        let response = answer(&request, &settings);
        assert_eq!(response["accepted"], true, "{level}");
        assert_eq!(response["mutated_object"], Value::Null, "{level}");
        assert_eq!(annotation(&response, "fixed"), "", "{level}");
    }
}

#[test]
fn what_can_be_mended_is_mended_where_it_lands() {
    let mut settings = placing(&Value::Null);
    settings["mutate"] = json!("full");
    let mut spec = good_spec();
    spec["terminationGracePeriodSeconds"] = json!(60);
    let mut expected = kind_named("Pod").object(spec.clone());
    expected["spec"]["terminationGracePeriodSeconds"] = json!(30);
    let response = answer(&create(&kind_named("Pod").object(spec)), &settings);
    assert_eq!(response["mutated_object"], expected);
    assert_eq!(annotation(&response, "fixed"), "termination-grace-period");
}

/// On a managed node nothing is wrong with what a fix would change.
#[test]
fn a_pod_that_is_kept_off_is_not_mended_as_well() {
    let mut settings = placing(&Value::Null);
    settings["mutate"] = json!("full");
    let mut spec = bad_spec();
    spec["terminationGracePeriodSeconds"] = json!(60);
    let pod = kind_named("Pod").object(spec);
    let response = answer(&create(&pod), &settings);
    let mut expected = pod.clone();
    expected["spec"]["affinity"] =
        json!({"nodeAffinity": required(&json!([{"matchExpressions": [parsed(DEFAULT_REQUIREMENT)]}]))});
    assert_eq!(response["mutated_object"], expected);
    assert_eq!(annotation(&response, "fixed"), "placement");
    assert!(!message(&response).contains("set to 30"), "{response}");
}

#[test]
fn a_template_is_kept_off_where_templates_are_mended() {
    let mut settings = placing(&Value::Null);
    settings["mutateTemplates"] = json!(true);
    for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
        let object = kind.object(bad_spec());
        let mut expected = object.clone();
        kind.spec_of(&mut expected)["affinity"] =
            json!({"nodeAffinity": required(&json!([{"matchExpressions": [parsed(DEFAULT_REQUIREMENT)]}]))});
        let mut requests = vec![create(&object)];
        // The template of a Job cannot be changed any more.
        if kind.name != "Job" {
            requests.push(update(&object, &kind.object(good_spec())));
        }
        for request in requests {
            let response = answer(&request, &settings);
            assert_eq!(response["mutated_object"], expected, "{}", kind.name);
            let path = format!("{}.affinity.nodeAffinity", kind.path());
            assert_eq!(warnings(&response)[0], format!("placement {path}: set to keep the pod off virtual nodes"));
            assert_eq!(annotation(&response, "fixed"), "placement", "{}", kind.name);
            assert_eq!(
                answer(&create(&response["mutated_object"]), &settings),
                json!({"accepted": true}),
                "{}",
                kind.name
            );
        }
    }
}

#[test]
fn a_template_warns_where_its_pods_will_be_kept_off() {
    let controlled = |kind: &Kind| {
        let mut object = kind.object(bad_spec());
        object["metadata"]["ownerReferences"] =
            json!([{"apiVersion": "example.com/v1", "kind": "Rollout", "name": "web", "uid": "1", "controller": true}]);
        object
    };
    for kind in KINDS.iter().filter(|kind| !["Pod", "DaemonSet"].contains(&kind.name)) {
        for (object, templates) in
            [(kind.object(bad_spec()), false), (controlled(kind), false), (controlled(kind), true)]
        {
            let mut settings = placing(&Value::Null);
            settings["mutateTemplates"] = json!(templates);
            let response = answer(&create(&object), &settings);
            assert_eq!(response["accepted"], true, "{}", kind.name);
            assert_eq!(response["mutated_object"], Value::Null, "{}", kind.name);
            let path = format!("{}.affinity.nodeAffinity", kind.path());
            let line = format!("placement {path}: would be set to keep the pod off virtual nodes");
            assert_eq!(warnings(&response)[0], line);
            assert_eq!(annotation(&response, "warned"), "host-pid,placement", "{}", kind.name);
            assert_eq!(annotation(&response, "fixed"), "", "{}", kind.name);
        }
    }
}

/// The controller makes a pod for each node that the template allows, and binds it there by its name: what keeps such a
/// pod off comes too late, and it would wait for ever.
#[test]
fn a_daemon_set_whose_template_is_left_alone_is_denied() {
    let response = answer(&create(&kind_named("DaemonSet").object(bad_spec())), &placing(&Value::Null));
    assert_eq!(response["code"], 403, "{response}");
    assert_eq!(message(&response).lines().last(), Some(advice(DEFAULT_REQUIREMENT).as_str()));
}

#[test]
fn a_pod_of_a_controller_is_kept_off_too() {
    let mut pod = kind_named("Pod").object(bad_spec());
    pod["metadata"] = json!({"generateName": "web-", "namespace": "shop", "ownerReferences":
        [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "1", "controller": true}]});
    let response = answer(&create(&pod), &placing(&Value::Null));
    assert_eq!(annotation(&response, "fixed"), "placement");
    assert_eq!(response["mutated_object"]["metadata"], pod["metadata"]);
}

/// The setting `annotate` promises an annotation on every object that is mended.
#[test]
fn a_pod_that_is_kept_off_says_so_where_that_is_wanted() {
    let mut settings = placing(&Value::Null);
    settings["annotate"] = json!(true);
    let response = answer(&create(&kind_named("Pod").object(bad_spec())), &settings);
    let told = &response["mutated_object"]["metadata"]["annotations"]["oke-virtual-nodes.kubewarden.io/mended"];
    let told = told.as_str().unwrap_or_else(|| panic!("no annotation in {response}"));
    assert!(told.contains("affinity"), "{told}");
}

/// What can only be placed on virtual nodes could be placed nowhere, if it were kept off them.
#[test]
fn what_asks_for_virtual_nodes_is_denied() {
    let exists = json!({"key": "node-role.kubernetes.io/virtual-node", "operator": "Exists"});
    let is_empty = json!({"key": "node-role.kubernetes.io/virtual-node", "operator": "In", "values": [""]});
    let other = json!({"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]});
    let selected = json!({"nodeSelector": {"node-role.kubernetes.io/virtual-node": ""}});
    let of_terms = |terms: &[&[&Value]]| {
        let terms: Vec<_> = terms.iter().map(|expressions| json!({"matchExpressions": expressions})).collect();
        json!({"affinity": {"nodeAffinity": required(&json!(terms))}})
    };
    for (more, is_bound) in [
        (selected, true),
        (of_terms(&[&[&exists]]), true),
        (of_terms(&[&[&other, &is_empty], &[&exists]]), true),
        (of_terms(&[&[&exists], &[&other]]), false),
    ] {
        let mut spec = bad_spec();
        overlay(&mut spec, &more);
        for kind in ["Pod", "Deployment"] {
            let request = create(&kind_named(kind).object(spec.clone()));
            let denied = answer(&request, &mixed(&Value::Null));
            assert_eq!(denied["code"], 403, "{kind}, {more}");
            let advice = message(&denied).lines().last().unwrap();
            assert!(advice.starts_with("To keep it on managed nodes instead, "), "{kind}, {more}: {denied}");
            assert_eq!(advice.contains("take out what asks for virtual nodes, and add"), is_bound, "{kind}, {more}");
            assert!(advice.ends_with(&format!("[{DEFAULT_REQUIREMENT}]}}]}}}}}}")), "{advice}");
            assert_eq!(answer(&request, &placing(&Value::Null))["accepted"], !is_bound, "{kind}, {more}");
        }
    }
}

/// Nothing is wrong with a pod of which only the cluster did not say where it lands.
#[test]
fn a_failed_look_up_moves_no_pod() {
    let mut settings = placing(&Value::Null);
    overlay(&mut settings, &json!({"lookups": ["Node"], "onLookupFailure": "deny"}));
    for spec in [good_spec(), bad_spec()] {
        let response = validate_with(&Host, &payload(&create(&kind_named("Pod").object(spec)), &settings));
        assert_eq!(response["code"], 403, "{response}");
        assert_eq!(response["mutated_object"], Value::Null);
        assert!(message(&response).contains("could not look up Nodes"), "{response}");
    }
}

/// The pods of a StatefulSet are kept off for what is found in them, which its claim templates are not.
#[test]
fn what_is_not_in_the_template_is_denied_where_only_the_pods_are_kept_off() {
    let mut object = kind_named("StatefulSet").object(good_spec());
    object["spec"]["volumeClaimTemplates"] =
        json!([{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}]);
    let mut settings = placing(&Value::Null);
    let response = answer(&create(&object), &settings);
    assert_eq!(annotation(&response, "denied"), "persistent-volume-claim", "{response}");
    assert_eq!(message(&response).lines().last(), Some(advice(DEFAULT_REQUIREMENT).as_str()));
    settings["mutateTemplates"] = json!(true);
    assert_eq!(annotation(&answer(&create(&object), &settings), "fixed"), "placement");
}

#[test]
fn nobody_is_advised_to_move_what_runs() {
    let pod = kind_named("Pod").object(good_spec());
    let mut changed = pod.clone();
    changed["spec"]["containers"][0]["image"] = json!("registry.example/web:2");
    let response = answer(&update(&changed, &pod), &mixed(&Value::Null));
    assert_eq!(annotation(&response, "denied"), "image-update", "{response}");
    assert!(!message(&response).contains("To keep it"), "{response}");
    let mut placed = bad_spec();
    placed["nodeName"] = json!("10.0.10.7");
    let response = answer(&create(&kind_named("Pod").object(placed)), &mixed(&Value::Null));
    assert_eq!(response["code"], 403);
    assert!(!message(&response).contains("To keep it"), "{response}");
}
