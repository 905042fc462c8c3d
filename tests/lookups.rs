//! What is looked up in the cluster: which questions are asked, how often, and what each answer leads to.

mod common;

use std::collections::BTreeMap;

use common::clusters::{Answer, Witness};
use common::fixtures::fixtures;
use common::policy::{Lookup, Unanswered};
use common::{
    CONNECTIONS, KINDS, annotation, answer, assert_nothing, bad_spec, connect, create, good_spec, kind_named, message,
    overlay, payload, reviews, update, validate_in, validate_with, warnings, yaml,
};
use serde::Deserialize;
use serde_json::{Value, json};

fn text(answer: &Value) -> Answer {
    Ok(answer.to_string().into_bytes())
}

/// A pod that makes the policy look up everything that can be looked up of a pod.
fn curious_pod() -> Value {
    let mut spec = good_spec();
    overlay(
        &mut spec,
        &json!({
            "imagePullSecrets": [{"name": "one"}, {"name": "two"}],
            "volumes": [
                {"name": "a", "persistentVolumeClaim": {"claimName": "a"}},
                {"name": "b", "persistentVolumeClaim": {"claimName": "b"}},
            ],
            // So that the object is mended, and judged again.
            "terminationGracePeriodSeconds": 60,
        }),
    );
    kind_named("Pod").object(spec)
}

/// Settings under which everything is looked up.
fn curious() -> Value {
    json!({
        "nodeKind": "mixed",
        "lookups": Lookup::NAMES,
        "mutate": "full",
        "mutateTemplates": true,
        "rules": {"persistent-volume-claim": {"allowStorageClasses": ["fss"]}, "placement": {"mutate": true}},
    })
}

/// Every request of the recorded reviews and of the cases of the rules, with its settings.
fn everything() -> Vec<(String, Value, Value)> {
    let mut all: Vec<_> = reviews().into_iter().map(|(name, request)| (name, request, json!({}))).collect();
    for (rule, fixture) in fixtures() {
        for case in fixture.finds.iter().chain(&fixture.misses) {
            let settings = case.settings.clone().unwrap_or(json!({}));
            let planted = case.plant().into_iter().take(2);
            all.extend(
                planted.map(|one| (format!("{rule}, {}, {}", case.name, one.place), one.request, settings.clone())),
            );
        }
    }
    all.extend(CONNECTIONS.map(|subresource| (subresource.to_owned(), connect(subresource), json!({}))));
    all.push(("curious".to_owned(), create(&curious_pod()), json!({})));
    all
}

#[test]
fn nothing_is_asked_where_look_ups_are_off() {
    let mut count = 0;
    for (name, request, mut settings) in everything() {
        settings.as_object_mut().expect("settings").remove("lookups");
        for kind in ["virtual", "managed", "mixed"] {
            for lookups in [None, Some(Value::Null), Some(json!([]))] {
                settings["nodeKind"] = json!(kind);
                if let Some(lookups) = lookups {
                    settings["lookups"] = lookups;
                }
                let cluster = Witness::new(Err(Unanswered::Failed));
                let response = validate_with(&cluster, &payload(&request, &settings));
                assert_eq!(cluster.questions(), [], "{name} under {settings}");
                assert_ne!(response["code"], 400, "{name}: {response}");
                count += 1;
            }
        }
    }
    assert!(count > 5000, "{count} requests");
}

