//! The settings: what is valid, every error with its place and what is expected there, and what a level does.

mod common;

use common::fixtures::fixtures;
use common::policy::{KNOWN_KINDS, Level, ParameterKind, RULES, settings_errors, settings_keys};
use common::{Found, create, findings_and_response, findings_in, good_spec, kind_named, overlay, payload, validate};
use serde_json::{Value, json};

fn errors(settings: &Value) -> String {
    errors_of(&settings.to_string())
}

fn errors_of(json: &str) -> String {
    settings_errors(Some(json)).unwrap_or_else(|| panic!("these settings are valid: {json}"))
}

fn assert_valid(settings: &Value) {
    assert_eq!(settings_errors(Some(&settings.to_string())), None, "{settings}");
    let request = create(&kind_named("Pod").object(good_spec()));
    assert_eq!(validate(&payload(&request, settings)), json!({"accepted": true}), "{settings}");
}

#[test]
fn nothing_is_valid() {
    for settings in [
        json!(null),
        json!({}),
        json!({"profile": null, "nodeKind": null, "helpUrl": null, "rules": null, "mutate": null}),
        json!({"helpUrl": ""}),
        json!({"rules": {}}),
        json!({"rules": {"host-port": null}}),
        json!({"rules": {"host-port": {}}}),
        json!({"rules": {"host-port": {"level": null}}}),
        json!({"rules": {"volume-type": {"allow": []}, "persistent-volume-claim": {"allowStorageClasses": null}}}),
        json!({"virtualNodes": null, "lookups": null, "onLookupFailure": null, "exemptions": null, "allowAnnotations": null}),
        json!({"virtualNodes": {}, "lookups": [], "exemptions": [], "allowAnnotations": false}),
        json!({"virtualNodes": {"labels": null, "taints": null}}),
        json!({"virtualNodes": {"labels": {}, "taints": []}}),
        json!({"virtualNodes": {"labels": {"pool": null}}}),
        json!({"rules": {"placement": null}}),
        json!({"rules": {"placement": {}}}),
        json!({"rules": {"placement": {"mutate": null}}}),
    ] {
        assert_valid(&settings);
    }
    assert_eq!(settings_errors(None), None);
    assert_eq!(settings_errors(Some("")), None);
    let request = create(&kind_named("Pod").object(good_spec()));
    assert_eq!(validate(&json!({"request": request}).to_string()), json!({"accepted": true}), "no settings at all");
}

