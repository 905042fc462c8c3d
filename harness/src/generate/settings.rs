//! Random settings and answers of the cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::schema;
use super::value::{anything, chance, disturb, odd_text, pick, shaped};
use crate::corpus::{Case, Corpus};
use crate::kinds::{at, overlay};
use crate::sample::{Answer, Answers};

const NAMES: &[&str] = &["web", "web-*", "w*b", "web-0", "*eb"];
const NAMESPACES: &[&str] = &["shop", "kube-*", "sh*"];
const KINDS: &[&str] = &["Pod", "Deployment", "Service", "PodExecOptions", "Widget"];
const LOOKUPS: &[&str] = &["Node", "Pod", "Secret", "PersistentVolumeClaim", "Namespace"];

/// Returns random settings. They can contain errors if `is_odd` is true.
pub fn settings(rng: &mut Rng, corpus: &Corpus, cases: &[&Case], is_odd: bool) -> Value {
    let mut settings = json!({});
    if !chance(rng, 25) {
        one_by_one(rng, corpus, cases, &mut settings);
    }
    if cases.iter().any(|case| case.is_fix) && chance(rng, 85) {
        overlay(&mut settings, &json!({"mutate": "full", "mutateTemplates": chance(rng, 80)}));
    }
    for case in cases {
        if chance(rng, 85) {
            overlay(&mut settings, &case.value["settings"]);
        }
    }
    if is_odd {
        for _ in 0..=rng.usize(..2) {
            match rng.u8(..7) {
                0 => settings[odd_text(rng)] = anything(rng, 2),
                1 => {
                    let rule = *pick(rng, &["host-pdi", "placement", "hostpid", ""]);
                    *at(&mut settings, &["rules", rule]) = anything(rng, 1);
                }
                2 => settings[*pick(rng, &["profil", "nodekind", "Mutate", "exemption"])] = json!("strict"),
                3 => {
                    let open = [
                        json!({"reason": "x"}),
                        json!({"names": ["*"], "reason": "x"}),
                        json!({"kinds": ["Deploymnt"]}),
                    ];
                    settings["exemptions"] = json!([pick(rng, &open)]);
                }
                _ => disturb(rng, &mut settings),
            }
            if !settings.is_object() {
                return settings;
            }
        }
    }
    settings
}

fn one_by_one(rng: &mut Rng, corpus: &Corpus, cases: &[&Case], settings: &mut Value) {
    let choices: [(&str, u8, &[Value]); 8] = [
        ("profile", 40, &[json!("strict"), json!("tolerant"), json!("tolerant"), Value::Null]),
        ("mutate", 50, &[json!("off"), json!("safe"), json!("full"), json!("full"), json!(false)]),
        ("mutateTemplates", 45, &[json!(true), json!(true), json!(false), Value::Null]),
        ("annotate", 40, &[json!(true), json!(false)]),
        ("allowAnnotations", 40, &[json!(true), json!(true), json!(false)]),
        ("helpUrl", 20, &[json!("https://example.com/help"), json!(""), json!("http://x")]),
        ("nodeKind", 55, &[json!("mixed"), json!("mixed"), json!("mixed"), json!("virtual"), json!("managed")]),
        ("onLookupFailure", 30, &[json!("deny"), json!("warn")]),
    ];
    for (key, percent, values) in choices {
        if chance(rng, percent) {
            settings[key] = pick(rng, values).clone();
        }
    }
    if settings["nodeKind"] == "mixed" && chance(rng, 60) {
        settings["virtualNodes"] = virtual_nodes(rng);
    }
    if chance(rng, 60) {
        settings["lookups"] = (0..rng.usize(1..=5)).map(|_| json!(pick(rng, LOOKUPS))).collect();
    }
    if chance(rng, 20) {
        settings["exemptions"] = (0..rng.usize(..=2)).map(|_| exemption(rng, corpus, cases)).collect();
    }
    let mut rules = Map::new();
    if chance(rng, 50) {
        for _ in 0..rng.usize(..=5) {
            let id = pick(rng, &corpus.rules).clone();
            let has_fix = corpus.cases.iter().any(|case| case.is_fix && case.rule == id);
            rules.insert(id, rule(rng, has_fix));
        }
    }
    if chance(rng, 35) {
        rules.insert("placement".to_owned(), json!({"mutate": chance(rng, 85)}));
    }
    if !rules.is_empty() {
        settings["rules"] = rules.into();
    }
}