#[test]
fn nothing_is_asked_that_is_not_named() {
    let request = create(&curious_pod());
    for kind in Lookup::ALL {
        let mut settings = curious();
        settings["lookups"] = json!([kind.name()]);
        let cluster = Witness::new(Err(Unanswered::Failed));
        validate_with(&cluster, &payload(&request, &settings));
        let expected: Vec<_> = (kind != Lookup::Pod).then(|| (kind.name().to_owned(), 1)).into_iter().collect();
        assert_eq!(cluster.counts().into_iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn nothing_is_asked_that_nobody_needs() {
    let asked = |request: &Value, settings: &Value| {
        let cluster = Witness::new(Err(Unanswered::Failed));
        validate_with(&cluster, &payload(request, settings));
        cluster.counts().into_keys().collect::<Vec<_>>()
    };
    let pod = create(&curious_pod());
    let mut settings = curious();
    settings["nodeKind"] = json!("virtual");
    assert_eq!(asked(&pod, &settings), ["Namespace", "PersistentVolumeClaim", "Secret"], "all nodes are virtual");
    for subresource in CONNECTIONS {
        assert!(asked(&connect(subresource), &settings).is_empty(), "{subresource}: all nodes are virtual");
        assert_eq!(asked(&connect(subresource), &curious()), ["Pod"], "{subresource}");
    }
    settings["nodeKind"] = json!("managed");
    assert!(asked(&pod, &settings).is_empty(), "no node is virtual");
    assert!(asked(&connect("exec"), &settings).is_empty(), "no node is virtual");

    let good = create(&kind_named("Deployment").object(good_spec()));
    assert_eq!(asked(&good, &curious()), ["Node"], "its pods are judged by their namespace");
    let mut off = curious();
    for rule in ["image-pull-secret-type", "persistent-volume-claim", "service-mesh"] {
        off["rules"][rule] = json!("off");
    }
    assert_eq!(asked(&pod, &off), ["Node"], "rules that are off");
    let deployment = kind_named("Deployment").object(good_spec());
    assert!(asked(&update(&deployment, &deployment), &curious()).is_empty(), "the template did not change");
    let mut deleted = pod.clone();
    deleted["operation"] = json!("DELETE");
    assert!(asked(&deleted, &curious()).is_empty());
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"}});
    assert!(asked(&create(&service), &curious()).is_empty());
}

#[test]
fn each_kind_is_asked_for_at_most_once() {
    let empty = || text(&json!({"items": []}));
    let node = json!({"metadata": {"name": "10.0.10.2", "labels": {"node-role.kubernetes.io/virtual-node": ""}}});
    let mut seen = BTreeMap::new();
    for (name, request, mut settings) in everything() {
        let rules = settings["rules"].take();
        overlay(&mut settings, &curious());
        if rules.is_object() {
            overlay(&mut settings["rules"], &rules);
        }
        for otherwise in [Err(Unanswered::Failed), Err(Unanswered::Missing), empty(), Ok(b"garbage".to_vec())] {
            for nodes in [None, Some(text(&json!({"items": [node]})))] {
                let mut cluster = Witness::new(otherwise.clone());
                cluster.answers.extend(nodes.map(|nodes| ("Node", nodes)));
                validate_with(&cluster, &payload(&request, &settings));
                for (kind, count) in cluster.counts() {
                    assert_eq!(count, 1, "{kind} in {name}");
                    *seen.entry(kind).or_insert(0) += 1;
                }
            }
        }
    }
    assert_eq!(seen.len(), Lookup::ALL.len(), "{seen:?}");
}

#[test]
fn the_questions_are_those_of_kubewarden() {
    let expected = [
        (
            "list_resources_all",
            json!({"api_version": "v1", "kind": "Node", "label_selector": "node-role.kubernetes.io/virtual-node",
                "field_masks": ["metadata.name", "metadata.labels", "spec.taints"]}),
        ),
        (
            "get_resource",
            json!({"api_version": "v1", "kind": "Namespace", "name": "shop", "disable_cache": false,
                "field_masks": ["metadata.labels", "metadata.annotations"]}),
        ),
        (
            "list_resources_by_namespace",
            json!({"api_version": "v1", "kind": "Secret", "namespace": "shop", "field_masks": ["metadata.name", "type"]}),
        ),
        (
            "list_resources_by_namespace",
            json!({"api_version": "v1", "kind": "PersistentVolumeClaim", "namespace": "shop",
                "field_masks": ["metadata.name", "metadata.annotations", "spec.storageClassName"]}),
        ),
    ];
    let sorted = |mut questions: Vec<(String, Value)>| {
        questions.sort_by_key(|(_, question)| question.to_string());
        questions
    };
    let cluster = Witness::new(Err(Unanswered::Failed));
    validate_with(&cluster, &payload(&create(&curious_pod()), &curious()));
    let expected = expected.map(|(capability, question)| (capability.to_owned(), question));
    assert_eq!(sorted(cluster.questions()), sorted(expected.to_vec()));

    let cluster = Witness::new(Err(Unanswered::Failed));
    validate_with(&cluster, &payload(&connect("exec"), &curious()));
    let pod = json!({"api_version": "v1", "kind": "Pod", "name": "web", "namespace": "shop", "disable_cache": false,
        "field_masks": ["spec.nodeName", "spec.nodeSelector", "spec.affinity.nodeAffinity", "spec.tolerations"]});
    assert_eq!(cluster.questions(), [("get_resource".to_owned(), pod)]);
}

#[test]
fn nodes_are_found_by_the_labels_of_the_settings() {
    for (labels, selector) in [
        (json!(null), "node-role.kubernetes.io/virtual-node"),
        (json!({}), "node-role.kubernetes.io/virtual-node"),
        (json!({"pool": "virtual"}), "pool=virtual"),
        (json!({"pool": ""}), "pool"),
        (json!({"a": "", "b": "2", "example.com/c": "x"}), "a,b=2,example.com/c=x"),
    ] {
        let mut settings = curious();
        settings["virtualNodes"] = json!({"labels": labels});
        let cluster = Witness::new(Err(Unanswered::Failed));
        validate_with(&cluster, &payload(&create(&kind_named("Job").object(good_spec())), &settings));
        let questions = cluster.questions();
        assert_eq!(questions.len(), 1);
        assert_eq!(questions[0].1["label_selector"], selector);
    }
}

/// Whatever is asked of a Secret, its data stays where it is.
#[test]
fn the_data_of_a_secret_never_crosses_over() {
    for (name, request, mut settings) in everything() {
        let rules = settings["rules"].take();
        overlay(&mut settings, &curious());
        if rules.is_object() {
            overlay(&mut settings["rules"], &rules);
        }
        let cluster = Witness::new(Err(Unanswered::Failed));
        validate_with(&cluster, &payload(&request, &settings));
        for (_, question) in cluster.questions() {
            // Without a mask the whole object comes.
            let masks = question["field_masks"].as_array().unwrap_or_else(|| panic!("{name}: {question}"));
            assert!(!masks.is_empty(), "{name}: {question}");
            if question["kind"] == "Secret" {
                assert_eq!(question["field_masks"], json!(["metadata.name", "type"]), "{name}");
            }
        }
    }
}

// What an answer leads to.

/// One request a kind that needs it, with the settings; the rule and the place that speak where it fails.
struct Need {
    kind: Lookup,
    request: Value,
    settings: Value,
    rule: &'static str,
    path: &'static str,
}

fn needs() -> Vec<Need> {
    let mut spec = good_spec();
    spec["imagePullSecrets"] = json!([{"name": "one"}, {"name": "two"}]);
    let pulls = create(&kind_named("Pod").object(spec));
    let mut spec = good_spec();
    spec["volumes"] = json!([{"name": "a", "persistentVolumeClaim": {"claimName": "a"}}]);
    let mounts = create(&kind_named("Pod").object(spec));
    let good = create(&kind_named("Pod").object(good_spec()));
    let need = |kind: Lookup, request: &Value, more: Value, rule, path| {
        let mut settings = json!({"lookups": [kind.name()]});
        overlay(&mut settings, &more);
        Need { kind, request: request.clone(), settings, rule, path }
    };
    let mixed = json!({"nodeKind": "mixed"});
    let classes = json!({"rules": {"persistent-volume-claim": {"allowStorageClasses": ["fss"]}}});
    vec![
        need(Lookup::Node, &good, mixed.clone(), "placement", "spec"),
        need(Lookup::Pod, &connect("exec"), mixed, "placement", "pods/exec"),
        need(Lookup::Secret, &pulls, json!({}), "image-pull-secret-type", "spec.imagePullSecrets[0]"),
        need(
            Lookup::PersistentVolumeClaim,
            &mounts,
            classes,
            "persistent-volume-claim",
            "spec.volumes[0].persistentVolumeClaim",
        ),
        need(Lookup::Namespace, &good, json!({}), "service-mesh", "metadata.namespace"),
    ]
}

/// Which permission is missing, and how to grant it.
fn failure(need: &Need) -> String {
    let Need { kind, rule, path, .. } = need;
    let kind = kind.name();
    format!(
        "{rule} {path}: the policy could not look up {kind}s in the cluster; name the kind in contextAwareResources, and \
         grant the policy server get, list and watch"
    )
}

/// What is wrong where an answer counts as none: the settings decide what that leads to.
fn wrong_with_failure(need: &Need, given: &Answer, what: &str) -> Vec<String> {
    let line = failure(need);
    let mut wrong = Vec::new();
    let settings =
        [(None, false), (Some(Value::Null), false), (Some(json!("warn")), false), (Some(json!("deny")), true)];
    for (setting, denies) in settings {
        let mut settings = need.settings.clone();
        if let Some(setting) = setting {
            settings["onLookupFailure"] = setting;
        }
        let response = validate_with(&Witness::answering(need.kind, given.clone()), &payload(&need.request, &settings));
        let mut check = |is_right: bool, right: &str| {
            if !is_right {
                wrong.push(format!("{}, {what}, {settings}: {right}: {response}", need.kind.name()));
            }
        };
        let says = |line: &str| message(&response).lines().any(|said| said == line);
        let names = |ids: &str| ids.split(',').any(|id| id == need.rule);
        check(response["accepted"] == !denies, "the settings decide");
        if denies {
            check(says(&format!("- {line}")), "the denial says why");
            check(names(annotation(&response, "denied")), "the rule denied");
        } else {
            check(says(&line) && warnings(&response).contains(&line), "the warning says why");
            check(names(annotation(&response, "warned")), "the rule warned");
        }
        check(message(&response).matches("could not look up").count() <= 1, "it is said once");
    }
    wrong
}

#[test]
fn a_look_up_that_fails_is_no_silent_yes() {
    let mut wrong = Vec::new();
    for need in needs() {
        wrong.extend(wrong_with_failure(&need, &Err(Unanswered::Failed), "not granted, or timed out"));
        assert!(failure(&need).len() <= 256);
    }
    assert_nothing(&wrong);
}

#[test]
fn an_answer_that_cannot_be_read_is_a_failure() {
    let mut wrong = Vec::new();
    for need in needs() {
        for bytes in
            [&b""[..], b" ", b"garbage", b"\xff\xfe", b"{\"items\": [", b"{\"items\": []} x", b"Cannot find it"]
        {
            wrong.extend(wrong_with_failure(&need, &Ok(bytes.to_vec()), &String::from_utf8_lossy(bytes)));
        }
    }
    assert_nothing(&wrong);
}

/// A list without items is no list of none, and an object without its fields no object that has none.
#[test]
fn an_answer_of_another_shape_is_a_failure() {
    let mut wrong = Vec::new();
    for need in needs() {
        let mut answers = vec![json!(null), json!([]), json!(5), json!("x"), json!(true), json!([{"items": []}])];
        answers.extend(match need.kind {
            Lookup::Pod => {
                vec![json!({"spec": 5}), json!({"spec": {"nodeSelector": 5}}), json!({"spec": {"affinity": []}})]
            }
            Lookup::Namespace => vec![json!({"metadata": 5}), json!({"metadata": {"labels": 5}})],
            _ => vec![json!({}), json!({"items": 5}), json!({"items": {"a": 1}}), json!({"items": "x"})],
        });
        for answer in answers {
            wrong.extend(wrong_with_failure(&need, &text(&answer), &answer.to_string()));
        }
    }
    assert_nothing(&wrong);
}

#[test]
fn no_answer_is_a_trap() {
    let mut deep = "[".repeat(100_000);
    deep.push_str(&"]".repeat(100_000));
    let item = json!({"metadata": {"name": 5, "labels": [], "annotations": 5}, "type": {}, "spec": "x"});
    let answers = [
        deep.clone(),
        format!("{{\"items\":{deep}}}"),
        format!("{{\"metadata\":{{\"labels\":{{\"a\":{deep}}}}},\"spec\":{{\"affinity\":{deep}}}}}"),
        json!({"items": [5, null, "x", [], {}, item]}).to_string(),
        json!({"items": null, "metadata": null, "spec": null}).to_string(),
        json!({"items": [{"metadata": null, "spec": null, "type": null}]}).to_string(),
        json!({"spec": {"taints": [null, 5], "tolerations": [null, 5]}}).to_string(),
        "\u{feff}{}".to_owned(),
    ];
    for need in needs() {
        for answer in &answers {
            for failing in ["deny", "warn"] {
                let mut settings = need.settings.clone();
                settings["onLookupFailure"] = json!(failing);
                let cluster = Witness::answering(need.kind, Ok(answer.clone().into_bytes()));
                let response = validate_with(&cluster, &payload(&need.request, &settings));
                assert!(response["accepted"].is_boolean(), "{response}");
                assert!([json!(null), json!(403)].contains(&response["code"]), "{response}");
            }
        }
    }
}

/// The finding of a look-up takes the level of `onLookupFailure`, whatever the level of the rule that asked.
#[test]
fn the_level_of_a_failure_is_that_of_the_settings() {
    let need = needs().remove(2);
    for (level, failing, denies) in [("warn", "deny", true), ("deny", "warn", false), ("warn", "warn", false)] {
        let mut settings = need.settings.clone();
        settings["rules"] = json!({"image-pull-secret-type": level});
        settings["onLookupFailure"] = json!(failing);
        let response = validate_with(&Witness::new(Err(Unanswered::Failed)), &payload(&need.request, &settings));
        assert_eq!(response["accepted"], !denies, "{level}, {failing}");
        assert!(message(&response).contains(&failure(&need)), "{level}, {failing}");
    }
    let mut settings = need.settings.clone();
    overlay(&mut settings, &json!({"rules": {"image-pull-secret-type": "off"}, "onLookupFailure": "deny"}));
    let response = validate_with(&Witness::new(Err(Unanswered::Failed)), &payload(&need.request, &settings));
    assert_eq!(response, json!({"accepted": true}), "nothing needs to be known");
}

#[test]
fn what_is_not_there_is_no_failure() {
    for need in needs() {
        for (failing, given) in [("deny", Err(Unanswered::Missing)), ("warn", Err(Unanswered::Missing))]
            .into_iter()
            .chain([("deny", text(&json!({"items": []})))])
        {
            let is_list = given.is_ok();
            if is_list && matches!(need.kind, Lookup::Pod | Lookup::Namespace) {
                continue;
            }
            let mut settings = need.settings.clone();
            settings["onLookupFailure"] = json!(failing);
            let response = validate_with(&Witness::answering(need.kind, given), &payload(&need.request, &settings));
            let name = need.kind.name();
            assert_eq!(response["accepted"], true, "{name}: {response}");
            assert!(!message(&response).contains("could not look up"), "{name}: {response}");
            // Where a pod runs that is gone, and of which class a claim is, remains unknown.
            let warned = match need.kind {
                Lookup::Pod => "exec",
                Lookup::PersistentVolumeClaim => "persistent-volume-claim",
                _ => "",
            };
            assert_eq!(annotation(&response, "warned"), warned, "{name}: {response}");
        }
    }
}

#[test]
fn what_is_looked_for_is_found_in_a_long_list() {
    let secret = |name: &str, kind: &str| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "shop"}, "type": kind});
    let mut cluster: Vec<_> =
        (0..20_000).map(|index| secret(&format!("other-{index}"), "kubernetes.io/dockerconfigjson")).collect();
    cluster.push(secret("one", "kubernetes.io/dockerconfigjson"));
    cluster.push(secret("two", "Opaque"));
    let need = needs().remove(2);
    let response = validate_in(&cluster, &payload(&need.request, &need.settings));
    assert_eq!(annotation(&response, "denied"), "image-pull-secret-type");
    assert!(message(&response).contains("spec.imagePullSecrets[1]"), "{response}");
    assert!(!message(&response).contains("spec.imagePullSecrets[0]"), "{response}");

    let node = |name: String| {
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels":
            {"node-role.kubernetes.io/virtual-node": "", "kubernetes.io/hostname": name}}})
    };
    let cluster: Vec<_> = (0..5000).map(|index| node(format!("n{index}"))).collect();
    let settings = json!({"nodeKind": "mixed", "lookups": ["Node"]});
    let on = |host: &str| {
        let mut spec = bad_spec();
        spec["nodeSelector"] = json!({"kubernetes.io/hostname": host});
        validate_in(&cluster, &payload(&create(&kind_named("Pod").object(spec)), &settings))["accepted"] == false
    };
    assert!(on("n4999"));
    assert!(!on("n5000"));
}