#[test]
fn every_setting_is_valid() {
    for settings in [
        json!({"profile": "strict"}),
        json!({"profile": "tolerant"}),
        json!({"nodeKind": "virtual"}),
        json!({"nodeKind": "managed"}),
        json!({"helpUrl": "https://wiki.example.com/oke?a=b#c"}),
        json!({"helpUrl": "http://wiki"}),
        json!({"nodeKind": "mixed"}),
        json!({"nodeKind": "mixed", "virtualNodes": {"labels": {"pool": "virtual", "other": ""}}}),
        // Nothing else says that it must be mixed.
        json!({"nodeKind": "virtual", "virtualNodes": {"labels": {"pool": "virtual"}}, "rules": {"placement": {"mutate": true}}}),
        json!({"virtualNodes": {"taints": [{"key": "a", "value": "b", "effect": "NoSchedule"}]}}),
        json!({"virtualNodes": {"taints": [{"key": "a", "effect": "NoExecute"}, {"key": "a", "effect": "PreferNoSchedule"}]}}),
        json!({"virtualNodes": {"taints": [{"key": "a", "value": null, "effect": "NoSchedule"}]}}),
        json!({"virtualNodes": {"taints": [{"key": "a", "value": "", "effect": "NoSchedule"}]}}),
        json!({"lookups": ["Node", "Pod", "Secret", "PersistentVolumeClaim", "Namespace"]}),
        json!({"lookups": ["Secret", "Secret"]}),
        json!({"onLookupFailure": "deny"}),
        json!({"onLookupFailure": "warn"}),
        json!({"allowAnnotations": true}),
        json!({"rules": {"placement": {"mutate": true}}}),
        json!({"rules": {"placement": {"mutate": false}}}),
        json!({"exemptions": [{"names": ["a"], "reason": "r"}]}),
        json!({"exemptions": [{"namespaces": ["kube-*"], "reason": "r"}, {"rules": ["host-pid"], "reason": "r"}]}),
        json!({"exemptions": [{"kinds": ["Deployment", "PodExecOptions", "Widget"], "reason": "r"}]}),
        json!({"exemptions": [{"users": ["system:serviceaccount:a:b"], "groups": ["c"], "labels": {"d": "e"}, "reason": "r"}]}),
        json!({"exemptions": [{"names": ["*"], "namespaces": ["**"], "kinds": ["Pod"], "reason": "r"}]}),
        json!({"exemptions": [{"names": ["*a*"], "namespaces": ["*"], "kinds": [], "labels": null, "reason": " r "}]}),
    ] {
        assert_valid(&settings);
    }
    for rule in RULES {
        assert_valid(&json!({"exemptions": [{"rules": [rule.id], "reason": "r"}]}));
    }
    for info in KNOWN_KINDS {
        assert_valid(&json!({"exemptions": [{"kinds": [info.name], "reason": "r"}]}));
    }
    for rule in RULES {
        for level in ["deny", "warn", "off"] {
            assert_valid(&json!({"rules": {rule.id: level}}));
            assert_valid(&json!({"rules": {rule.id: {"level": level}}}));
        }
        for parameter in rule.parameters {
            let values = match parameter.kind {
                ParameterKind::Names => vec![json!([]), json!(["a"]), json!(["a", "b"])],
                ParameterKind::Choice(choices) => choices.iter().map(|choice| json!(choice)).collect(),
                ParameterKind::PortRange => vec![json!("1-65535"), json!("30000-32767"), json!("80-80")],
                ParameterKind::Quantity => vec![json!("500m"), json!("1Gi"), json!("1"), json!(2), json!("")],
            };
            for value in values {
                assert_valid(&json!({"rules": {rule.id: {parameter.name: value}}}));
                assert_valid(&json!({"rules": {rule.id: {"level": "warn", parameter.name: value}}}));
            }
        }
    }
}

#[test]
fn an_unknown_setting_is_an_error_that_says_what_was_meant() {
    let cases = [
        (json!({"profil": "strict"}), "profil: unknown setting, did you mean \"profile\"?"),
        (json!({"Profile": "strict"}), "Profile: unknown setting, did you mean \"profile\"?"),
        (json!({"nodekind": "virtual"}), "nodekind: unknown setting, did you mean \"nodeKind\"?"),
        (json!({"help_url": ""}), "help_url: unknown setting, did you mean \"helpUrl\"?"),
        (json!({"rule": {}}), "rule: unknown setting, did you mean \"rules\"?"),
        (json!({"rules": {"hostport": "off"}}), "rules.hostport: unknown rule, did you mean \"host-port\"?"),
        (json!({"rules": {"Host-Port": "off"}}), "rules.Host-Port: unknown rule, did you mean \"host-port\"?"),
        (
            json!({"rules": {"init-container": "off"}}),
            "rules.init-container: unknown rule, did you mean \"init-containers\"?",
        ),
        (
            json!({"rules": {"emptydir-sizelimit": "off"}}),
            "rules.emptydir-sizelimit: unknown rule, did you mean \"emptydir-size-limit\"?",
        ),
        (
            json!({"rules": {"host-port": {"levels": "off"}}}),
            "rules.host-port.levels: unknown setting, did you mean \"level\"?",
        ),
        (
            json!({"rules": {"volume-type": {"allows": []}}}),
            "rules.volume-type.allows: unknown setting, did you mean \"allow\"?",
        ),
        (
            json!({"rules": {"persistent-volume-claim": {"allowStorageClass": []}}}),
            "rules.persistent-volume-claim.allowStorageClass: unknown setting, did you mean \"allowStorageClasses\"?",
        ),
    ];
    for (settings, line) in cases {
        assert_eq!(errors(&settings), format!("the settings have 1 error\n- {line}"), "{settings}");
    }
    for settings in [json!({"quite different": 1}), json!({"": 1}), json!({"rules": {"quite different": 1}})] {
        let message = errors(&settings);
        assert!(message.contains(": unknown "), "{message}");
        assert!(!message.contains("did you mean"), "nothing is like it: {message}");
    }
    // A parameter of one rule is none of another.
    assert!(errors(&json!({"rules": {"host-port": {"allow": []}}})).contains("rules.host-port.allow: unknown setting"));
}

