//! Which questions are asked, and how often.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::common::clusters::Witness;
use crate::common::fixtures::fixtures;
use crate::common::policy::{Lookup, LookupError};
use crate::common::{
    CONNECTIONS, connect, create, good_spec, kind_named, overlay, payload, reviews, update, validate_with,
};
use crate::support::text;

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
            // So that the object is fixed, and judged again.
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
        "platform": "2026-08-28",
        "rules": {"persistent-volume-claim": {"allowStorageClasses": ["fss"]}, "placement": {"mutate": true}},
    })
}

/// Settings under which everything is looked up, with what other settings say of the rules.
fn with_everything(settings: &Value) -> Value {
    let mut all = settings.clone();
    overlay(&mut all, &curious());
    if settings["rules"].is_object() {
        overlay(&mut all["rules"], &settings["rules"]);
    }
    all
}

/// Every request of the recorded reviews and of the cases of the rules, with its settings.
fn everything() -> Vec<(String, Value, Value)> {
    let mut all: Vec<_> = reviews().into_iter().map(|(name, request)| (name, request, json!({}))).collect();
    for (rule, fixture) in fixtures() {
        for case in fixture.cases() {
            let settings = case.settings();
            let planted = case.plant().into_iter().take(2);
            all.extend(
                planted.map(|one| (format!("{rule}, {}, {}", case.name, one.place), one.request, settings.clone())),
            );
        }
    }
    all.extend(CONNECTIONS.map(|subresource| (subresource.to_owned(), connect(subresource), json!({}))));
    all.push(("curious".to_owned(), create(&curious_pod()), json!({})));
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "shop"},
        "spec": {"volumeName": "pv", "storageClassName": "", "accessModes": ["ReadWriteMany"]}});
    all.push(("a claim of a volume".to_owned(), create(&claim), json!({})));
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
                let cluster = Witness::new(Err(LookupError::Failed));
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
        let cluster = Witness::new(Err(LookupError::Failed));
        validate_with(&cluster, &payload(&request, &settings));
        // A class or a volume is asked for once a claim names it, and claims are not looked up here.
        let is_asked = !matches!(kind, Lookup::Pod | Lookup::StorageClass | Lookup::PersistentVolume);
        let expected: Vec<_> = is_asked.then(|| (kind.name().to_owned(), 1)).into_iter().collect();
        assert_eq!(cluster.counts().into_iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn nothing_is_asked_that_nobody_needs() {
    let asked = |request: &Value, settings: &Value| {
        let cluster = Witness::new(Err(LookupError::Failed));
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

/// What is of a namespace cannot be asked for where the request has none.
#[test]
fn nothing_of_a_namespace_is_asked_without_one() {
    let mut pod = create(&curious_pod());
    let mut connection = connect("exec");
    for request in [&mut pod, &mut connection] {
        for none in [Value::Null, json!("")] {
            request["namespace"] = none;
            let cluster = Witness::answering(Lookup::Node, Ok(Vec::new()));
            validate_with(&cluster, &payload(request, &curious()));
            assert!(cluster.counts().into_keys().all(|kind| kind == "Node"), "{:?}", cluster.counts());
        }
    }
}

#[test]
fn each_kind_is_asked_for_at_most_once() {
    let empty = || text(&json!({"items": []}));
    let node = json!({"metadata": {"name": "10.0.10.2", "labels": {"node-role.kubernetes.io/virtual-node": ""}}});
    let mut seen = BTreeMap::new();
    for (name, request, settings) in everything() {
        let settings = with_everything(&settings);
        for otherwise in [Err(LookupError::Failed), Err(LookupError::Missing), empty(), Ok(b"garbage".to_vec())] {
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
                "field_masks": ["metadata.name", "metadata.annotations", "spec.storageClassName", "spec.volumeName",
                    "spec.accessModes"]}),
        ),
    ];
    let sorted = |mut questions: Vec<(String, Value)>| {
        questions.sort_by_key(|(_, question)| question.to_string());
        questions
    };
    let cluster = Witness::new(Err(LookupError::Failed));
    validate_with(&cluster, &payload(&create(&curious_pod()), &curious()));
    let expected = expected.map(|(capability, question)| (capability.to_owned(), question));
    assert_eq!(sorted(cluster.questions()), sorted(expected.to_vec()));

    let cluster = Witness::new(Err(LookupError::Failed));
    validate_with(&cluster, &payload(&connect("exec"), &curious()));
    let pod = json!({"api_version": "v1", "kind": "Pod", "name": "web", "namespace": "shop", "disable_cache": false,
        "field_masks": ["spec.nodeName", "spec.nodeSelector", "spec.affinity.nodeAffinity", "spec.tolerations"]});
    assert_eq!(cluster.questions(), [("get_resource".to_owned(), pod)]);
}

#[test]
fn of_a_claim_only_the_class_is_asked_for_where_there_is_no_file_storage() {
    let cluster = Witness::new(Err(LookupError::Failed));
    let rules = json!({"persistent-volume-claim": {"allowStorageClasses": ["fss"]}});
    let settings = json!({"lookups": ["PersistentVolumeClaim"], "rules": rules});
    validate_with(&cluster, &payload(&create(&curious_pod()), &settings));
    let fields = json!(["metadata.name", "metadata.annotations", "spec.storageClassName"]);
    assert_eq!(cluster.questions().iter().map(|(_, question)| &question["field_masks"]).collect::<Vec<_>>(), [&fields]);
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
        let cluster = Witness::new(Err(LookupError::Failed));
        validate_with(&cluster, &payload(&create(&kind_named("Job").object(good_spec())), &settings));
        let questions = cluster.questions();
        assert_eq!(questions.len(), 1);
        assert_eq!(questions[0].1["label_selector"], selector);
    }
}

/// Whatever is asked of a Secret, its data stays where it is.
#[test]
fn the_data_of_a_secret_never_crosses_over() {
    for (name, request, settings) in everything() {
        let settings = with_everything(&settings);
        let cluster = Witness::new(Err(LookupError::Failed));
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