// Nodes.

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Placed {
    /// Fields of the pod's spec.
    pod: Value,
    /// The terms of its required node affinity.
    terms: Option<Value>,
    lands: bool,
}

/// Virtual nodes: `a` is not ready, cordoned and being set up; `b` is tainted by a person. `m` is a managed node.
const NODES: &str = r#"
- apiVersion: v1
  kind: Node
  metadata: {name: a, labels: {node-role.kubernetes.io/virtual-node: "", kubernetes.io/os: linux, kubernetes.io/hostname: host-a, zone: one, pool: x}}
  spec:
    taints:
    - {key: node.kubernetes.io/not-ready, effect: NoExecute}
    - {key: node.kubernetes.io/unschedulable, effect: NoSchedule}
    - {key: node.kubernetes.io/unreachable, effect: NoSchedule}
    - {key: node.cloudprovider.kubernetes.io/uninitialized, value: "true", effect: NoSchedule}
    - {key: spare, effect: PreferNoSchedule}
- apiVersion: v1
  kind: Node
  metadata: {name: b, labels: {node-role.kubernetes.io/virtual-node: "", kubernetes.io/os: linux, kubernetes.io/hostname: host-b, zone: two, pool: y}}
  spec: {taints: [{key: dedicated, value: batch, effect: NoSchedule}]}