#[test]
fn every_name_is_offered_for_a_name_that_is_like_it() {
    for key in settings_keys() {
        let message = errors(&json!({format!("{key}x"): null, format!("x{key}"): 1}));
        assert!(message.ends_with(&format!("did you mean \"{key}\"?")), "{message}");
    }
    for rule in RULES {
        let id = rule.id;
        let message = errors(&json!({"rules": {format!("x{id}"): "off"}}));
        assert_eq!(message, format!("the settings have 1 error\n- rules.x{id}: unknown rule, did you mean \"{id}\"?"));
        for parameter in rule.parameters.iter().map(|parameter| parameter.name).filter(|name| name.len() > 3) {
            let message = errors(&json!({"rules": {id: {format!("{parameter}x"): 1}}}));
            assert!(message.ends_with(&format!("unknown setting, did you mean \"{parameter}\"?")), "{message}");
        }
    }
}

#[test]
fn a_wrong_type_or_value_is_an_error_that_says_what_is_expected() {
    let choice = |path: &str, choices: &str, found: &str| format!("{path}: expected {choices}, found {found}");
    let profiles = "\"strict\" or \"tolerant\"";
    let kinds = "\"virtual\" or \"managed\"";
    let levels = "\"deny\", \"warn\" or \"off\"";
    let cases = [
        (json!([]), "the settings: expected an object, found a list".to_owned()),
        (json!(5), "the settings: expected an object, found a number".to_owned()),
        (json!(true), "the settings: expected an object, found a boolean".to_owned()),
        (json!("strict"), "the settings: expected an object, found another string".to_owned()),
        (json!({"profile": "lax"}), choice("profile", profiles, "another string")),
        (json!({"profile": "Strict"}), choice("profile", profiles, "another string")),
        (json!({"profile": ""}), choice("profile", profiles, "another string")),
        (json!({"profile": 1}), choice("profile", profiles, "a number")),
        (json!({"profile": ["strict"]}), choice("profile", profiles, "a list")),
        (json!({"profile": true}), choice("profile", profiles, "a boolean")),
        (json!({"nodeKind": {}}), choice("nodeKind", kinds, "an object")),
        (json!({"nodeKind": "physical"}), choice("nodeKind", kinds, "another string")),
        (json!({"rules": []}), choice("rules", "an object", "a list")),
        (json!({"rules": "off"}), choice("rules", "an object", "another string")),
        (
            json!({"rules": {"host-port": "no"}}),
            choice("rules.host-port", &format!("{levels}, or an object"), "another string"),
        ),
        (
            json!({"rules": {"host-port": true}}),
            choice("rules.host-port", &format!("{levels}, or an object"), "a boolean"),
        ),
        (
            json!({"rules": {"host-port": ["off"]}}),
            choice("rules.host-port", &format!("{levels}, or an object"), "a list"),
        ),
        (
            json!({"rules": {"host-port": ""}}),
            choice("rules.host-port", &format!("{levels}, or an object"), "another string"),
        ),
        (json!({"rules": {"host-port": {"level": "Deny"}}}), choice("rules.host-port.level", levels, "another string")),
        (json!({"rules": {"host-port": {"level": 0}}}), choice("rules.host-port.level", levels, "a number")),
        (
            json!({"rules": {"volume-type": {"allow": "nfs"}}}),
            choice("rules.volume-type.allow", "a list of strings", "another string"),
        ),
        (
            json!({"rules": {"volume-type": {"allow": {}}}}),
            choice("rules.volume-type.allow", "a list of strings", "an object"),
        ),
        (
            json!({"rules": {"volume-type": {"allow": [1]}}}),
            choice("rules.volume-type.allow[0]", "a string", "a number"),
        ),
        (
            json!({"rules": {"volume-type": {"allow": ["nfs", null]}}}),
            choice("rules.volume-type.allow[1]", "a string", "nothing"),
        ),
        (
            json!({"rules": {"volume-type": {"allow": ["nfs", ""]}}}),
            "rules.volume-type.allow[1]: expected a name, found an empty string".to_owned(),
        ),
    ];
    for (settings, line) in cases {
        let message = errors(&settings);
        // A later version may take further values.
        let (path, rest) = line.split_once(": expected ").unwrap();
        let start = format!("the settings have 1 error\n- {path}: expected ");
        assert!(message.starts_with(&start), "{settings}: {message}");
        let (expected, found) = rest.rsplit_once(", found ").unwrap();
        assert!(message.ends_with(&format!(", found {found}")), "{settings}: {message}");
        for value in expected.split([',', ' ']).filter(|word| word.starts_with('"')) {
            assert!(message.contains(value), "{settings}: {value} is not offered in {message}");
        }
    }
    for range in ["", "x", "30000", "30000-", "-1", "2-1", "0-1", "1-65536", "1-2-3", "1:2", "a-b"] {
        let message = errors(&json!({"rules": {"node-port-conflict": {"nodePortRange": range}}}));
        assert_eq!(
            message,
            "the settings have 1 error\n- rules.node-port-conflict.nodePortRange: expected a range of ports such as \"30000-32767\"",
            "{range:?}"
        );
    }
    for range in [json!(30000), json!([1, 2]), json!({})] {
        assert!(
            errors(&json!({"rules": {"node-port-conflict": {"nodePortRange": range}}}))
                .contains("expected a range of ports")
        );
    }
    for quantity in [json!("x"), json!("0"), json!("-1"), json!("1 Gi"), json!(0), json!(true), json!([]), json!({})] {
        let message = errors(&json!({"rules": {"missing-resources": {"cpu": quantity}}}));
        assert!(
            message.starts_with("the settings have 1 error\n- rules.missing-resources.cpu: expected a quantity"),
            "{message}"
        );
    }
    for medium in [json!("memory"), json!("HugePages"), json!(1)] {
        let message = errors(&json!({"rules": {"emptydir-medium": {"medium": medium}}}));
        assert!(
            message
                .starts_with("the settings have 1 error\n- rules.emptydir-medium.medium: expected \"\" or \"Memory\""),
            "{message}"
        );
    }
    let long = format!("https://{}", "x".repeat(9000));
    for url in [
        json!("wiki"),
        json!("ftp://x"),
        json!("https://"),
        json!("javascript:alert(1)"),
        json!("https://a b"),
        json!("https://a\nb"),
        json!("https://ä"),
        json!(long),
        json!(5),
        json!(["https://x"]),
    ] {
        let message = errors(&json!({"helpUrl": url}));
        assert!(message.starts_with("the settings have 1 error\n- helpUrl: expected a URL"), "{message}");
    }
}