fn rule(rng: &mut Rng, has_fix: bool) -> Value {
    let level = json!(*pick(rng, &["deny", "warn", "off"]));
    match rng.u8(..10) {
        0..5 => level,
        5..7 => json!({"level": level}),
        7 => json!({"level": level, "mutate": false}),
        8 => json!({"mutate": has_fix}),
        _ => (*pick(rng, &[json!(false), json!({}), Value::Null])).clone(),
    }
}

fn virtual_nodes(rng: &mut Rng) -> Value {
    let mut nodes = json!({});
    if chance(rng, 60) {
        nodes["labels"] = shaped(rng, &schema::LABELS);
    }
    if chance(rng, 60) {
        let taint = |rng: &mut Rng| {
            let mut taint = json!({"key": "virtual", "effect": "NoSchedule"});
            overlay(&mut taint, &shaped(rng, &schema::TAINT));
            taint
        };
        nodes["taints"] = (0..rng.usize(..3)).map(|_| taint(rng)).collect();
    }
    nodes
}

fn exemption(rng: &mut Rng, corpus: &Corpus, cases: &[&Case]) -> Value {
    let mut exemption = json!({"reason": "it was asked for"});
    let mut list = |rng: &mut Rng, key: &str, percent, names: &[&str]| {
        if chance(rng, percent) {
            exemption[key] = (0..=rng.usize(..2)).map(|_| json!(pick(rng, names))).collect();
        }
    };
    // An exemption that matches everything is an error, so it always has one of these.
    let always = rng.usize(..3);
    let percent = |index, percent| if index == always { 100 } else { percent };
    list(rng, "namespaces", percent(0, 30), NAMESPACES);
    list(rng, "names", percent(1, 30), NAMES);
    list(rng, "kinds", 20, KINDS);
    list(rng, "users", 10, &["somebody", "admin", "system:serviceaccount:shop:web"]);
    list(rng, "groups", 15, &["system:authenticated", "system:masters"]);
    let of_cases = cases.iter().map(|case| case.rule.as_str());
    let rules: Vec<&str> = corpus.rules.iter().map(String::as_str).chain(["placement"]).collect();
    let mut rules = if chance(rng, 60) { of_cases.collect() } else { rules };
    rules.push("placement");
    list(rng, "rules", percent(2, 30), &rules);
    if chance(rng, 15) {
        exemption["labels"] = json!({"app": "web"});
    }
    exemption
}

/// Returns answers to all look-ups.
pub fn answers(rng: &mut Rng, cases: &[&Case]) -> Answers {
    if let Some(case) = cases.iter().find(|case| case.value.get("cluster").is_some())
        && chance(rng, 80)
    {
        return case.answers();
    }
    let mut answers = BTreeMap::new();
    for kind in LOOKUPS {
        let answer = match rng.u8(..20) {
            0 | 1 => Answer::Failed,
            2 | 3 => Answer::Missing,
            4 => Answer::Text((*pick(rng, &["", "null", "[]", "{", "{\"items\": null}", "not JSON", "{}"])).to_owned()),
            _ => {
                let mut value = answer(rng, kind);
                if chance(rng, 15) {
                    disturb(rng, &mut value);
                }
                Answer::Text(value.to_string())
            }
        };
        answers.insert((*kind).to_owned(), answer);
    }
    Arc::new(answers)
}

fn answer(rng: &mut Rng, kind: &str) -> Value {
    let list = |rng: &mut Rng, item: &mut dyn FnMut(&mut Rng) -> Value| -> Value {
        json!({"apiVersion": "v1", "items": (0..rng.usize(..4)).map(|_| item(rng)).collect::<Vec<_>>()})
    };
    const OBJECTS: &[&str] = &["registry", "data", "web", "a", "main"];
    match kind {
        "Node" => list(rng, &mut |rng| {
            let mut node = shaped(rng, &schema::NODE);
            if chance(rng, 60) {
                *at(&mut node, &["metadata", "labels", "node-role.kubernetes.io/virtual-node"]) = json!("");
            }
            node
        }),
        "Secret" => list(rng, &mut |rng| {
            let kinds = ["Opaque", "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"];
            json!({"metadata": {"name": pick(rng, OBJECTS)}, "type": pick(rng, &kinds)})
        }),
        "PersistentVolumeClaim" => list(rng, &mut |rng| {
            let mut metadata = shaped(rng, &schema::METADATA);
            metadata["name"] = json!(pick(rng, OBJECTS));
            json!({"metadata": metadata, "spec": shaped(rng, &schema::CLAIM)})
        }),
        "Namespace" => json!({"kind": "Namespace", "metadata": shaped(rng, &schema::METADATA)}),
        _ => json!({"kind": "Pod", "metadata": shaped(rng, &schema::METADATA), "spec": shaped(rng, &schema::POD)}),
    }
}
