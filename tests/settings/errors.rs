//! Every error, with its place and what is expected there.

use serde_json::{Value, json};

use crate::common::policy::{RULES, settings_keys};
use crate::common::{create, good_spec, kind_named, payload, validate};
use crate::support::{assert_errors, errors, errors_of};

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
    // The settings don't accept the rule that reports annotations.
    assert!(errors(&json!({"rules": {"exemption": "off"}})).contains("rules.exemption: unknown rule"));
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
