//! The settings that are objects: virtual nodes, look-ups and exemptions.

use serde_json::{Value, json};

use crate::common::overlay;
use crate::support::{assert_errors, errors};

const OPEN: &str =
    "exemptions[0]: an exemption that matches everything switches the policy off, use nodeKind managed for that";

#[test]
fn virtual_nodes_are_described_in_full() {
    let taint = |taint: Value| json!({"virtualNodes": {"taints": [taint]}});
    let effects = "\"NoSchedule\", \"PreferNoSchedule\" or \"NoExecute\"";
    let effect = format!("virtualNodes.taints[0].effect: expected {effects}, found");
    let other_string = format!("{effect} another string");
    let number = format!("{effect} a number");
    let cases: Vec<(Value, Vec<&str>)> = vec![
        (json!({"virtualNodes": []}), vec!["virtualNodes: expected an object, found a list"]),
        (json!({"virtualNodes": "x"}), vec!["virtualNodes: expected an object, found another string"]),
        (json!({"virtualNodes": true}), vec!["virtualNodes: expected an object, found a boolean"]),
        (json!({"virtualNode": {}}), vec!["virtualNode: unknown setting, did you mean \"virtualNodes\"?"]),
        (json!({"virtualNodes": {"label": {}}}), vec!["virtualNodes.label: unknown setting, did you mean \"labels\"?"]),
        (json!({"virtualNodes": {"taint": []}}), vec!["virtualNodes.taint: unknown setting, did you mean \"taints\"?"]),
        (json!({"virtualNodes": {"names": []}}), vec!["virtualNodes.names: unknown setting, known are labels, taints"]),
        (json!({"virtualNodes": {"labels": []}}), vec!["virtualNodes.labels: expected an object, found a list"]),
        (
            json!({"virtualNodes": {"labels": "pool=virtual"}}),
            vec!["virtualNodes.labels: expected an object, found another string"],
        ),
        (
            json!({"virtualNodes": {"labels": {"a": 1, "b": true, "c": "d"}}}),
            vec![
                "virtualNodes.labels.a: expected a string, found a number",
                "virtualNodes.labels.b: expected a string, found a boolean",
            ],
        ),
        (
            json!({"virtualNodes": {"taints": {}}}),
            vec!["virtualNodes.taints: expected a list of objects, found an object"],
        ),
        (
            json!({"virtualNodes": {"taints": "a=b:NoSchedule"}}),
            vec!["virtualNodes.taints: expected a list of objects, found another string"],
        ),
        (taint(json!("a:NoSchedule")), vec!["virtualNodes.taints[0]: expected an object, found another string"]),
        (
            taint(json!({})),
            vec![
                "virtualNodes.taints[0].key: required in a taint",
                "virtualNodes.taints[0].effect: required in a taint",
            ],
        ),
        (taint(json!({"key": "a"})), vec!["virtualNodes.taints[0].effect: required in a taint"]),
        (taint(json!({"key": "a", "effect": null})), vec!["virtualNodes.taints[0].effect: required in a taint"]),
        (taint(json!({"effect": "NoSchedule"})), vec!["virtualNodes.taints[0].key: required in a taint"]),
        (taint(json!({"key": null, "effect": "NoSchedule"})), vec!["virtualNodes.taints[0].key: required in a taint"]),
        (
            taint(json!({"key": "", "effect": "NoSchedule"})),
            vec!["virtualNodes.taints[0].key: expected a name, found an empty string"],
        ),
        (
            taint(json!({"key": 1, "effect": "NoSchedule"})),
            vec!["virtualNodes.taints[0].key: expected a string, found a number"],
        ),
        (
            taint(json!({"key": "a", "value": 1, "effect": "NoSchedule"})),
            vec!["virtualNodes.taints[0].value: expected a string, found a number"],
        ),
        (taint(json!({"key": "a", "effect": "noSchedule"})), vec![&other_string]),
        (taint(json!({"key": "a", "effect": ""})), vec![&other_string]),
        (taint(json!({"key": "a", "effect": 1})), vec![&number]),
        (
            taint(json!({"key": "a", "efect": "NoSchedule", "effect": "NoSchedule"})),
            vec!["virtualNodes.taints[0].efect: unknown setting, did you mean \"effect\"?"],
        ),
        (
            taint(json!({"key": "a", "effect": "NoSchedule", "tolerationSeconds": 3})),
            vec!["virtualNodes.taints[0].tolerationSeconds: unknown setting, known are key, value, effect"],
        ),
    ];
    for (settings, lines) in cases {
        assert_errors(&settings, &lines);
    }
}