- apiVersion: v1
  kind: Node
  metadata: {name: m, labels: {kubernetes.io/os: linux, kubernetes.io/hostname: host-m, zone: three, pool: z}}
"#;

const PLACED: &str = r#"
- {pod: {}, lands: true}
# Labels as they are, and not as they are described.
- {pod: {nodeSelector: {zone: one}}, lands: true}
- {pod: {nodeSelector: {zone: three}}, lands: false}
- {pod: {nodeSelector: {kubernetes.io/hostname: host-a}}, lands: true}
- {pod: {nodeSelector: {kubernetes.io/hostname: host-m}}, lands: false}
- {pod: {nodeSelector: {kubernetes.io/arch: amd64}}, lands: false}
- {pod: {}, terms: [{matchExpressions: [{key: kubernetes.io/arch, operator: DoesNotExist}]}], lands: true}
# What Kubernetes itself writes on a node does not stay, what a person writes does.
- {pod: {nodeSelector: {zone: two}}, lands: false}
- {pod: {nodeSelector: {zone: two}, tolerations: [{key: dedicated, value: batch}]}, lands: true}
- {pod: {nodeSelector: {zone: two}, tolerations: [{key: dedicated, value: web}]}, lands: false}
# One node has to fit in every way.
- {pod: {nodeSelector: {zone: one, pool: y}, tolerations: [{operator: Exists}]}, lands: false}
- {pod: {nodeSelector: {zone: one, pool: x}}, lands: true}
- {pod: {}, terms: [{matchExpressions: [{key: pool, operator: NotIn, values: [x]}]}], lands: false}
- {pod: {tolerations: [{operator: Exists}]}, terms: [{matchExpressions: [{key: pool, operator: NotIn, values: [x]}]}], lands: true}
- {pod: {tolerations: [{operator: Exists}]}, terms: [{matchExpressions: [{key: pool, operator: NotIn, values: [x, y]}]}], lands: false}
# matchFields know the name.
- {pod: {}, terms: [{matchFields: [{key: metadata.name, operator: In, values: [a]}]}], lands: true}
- {pod: {}, terms: [{matchFields: [{key: metadata.name, operator: In, values: [m]}]}], lands: false}
- {pod: {}, terms: [{matchFields: [{key: metadata.name, operator: In, values: [b]}]}], lands: false}
- {pod: {}, terms: [{matchFields: [{key: metadata.name, operator: NotIn, values: [a]}]}], lands: false}
- {pod: {}, terms: [{matchFields: [{key: metadata.name, operator: NotIn, values: [m]}]}], lands: true}
- {pod: {}, terms: [{matchFields: [{key: metadata.name, operator: In, values: [m]}]}, {matchExpressions: [{key: zone, operator: Exists}]}], lands: true}
# "If the nodeName field is not empty, the scheduler ignores the Pod. Using nodeName overrules using nodeSelector or affinity."
- {pod: {nodeName: a}, lands: true}
- {pod: {nodeName: b}, lands: true}
- {pod: {nodeName: m}, lands: false}
- {pod: {nodeName: gone}, lands: false}
- {pod: {nodeName: b, nodeSelector: {zone: three}}, lands: true}
- {pod: {nodeName: m, nodeSelector: {zone: one}}, lands: false}
- {pod: {nodeName: ""}, lands: true}
"#;