/// Checks that settings have these errors and no others, in any order.
fn assert_errors(settings: &Value, expected: &[&str]) {
    let message = errors(settings);
    let (heading, lines) = message.split_once('\n').unwrap_or_else(|| panic!("{settings}: {message}"));
    let mut lines: Vec<_> = lines.lines().map(|line| line.strip_prefix("- ").unwrap_or(line)).collect();
    let mut expected = expected.to_vec();
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected, "{settings}");
    let plural = if expected.len() == 1 { "" } else { "s" };
    assert_eq!(heading, format!("the settings have {} error{plural}", expected.len()), "{settings}");
}

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
            vec!["virtualNodes.taints[0].key: a taint needs it", "virtualNodes.taints[0].effect: a taint needs it"],
        ),
        (taint(json!({"key": "a"})), vec!["virtualNodes.taints[0].effect: a taint needs it"]),
        (taint(json!({"key": "a", "effect": null})), vec!["virtualNodes.taints[0].effect: a taint needs it"]),
        (taint(json!({"effect": "NoSchedule"})), vec!["virtualNodes.taints[0].key: a taint needs it"]),
        (taint(json!({"key": null, "effect": "NoSchedule"})), vec!["virtualNodes.taints[0].key: a taint needs it"]),
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
    let kinds = "\"Node\", \"Pod\", \"Secret\", \"PersistentVolumeClaim\" or \"Namespace\"";
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
fn the_fix_that_belongs_to_no_rule_has_one_setting() {
    for (value, line) in [
        (json!("off"), "rules.placement: expected an object, found another string"),
        (json!(true), "rules.placement: expected an object, found a boolean"),
        (json!({"mutate": "full"}), "rules.placement.mutate: expected true or false, found another string"),
        (json!({"mutat": true}), "rules.placement.mutat: unknown setting, did you mean \"mutate\"?"),
        (json!({"level": "deny"}), "rules.placement.level: unknown setting, known are mutate"),
    ] {
        assert_errors(&json!({"rules": {"placement": value}}), &[line]);
    }
    assert_errors(&json!({"rules": {"placment": {}}}), &["rules.placment: unknown rule, did you mean \"placement\"?"]);
    // What speaks of annotations is no rule of the settings.
    assert!(errors(&json!({"rules": {"exemption": "off"}})).contains("rules.exemption: unknown rule"));
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

const OPEN: &str =
    "exemptions[0]: an exemption that matches everything switches the policy off, use nodeKind managed for that";

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

/// What is offered for a name must be one.
#[test]
fn what_an_error_offers_is_valid() {
    for wrong in RULES.iter().map(|rule| rule.id).chain(["placement"]) {
        let message = errors(&json!({"exemptions": [{"rules": [format!("x{wrong}")], "reason": "r"}]}));
        let Some((_, offered)) = message.split_once("did you mean \"") else { continue };
        let offered = offered.trim_end_matches("\"?");
        assert_valid(&json!({"exemptions": [{"rules": [offered], "reason": "r"}]}));
    }
    for info in KNOWN_KINDS {
        let message = errors(&json!({"exemptions": [{"kinds": [format!("{}x", info.name)], "reason": "r"}]}));
        assert!(message.ends_with(&format!("did you mean \"{}\"?", info.name)), "{message}");
    }
}

#[test]
fn all_errors_come_in_one_message() {
    let settings = json!({
        "profil": "x",
        "nodeKind": 5,
        "helpUrl": "wiki",
        "rules": {
            "host-prt": "off",
            "host-port": "never",
            "volume-type": {"allow": [1, "", "nfs"], "level": "x", "alow": 1},
            "node-port-conflict": {"nodePortRange": "x"},
        },
    });
    let message = errors(&settings);
    let mut lines = message.lines();
    assert_eq!(lines.next(), Some("the settings have 10 errors"));
    let mut paths: Vec<_> = lines.map(|line| line.strip_prefix("- ").unwrap().split(": ").next().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "helpUrl",
            "nodeKind",
            "profil",
            "rules.host-port",
            "rules.host-prt",
            "rules.node-port-conflict.nodePortRange",
            "rules.volume-type.allow[0]",
            "rules.volume-type.allow[1]",
            "rules.volume-type.alow",
            "rules.volume-type.level",
        ]
    );
}

