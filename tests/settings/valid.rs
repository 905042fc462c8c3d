//! What is valid, and what a level does.

use serde_json::{Value, json};

use crate::common::fixtures::fixtures;
use crate::common::policy::{KNOWN_KINDS, Level, ParameterKind, RULES, settings_errors};
use crate::common::{Found, create, findings_and_response, findings_in, good_spec, kind_named, overlay, validate};
use crate::support::{assert_valid, errors};

fn bad_spec() -> Value {
    let mut spec = good_spec();
    overlay(&mut spec, &json!({"hostPID": true, "terminationGracePeriodSeconds": 60}));
    spec["containers"][0]["securityContext"] = json!({"seccompProfile": {"type": "RuntimeDefault"}});
    spec
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
                ParameterKind::Number(first, last) => vec![json!(first), json!(last), json!(first.to_string())],
            };
            for value in values {
                for settings in [json!({parameter.name: value}), json!({"level": "warn", parameter.name: value})] {
                    let settings = json!({"rules": {rule.id: settings}});
                    // A parameter may make a good Pod a bad one.
                    assert_eq!(settings_errors(Some(&settings.to_string())), None, "{settings}");
                }
            }
        }
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
            let mut settings = case.settings();
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