#[test]
fn a_pod_lands_on_the_nodes_that_are_there() {
    let nodes: Vec<Value> = yaml(NODES);
    let cases: Vec<Placed> = yaml(PLACED);
    for case in cases {
        let mut spec = bad_spec();
        overlay(&mut spec, &case.pod);
        if let Some(terms) = case.terms {
            spec["affinity"] = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}});
        }
        // The settings describe nodes that nothing lands on: they do not matter where nodes are found.
        let settings = json!({"nodeKind": "mixed", "lookups": ["Node"],
            "virtualNodes": {"taints": [{"key": "nobody", "effect": "NoSchedule"}]}});
        for kind in KINDS.iter().filter(|kind| kind.name != "DaemonSet") {
            let response = validate_in(&nodes, &payload(&create(&kind.object(spec.clone())), &settings));
            if case.lands {
                assert_eq!(annotation(&response, "denied"), "host-pid", "{}: {spec}", kind.name);
            } else {
                assert_eq!(response, json!({"accepted": true}), "{}: {spec}", kind.name);
            }
        }
    }
}

/// A host that does not know label selectors answers with all nodes.
#[test]
fn a_managed_node_in_the_answer_is_no_virtual_one() {
    let nodes: Vec<Value> = yaml(NODES);
    let settings = json!({"nodeKind": "mixed", "lookups": ["Node"]});
    for (more, lands) in [
        (json!({"nodeName": "a"}), true),
        (json!({"nodeName": "m"}), false),
        (json!({"nodeSelector": {"zone": "one"}}), true),
        (json!({"nodeSelector": {"zone": "three"}}), false),
    ] {
        let mut spec = bad_spec();
        overlay(&mut spec, &more);
        let cluster = Witness::answering(Lookup::Node, text(&json!({"items": nodes})));
        let request = create(&kind_named("Pod").object(spec));
        let response = validate_with(&cluster, &payload(&request, &settings));
        assert_eq!(response["accepted"], !lands, "{more}: {response}");
    }
}