#[test]
fn look_ups_are_of_kinds_that_are_known() {
    let kinds = "\"Node\", \"Pod\", \"Secret\", \"PersistentVolumeClaim\", \"Namespace\", \"StorageClass\" or \"PersistentVolume\"";
    let entry = |index: usize, found: &str| format!("lookups[{index}]: expected {kinds}, found {found}");
    for (value, lines) in [
        (json!("Node"), vec!["lookups: expected a list of strings, found another string".to_owned()]),
        (json!({"Node": true}), vec!["lookups: expected a list of strings, found an object".to_owned()]),
        (json!(true), vec!["lookups: expected a list of strings, found a boolean".to_owned()]),
        (json!(["node"]), vec![entry(0, "another string")]),
        (json!(["Nodes"]), vec![entry(0, "another string")]),
        (json!(["ConfigMap"]), vec![entry(0, "another string")]),
        (json!([""]), vec![entry(0, "another string")]),
        (json!(["Node", "*", 5]), vec![entry(1, "another string"), entry(2, "a number")]),
        (json!([null]), vec![entry(0, "nothing")]),
    ] {
        assert_errors(&json!({"lookups": value}), &lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
    for (value, found) in [
        (json!("off"), "another string"),
        (json!(""), "another string"),
        (json!(false), "a boolean"),
        (json!([]), "a list"),
    ] {
        assert_errors(
            &json!({"onLookupFailure": value}),
            &[&format!("onLookupFailure: expected \"deny\" or \"warn\", found {found}")],
        );
    }
    for value in [json!("true"), json!(1), json!([])] {
        assert!(
            errors(&json!({"allowAnnotations": value})).contains("- allowAnnotations: expected true or false, found ")
        );
    }
    assert_errors(&json!({"lookup": []}), &["lookup: unknown setting, did you mean \"lookups\"?"]);
    assert_errors(
        &json!({"onLookupFailures": "warn", "allowAnnotation": true}),
        &[
            "onLookupFailures: unknown setting, did you mean \"onLookupFailure\"?",
            "allowAnnotation: unknown setting, did you mean \"allowAnnotations\"?",
        ],
    );
}

#[test]
fn exemptions_are_lists_of_names_with_a_reason() {
    let with = |fields: Value| {
        let mut exemption = json!({"names": ["web"], "reason": "r"});
        overlay(&mut exemption, &fields);
        json!({"exemptions": [exemption]})
    };
    let reason = "exemptions[0].reason: an exemption needs a reason";
    let cases: Vec<(Value, Vec<&str>)> = vec![
        (json!({"exemptions": {}}), vec!["exemptions: expected a list of objects, found an object"]),
        (json!({"exemptions": "web"}), vec!["exemptions: expected a list of objects, found another string"]),
        (json!({"exemptions": ["web"]}), vec!["exemptions[0]: expected an object, found another string"]),
        (json!({"exemptions": [["web"]]}), vec!["exemptions[0]: expected an object, found a list"]),
        (json!({"exemptions": [{"names": ["web"]}]}), vec![reason]),
        (with(json!({"kinds": ["Pod", "*"]})), vec!["exemptions[0].kinds[1]: only namespaces and names take *"]),
        (with(json!({"users": ["system:*"]})), vec!["exemptions[0].users[0]: only namespaces and names take *"]),
        (with(json!({"reason": null})), vec![reason]),
        (with(json!({"reason": ""})), vec![reason]),
        (with(json!({"reason": " \t\n "})), vec![reason]),
        (with(json!({"reason": 5})), vec!["exemptions[0].reason: expected a string, found a number"]),
        (with(json!({"reason": ["r"]})), vec!["exemptions[0].reason: expected a string, found a list"]),
        (with(json!({"kind": ["Pod"]})), vec!["exemptions[0].kind: unknown setting, did you mean \"kinds\"?"]),
        (with(json!({"Names": ["a"]})), vec!["exemptions[0].Names: unknown setting, did you mean \"names\"?"]),
        (
            with(json!({"namespace": ["a"]})),
            vec!["exemptions[0].namespace: unknown setting, did you mean \"namespaces\"?"],
        ),
        (
            with(json!({"annotations": {}})),
            vec![
                "exemptions[0].annotations: unknown setting, known are namespaces, names, kinds, labels, users, groups, \
                 rules, reason",
            ],
        ),
        (
            with(json!({"namespaces": "shop"})),
            vec!["exemptions[0].namespaces: expected a list of strings, found another string"],
        ),
        (with(json!({"users": {"a": "b"}})), vec!["exemptions[0].users: expected a list of strings, found an object"]),
        (
            with(json!({"groups": ["a", 5, "", null]})),
            vec![
                "exemptions[0].groups[1]: expected a string, found a number",
                "exemptions[0].groups[2]: expected a name, found an empty string",
                "exemptions[0].groups[3]: expected a string, found nothing",
            ],
        ),
        (with(json!({"labels": ["team=a"]})), vec!["exemptions[0].labels: expected an object, found a list"]),
        (with(json!({"labels": {"team": 1}})), vec!["exemptions[0].labels.team: expected a string, found a number"]),
        (with(json!({"labels": {"team": ["a"]}})), vec!["exemptions[0].labels.team: expected a string, found a list"]),
        (
            with(json!({"rules": ["hostpid", "host-pid"]})),
            vec!["exemptions[0].rules[0]: unknown rule, did you mean \"host-pid\"?"],
        ),
        (with(json!({"rules": ["quite different"]})), vec!["exemptions[0].rules[0]: unknown rule"]),
        (with(json!({"rules": ["*"]})), vec!["exemptions[0].rules[0]: unknown rule"]),
        (
            with(json!({"kinds": ["deployment"]})),
            vec!["exemptions[0].kinds[0]: unknown kind, did you mean \"Deployment\"?"],
        ),
        (with(json!({"kinds": ["Pod", "Jobs"]})), vec!["exemptions[0].kinds[1]: unknown kind, did you mean \"Job\"?"]),
        (
            with(json!({"kinds": ["Statefulset"]})),
            vec!["exemptions[0].kinds[0]: unknown kind, did you mean \"StatefulSet\"?"],
        ),
        (
            with(json!({"kinds": ["PodExecOption"]})),
            vec!["exemptions[0].kinds[0]: unknown kind, did you mean \"PodExecOptions\"?"],
        ),
        (
            json!({"exemptions": [{"names": ["a"], "reason": "r"}, {"names": ["b"]}, {"rules": ["x"], "reason": "r"}]}),
            vec!["exemptions[1].reason: an exemption needs a reason", "exemptions[2].rules[0]: unknown rule"],
        ),
    ];
    for (settings, lines) in cases {
        assert_errors(&settings, &lines);
    }
}

/// Null in the place of an object asks for nothing, and an exemption that asks for nothing matches everything.
#[test]
fn an_entry_that_is_null_is_an_error() {
    for (settings, path) in [
        (json!({"exemptions": [null]}), "exemptions[0]: "),
        (json!({"exemptions": [{"names": ["a"], "reason": "r"}, null]}), "exemptions[1]: "),
        (json!({"virtualNodes": {"taints": [null]}}), "virtualNodes.taints[0]"),
    ] {
        let message = errors(&settings);
        assert!(message.contains(&format!("\n- {path}")), "{settings}: {message}");
    }
}

#[test]
fn an_exemption_that_matches_everything_is_an_error() {
    for fields in [
        json!({}),
        json!({"names": ["*"]}),
        json!({"namespaces": ["*"]}),
        json!({"names": ["**"], "namespaces": ["***"]}),
        json!({"names": ["*", "*"]}),
        json!({"names": [], "namespaces": [], "kinds": [], "labels": {}, "users": [], "groups": [], "rules": []}),
        json!({"names": null, "namespaces": null, "kinds": null, "labels": null, "users": null, "groups": null, "rules": null}),
        json!({"labels": {"team": null}}),
        json!({"names": ["*"], "labels": {"team": null}, "kinds": []}),
    ] {
        let mut exemption = json!({"reason": "r"});
        overlay(&mut exemption, &fields);
        let settings = json!({"exemptions": [exemption]});
        assert_eq!(errors(&settings), format!("the settings have 1 error\n- {OPEN}"), "{settings}");
    }
    assert_errors(&json!({"exemptions": [{}]}), &[OPEN, "exemptions[0].reason: an exemption needs a reason"]);
}

/// One entry of a list is enough, so a star beside a name leaves nothing for the name to say.
#[test]
fn a_star_beside_a_name_matches_everything_too() {
    for fields in [
        json!({"names": ["*", "web"]}),
        json!({"names": ["web", "*"]}),
        json!({"namespaces": ["shop", "**"], "names": []}),
        json!({"namespaces": ["shop", "*"], "names": ["*", "web"]}),
    ] {
        let mut exemption = json!({"reason": "r"});
        overlay(&mut exemption, &fields);
        let settings = json!({"exemptions": [exemption]});
        assert_eq!(errors(&settings), format!("the settings have 1 error\n- {OPEN}"), "{settings}");
    }
}
