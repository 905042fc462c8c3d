//! The examples in the documentation: what the rule finds in the first, and the requests of `e2e.bats` that are made of both.

use std::fs;

use serde_json::{Map, Value, json};

use crate::common::policy::{Level, RULES, Rule};
use crate::common::{Recorded, repository, yaml};
use crate::support::{annotations, clean, found, ids, respond};

/// Rules whose example cannot be valid without something that another rule finds.
const COMPANIONS: [(&str, &str); 1] = [
    // A device can only come from a claim.
    ("volume-devices", "persistent-volume-claim"),
];

#[test]
fn what_fails_is_found_by_its_rule_alone() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let response = respond(&Recorded(&cluster_of(rule)), &found(rule), &settings_of(rule));
        let (denied, warned) = annotations(&response);
        let expected = match rule.strict {
            Level::Deny => (companions(rule).join(","), String::new()),
            _ => (String::new(), rule.id.to_owned()),
        };
        if (denied.clone(), warned.clone()) != expected {
            wrong.push(format!("{}: denied {denied:?}, warned {warned:?}: {response}", rule.id));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_is_fixed_yields_nothing() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let response = respond(&Recorded(&cluster_of(rule)), &clean(rule), &settings_of(rule));
        if response != json!({"accepted": true}) {
            wrong.push(format!("{}: {response}", rule.id));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_requests_of_e2e_bats_are_those_of_the_examples() {
    let bless = std::env::var_os("BLESS").is_some_and(|value| !value.is_empty());
    let directory = repository("test_data/e2e");
    let mut stale = Vec::new();
    for rule in RULES {
        let directory = directory.join(rule.id);
        for (name, request) in [("found.json", found(rule)), ("clean.json", clean(rule))] {
            let file = directory.join(name);
            // By value: the order of keys depends on which features of serde_json are on.
            let kept = fs::read_to_string(&file).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
            if kept.as_ref() == Some(&request) {
                continue;
            }
            stale.push(file.display().to_string());
            if bless {
                fs::create_dir_all(&directory).unwrap();
                fs::write(&file, format!("{}\n", serde_json::to_string_pretty(&sorted(request)).unwrap())).unwrap();
            }
        }
        let file = directory.join("expected");
        let expected = expected_of(rule);
        if fs::read_to_string(&file).ok().as_ref() != Some(&expected) {
            stale.push(file.display().to_string());
            if bless {
                fs::write(&file, expected).unwrap();
            }
        }
    }
    if directory.exists() {
        for entry in fs::read_dir(&directory).unwrap() {
            let entry = entry.unwrap();
            if !ids().any(|id| entry.file_name() == *id) {
                stale.push(entry.path().display().to_string());
                if bless {
                    fs::remove_dir_all(entry.path()).unwrap();
                }
            }
        }
    }
    assert!(bless || stale.is_empty(), "stale, run with BLESS=1 to write them anew:\n{}", stale.join("\n"));
}

/// What comes of a rule's example: a word that is a function of e2e.bats, and the rules.
fn expected_of(rule: &Rule) -> String {
    match rule.strict {
        Level::Deny => format!("denied {}\n", companions(rule).join(",")),
        _ => format!("warned {}\n", rule.id),
    }
}

/// The rule and what its example cannot do without, sorted.
fn companions(rule: &Rule) -> Vec<&'static str> {
    let mut ids: Vec<_> = COMPANIONS.iter().filter(|(id, _)| *id == rule.id).map(|(_, companion)| *companion).collect();
    ids.push(rule.id);
    ids.sort_unstable();
    ids
}

/// The settings under which a rule finds its example.
fn settings_of(rule: &Rule) -> Value {
    match rule.id {
        "image-pull-secret-type" => json!({"lookups": ["Secret"]}),
        _ => json!({}),
    }
}

/// What is in the cluster that the example of a rule speaks of.
fn cluster_of(rule: &Rule) -> Vec<Value> {
    match rule.id {
        "image-pull-secret-type" => yaml(
            "
- {apiVersion: v1, kind: Secret, metadata: {name: opaque, namespace: shop}, type: Opaque}
- {apiVersion: v1, kind: Secret, metadata: {name: registry, namespace: shop}, type: kubernetes.io/dockerconfigjson}
",
        ),
        _ => Vec::new(),
    }
}

/// The same value, with the keys of all objects in order, however serde_json keeps them.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> = object.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(entries.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        value => value,
    }
}