#[test]
fn the_description_decides_where_no_virtual_node_is_found() {
    let mut spec = bad_spec();
    spec["nodeSelector"] = json!({"pool": "virtual"});
    let request = create(&kind_named("Pod").object(spec));
    let settings =
        |pool: &str| json!({"nodeKind": "mixed", "lookups": ["Node"], "virtualNodes": {"labels": {"pool": pool}}});
    assert_eq!(validate_in(&[], &payload(&request, &settings("virtual")))["code"], 403);
    assert_eq!(validate_in(&[], &payload(&request, &settings("other"))), json!({"accepted": true}));
}

/// The nodes may be others than described: a pod of which only the description says that it cannot land there is not
/// passed in silence.
#[test]
fn a_failed_look_up_of_nodes_is_no_silent_yes_for_a_pod_that_cannot_land_by_description() {
    let mut spec = bad_spec();
    spec["nodeSelector"] = json!({"zone": "one"});
    let request = create(&kind_named("Pod").object(spec));
    let mut settings = json!({"nodeKind": "mixed", "lookups": ["Node"]});
    let line = "the policy could not look up Nodes in the cluster";
    let response = validate_with(&Witness::new(Err(Unanswered::Failed)), &payload(&request, &settings));
    assert_eq!(response["accepted"], true);
    assert!(message(&response).contains(line), "{response}");
    settings["onLookupFailure"] = json!("deny");
    let response = validate_with(&Witness::new(Err(Unanswered::Failed)), &payload(&request, &settings));
    assert_eq!(response["code"], 403, "{response}");
    assert!(message(&response).contains(line), "{response}");
}