#[test]
fn what_is_no_json_is_an_error_too() {
    for json in ["{", "x", "{\"a\": }", "{} {}", "'strict'", "profile: strict"] {
        assert!(errors_of(json).contains("settings"), "{json}");
    }
}

#[test]
fn a_request_with_bad_settings_is_rejected_with_their_errors() {
    let bad = [
        json!({"profil": "x"}),
        json!([]),
        json!("strict"),
        json!({"rules": {"host-port": "never", "x": 1}, "helpUrl": 5}),
        json!({"nodeKind": "managed", "profile": "lax"}),
    ];
    for settings in &bad {
        for object in [
            kind_named("Pod").object(good_spec()),
            json!({"apiVersion": "example.com/v1", "kind": "Widget"}),
            json!("garbage"),
        ] {
            let response = validate(&payload(&create(&object), settings));
            assert_eq!(response["accepted"], false, "{settings}");
            assert_eq!(response["message"], errors(settings), "{settings}");
            assert!(response["code"].is_number());
        }
    }
}

#[test]
fn hostile_settings_fit_into_the_message() {
    let many: Value = (0..5000).map(|index| (format!("x{index}"), json!(1))).collect::<serde_json::Map<_, _>>().into();
    for settings in [
        json!({"x".repeat(100_000): 1}),
        many,
        json!({"rules": {"y".repeat(100_000): 1}}),
        json!({"profile": "z".repeat(100_000)}),
        json!({"virtualNodes": {"labels": {"l".repeat(100_000): 1}}}),
        json!({"exemptions": [{"rules": ["r".repeat(100_000)], "kinds": ["k".repeat(100_000)], "\u{e4}": 1}]}),
        json!({"exemptions": (0..5000).map(|_| json!({})).collect::<Vec<_>>()}),
        json!({"lookups": (0..5000).map(|index| json!(format!("x{index}"))).collect::<Vec<_>>()}),
    ] {
        let response = validate(&payload(&create(&kind_named("Pod").object(good_spec())), &settings));
        let message = response["message"].as_str().unwrap();
        assert!(message.len() <= 8192, "{} bytes", message.len());
        assert!(message.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')));
    }
}

fn bad_spec() -> Value {
    let mut spec = good_spec();
    overlay(&mut spec, &json!({"hostPID": true, "terminationGracePeriodSeconds": 60}));
    spec["containers"][0]["securityContext"] = json!({"seccompProfile": {"type": "RuntimeDefault"}});
    spec
}

#[test]
fn a_level_of_the_settings_overrides_the_profile() {
    let request = create(&kind_named("Job").object(bad_spec()));
    let levels = |settings: Value| {
        let found = findings_and_response(&request, &settings);
        let level = |rule: &str| found.iter().find(|found| found.rule == rule).map(|found| found.level.name());
        ["host-pid", "termination-grace-period", "unlisted-security-context"].map(level)
    };
    let (deny, warn) = (Some("deny"), Some("warn"));
    assert_eq!(levels(json!({})), [deny, deny, warn]);
    assert_eq!(levels(json!({"profile": "strict"})), [deny, deny, warn]);
    assert_eq!(levels(json!({"profile": "tolerant"})), [deny, warn, None]);
    assert_eq!(levels(json!({"rules": {"host-pid": "warn"}})), [warn, deny, warn]);
    assert_eq!(levels(json!({"rules": {"host-pid": {"level": "off"}}})), [None, deny, warn]);
    let all = json!({"host-pid": "off", "termination-grace-period": "off", "unlisted-security-context": "deny"});
    for profile in ["strict", "tolerant"] {
        assert_eq!(levels(json!({"profile": profile, "rules": all})), [None, None, deny]);
        assert_eq!(levels(json!({"rules": all, "profile": profile})), [None, None, deny], "the order does not matter");
    }
    assert_eq!(levels(json!({"rules": {"host-pid": {}, "termination-grace-period": null}})), [deny, deny, warn]);
}

#[test]
fn every_rule_can_be_set_to_every_level() {
    for (rule, fixture) in fixtures() {
        let case =
            fixture.finds.iter().find(|case| case.level.is_none()).expect("a case that has the rule's own level");
        let planted = &case.plant()[0];
        for level in Level::ALL {
            let mut settings = case.settings.clone().unwrap_or(json!({}));
            if !settings["rules"].is_object() {
                settings["rules"] = json!({});
            }
            if !settings["rules"][&rule].is_object() {
                settings["rules"][&rule] = json!({});
            }
            settings["rules"][&rule]["level"] = json!(level.name());
            let found = findings_in(&case.cluster, &planted.request, &settings);
            let of_rule: Vec<&Found> = found.iter().filter(|found| found.rule == rule).collect();
            assert_eq!(of_rule.is_empty(), level == Level::Off, "{rule} at {}", level.name());
            assert!(of_rule.iter().all(|found| found.level == level), "{rule} at {}", level.name());
        }
    }
}