// Connections.

/// The pod `shop/web` as the cluster has it.
fn running(spec: &Value) -> Value {
    let mut pod = kind_named("Pod").object(good_spec());
    overlay(&mut pod["spec"], spec);
    pod
}

#[test]
fn a_connection_is_denied_where_the_pod_runs_on_a_virtual_node() {
    let nodes: Vec<Value> = yaml(NODES);
    let keeps_off = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms":
        [{"matchExpressions": [{"key": "node-role.kubernetes.io/virtual-node", "operator": "DoesNotExist"}]}]}}});
    for (spec, lookups, denied) in [
        (json!({"nodeName": "a"}), json!(["Pod", "Node"]), true),
        (json!({"nodeName": "b"}), json!(["Node", "Pod"]), true),
        (json!({"nodeName": "m"}), json!(["Pod", "Node"]), false),
        (json!({"nodeName": "m", "nodeSelector": {"pool": "x"}}), json!(["Pod", "Node"]), false),
        // A pod that waits for its node.
        (json!({}), json!(["Pod", "Node"]), true),
        (json!({"nodeSelector": {"pool": "z"}}), json!(["Pod", "Node"]), false),
        // Without the nodes, what the pod asks for must do.
        (json!({"nodeName": "a", "nodeSelector": {"node-role.kubernetes.io/virtual-node": ""}}), json!(["Pod"]), true),
        (json!({"nodeName": "m", "nodeSelector": {"pool": "z"}}), json!(["Pod"]), false),
        (json!({"nodeName": "m", "affinity": keeps_off}), json!(["Pod"]), false),
    ] {
        let mut cluster = nodes.clone();
        cluster.push(running(&spec));
        for subresource in CONNECTIONS {
            let settings = json!({"nodeKind": "mixed", "lookups": lookups});
            let response = validate_in(&cluster, &payload(&connect(subresource), &settings));
            if denied {
                let alone = answer(&connect(subresource), &json!({}));
                assert_eq!(response, alone, "{subresource}, {spec}: as where all nodes are virtual");
            } else {
                assert_eq!(response, json!({"accepted": true}), "{subresource}, {spec}");
            }
        }
    }
}

#[test]
fn a_connection_to_an_unknown_place_warns() {
    let nodes: Vec<Value> = yaml(NODES);
    let mut other = running(&json!({"nodeName": "a"}));
    other["metadata"]["namespace"] = json!("other");
    for (cluster, lookups) in
        [(vec![], json!(["Pod", "Node"])), (vec![other], json!(["Pod"])), (nodes, json!(["Node"])), (vec![], json!([]))]
    {
        for subresource in CONNECTIONS {
            let settings = json!({"nodeKind": "mixed", "lookups": lookups, "onLookupFailure": "deny"});
            let response = validate_in(&cluster, &payload(&connect(subresource), &settings));
            let alone = answer(&connect(subresource), &json!({}));
            assert_eq!(response["accepted"], true, "{subresource}, {lookups}: {response}");
            assert_eq!(annotation(&response, "warned"), annotation(&alone, "denied"), "{subresource}, {lookups}");
            let lines: Vec<_> = message(&alone).lines().filter_map(|line| line.strip_prefix("- ")).collect();
            assert_eq!(warnings(&response), lines, "{subresource}, {lookups}");
        }
    }
}

/// The fields of a mask that the pod does not have are not there: it asks for nothing, and can be anywhere.
#[test]
fn a_connection_to_a_pod_without_any_constraint_is_judged() {
    let settings = json!({"nodeKind": "mixed", "lookups": ["Pod"]});
    for pod in [json!({"apiVersion": "v1", "kind": "Pod", "spec": {}}), json!({"spec": {"nodeName": "a"}})] {
        let response =
            validate_with(&Witness::answering(Lookup::Pod, text(&pod)), &payload(&connect("exec"), &settings));
        assert_eq!(annotation(&response, "denied"), "exec", "{pod}: {response}");
    }
}

/// The pod is found, and whether its node is virtual is not.
#[test]
fn a_connection_is_not_accepted_in_silence_where_nodes_cannot_be_looked_up() {
    for spec in [json!({"nodeName": "m"}), json!({"nodeName": "m", "nodeSelector": {"pool": "z"}})] {
        for (failing, accepted) in [("warn", None), ("deny", Some(false))] {
            let cluster = Witness::answering(Lookup::Pod, text(&running(&spec)));
            let settings = json!({"nodeKind": "mixed", "lookups": ["Pod", "Node"], "onLookupFailure": failing});
            let response = validate_with(&cluster, &payload(&connect("exec"), &settings));
            let said = format!("{}{}", message(&response), warnings(&response).concat());
            assert!(said.contains("could not look up Nodes"), "{spec}, {failing}: {response}");
            assert!(accepted.is_none_or(|accepted| response["accepted"] == accepted), "{spec}, {failing}: {response}");
        }
    }
}

// Namespaces.

fn in_namespace(labels: &Value, pod_labels: &Value) -> Value {
    let mut pod = kind_named("Pod").object(good_spec());
    pod["metadata"]["labels"] = pod_labels.clone();
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}});
    validate_in(&[namespace], &payload(&create(&pod), &json!({"lookups": ["Namespace"]})))
}

/// Istio: the label `istio.io/dataplane-mode: none` on a pod takes it out of the ambient mesh of its namespace.
#[test]
fn a_pod_opts_out_of_the_ambient_mesh_by_its_own_label() {
    let ambient = json!({"istio.io/dataplane-mode": "ambient"});
    assert_eq!(in_namespace(&ambient, &json!({"istio.io/dataplane-mode": "none"})), json!({"accepted": true}));
}

/// Istio: `sidecar.istio.io/inject` is about the sidecar, which the ambient mesh does not have.
#[test]
fn a_pod_without_a_sidecar_is_in_the_ambient_mesh_all_the_same() {
    let ambient = json!({"istio.io/dataplane-mode": "ambient"});
    let response = in_namespace(&ambient, &json!({"sidecar.istio.io/inject": "false"}));
    assert_eq!(annotation(&response, "denied"), "service-mesh", "{response}");
}

/// A running pod has its containers: no proxy is put into it any more.
#[test]
fn the_namespace_of_a_running_pod_does_not_matter() {
    let pod = kind_named("Pod").object(good_spec());
    let cluster = Witness::new(Err(Unanswered::Failed));
    let response = validate_with(&cluster, &payload(&update(&pod, &pod), &json!({"lookups": ["Namespace"]})));
    assert_eq!(response, json!({"accepted": true}));
    assert_eq!(cluster.questions(), []);
}
