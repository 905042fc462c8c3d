//! Whom each field of an exemption covers.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::common::{
    CONNECTIONS, KINDS, annotation, answer, bad_spec, connect, create, data, good_spec, kind_named, update,
};
use crate::support::{exempting, request};

fn is_exempted(request: &Value, settings: &Value) -> bool {
    let response = answer(request, settings);
    if response["accepted"] == true {
        assert_eq!(response, json!({"accepted": true, "audit_annotations": {"exempted": "host-pid"}}), "{settings}");
    } else {
        assert_eq!(response["audit_annotations"], json!({"denied": "host-pid"}), "{settings}: {response}");
    }
    response["accepted"] == true
}

/// The fields of an exemption, and whether it covers the request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    fields: Value,
    covers: bool,
}

#[test]
fn an_exemption_covers_what_its_fields_say() {
    let cases: Vec<Case> = data("exemptions/fields.yaml");
    assert!(cases.len() > 45);
    for case in cases {
        assert_eq!(is_exempted(&request(), &exempting(&case.fields)), case.covers, "{}", case.fields);
    }
}

/// All given fields must match: each one alone can keep an exemption from covering.
#[test]
fn every_field_must_match() {
    let fields = [
        ("namespaces", json!(["sh*"]), json!(["other"])),
        ("names", json!(["w*"]), json!(["other"])),
        ("kinds", json!(["Deployment"]), json!(["Job"])),
        ("labels", json!({"team": "a"}), json!({"team": "b"})),
        ("users", json!(["jane"]), json!(["john"])),
        ("groups", json!(["developers"]), json!(["system:masters"])),
        ("rules", json!(["host-pid"]), json!(["host-ipc"])),
    ];
    // Every choice of fields, and in each every one of them that does not match.
    for chosen in 1_u32..1 << fields.len() {
        let is_chosen = |index: usize| chosen & (1 << index) != 0;
        let exemption = |wrong: Option<usize>| {
            let mut exemption = json!({});
            for (index, (name, right, not)) in fields.iter().enumerate().filter(|(index, _)| is_chosen(*index)) {
                exemption[name] = if wrong == Some(index) { not } else { right }.clone();
            }
            exempting(&exemption)
        };
        assert!(is_exempted(&request(), &exemption(None)));
        for index in (0..fields.len()).filter(|index| is_chosen(*index)) {
            assert!(!is_exempted(&request(), &exemption(Some(index))));
        }
    }
}

#[test]
fn one_exemption_is_enough() {
    let settings = |names: &[&str]| {
        let exemptions: Vec<_> = names.iter().map(|name| json!({"names": [name], "reason": "r"})).collect();
        json!({"exemptions": exemptions})
    };
    assert!(is_exempted(&request(), &settings(&["other", "web"])));
    assert!(is_exempted(&request(), &settings(&["web", "other"])));
    assert!(!is_exempted(&request(), &settings(&["other", "another"])));
    assert!(!is_exempted(&request(), &json!({"exemptions": []})));
    assert!(!is_exempted(&request(), &json!({"exemptions": null})));
    // Two do not add up to one.
    let settings = json!({"exemptions": [
        {"names": ["web"], "namespaces": ["other"], "reason": "r"},
        {"names": ["other"], "namespaces": ["shop"], "reason": "r"},
    ]});
    assert!(!is_exempted(&request(), &settings));
}

#[test]
fn a_field_that_the_request_does_not_have_matches_nothing() {
    for (field, value) in [("users", json!(["jane"])), ("groups", json!(["developers"]))] {
        for user in
            [json!(null), json!({}), json!({"username": null, "groups": null}), json!({"username": "", "groups": []})]
        {
            let mut request = request();
            request["userInfo"] = user;
            assert!(!is_exempted(&request, &exempting(&json!({field: value}))), "{field}");
            request.as_object_mut().expect("a request").remove("userInfo");
            assert!(!is_exempted(&request, &exempting(&json!({field: value}))), "{field}");
        }
    }
    let mut request = request();
    for labels in [json!(null), json!({}), json!({"team": null})] {
        request["object"]["metadata"]["labels"] = labels;
        assert!(!is_exempted(&request, &exempting(&json!({"labels": {"team": "a"}}))));
    }
    // A label without a value is one.
    request["object"]["metadata"]["labels"] = json!({"team": ""});
    assert!(is_exempted(&request, &exempting(&json!({"labels": {"team": ""}}))));
}

#[test]
fn objects_without_a_namespace_are_in_none() {
    let volume =
        json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "data"}, "spec": {"nfs": {}}});
    let denied = |fields: Value| annotation(&answer(&create(&volume), &exempting(&fields)), "denied").to_owned();
    assert_eq!(denied(json!({"namespaces": ["shop"]})), "persistent-volume");
    assert_eq!(denied(json!({"names": ["data"]})), "");
    assert_eq!(denied(json!({"kinds": ["PersistentVolume"]})), "");
}

#[test]
fn kinds_are_those_of_the_request() {
    for kind in &KINDS {
        let request = create(&kind.object(bad_spec()));
        for other in &KINDS {
            let response = answer(&request, &exempting(&json!({"kinds": [other.name]})));
            assert_eq!(response["accepted"] == true, kind.name == other.name, "{} and {}", kind.name, other.name);
        }
    }
    // Custom resources and connections have kinds too.
    let custom = json!({"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "web"}});
    let response = answer(&create(&custom), &exempting(&json!({"kinds": ["VirtualService"]})));
    assert_eq!(response, json!({"accepted": true, "audit_annotations": {"exempted": "service-mesh"}}));
    for subresource in CONNECTIONS {
        let request = connect(subresource);
        let id = annotation(&answer(&request, &json!({})), "denied").to_owned();
        for fields in [
            json!({"kinds": [request["kind"]["kind"]]}),
            json!({"names": ["web"]}),
            json!({"namespaces": ["shop"]}),
            json!({"users": ["somebody"]}),
            json!({"rules": [id]}),
        ] {
            let response = answer(&request, &exempting(&fields));
            assert_eq!(response, json!({"accepted": true, "audit_annotations": {"exempted": id}}), "{fields}");
        }
        let response = answer(&request, &exempting(&json!({"kinds": ["Pod"]})));
        assert_eq!(response["code"], 403, "a connection is no pod");
        let response = answer(&request, &exempting(&json!({"labels": {"app": "web"}})));
        assert_eq!(response["code"], 403, "a connection has no labels");
    }
}

/// A mutating policy sees such a pod before it has its name.
#[test]
fn a_name_that_will_be_made_is_like_what_it_starts_with() {
    let mut pod = kind_named("Pod").object(bad_spec());
    pod["metadata"] = json!({"generateName": "web-5d8f-", "namespace": "shop"});
    for (pattern, covers) in [("web-*", true), ("web-5d8f-*", true), ("web-5d8f-x7k2p", false), ("other-*", false)] {
        assert_eq!(is_exempted(&create(&pod), &exempting(&json!({"names": [pattern]}))), covers, "{pattern}");
    }
    // The name counts where there is one.
    pod["metadata"]["name"] = json!("web-5d8f-x7k2p");
    for (pattern, covers) in [("web-5d8f-x7k2p", true), ("web-*", true), ("*-y", false)] {
        assert_eq!(is_exempted(&create(&pod), &exempting(&json!({"names": [pattern]}))), covers, "{pattern}");
    }
}

#[test]
fn an_update_is_exempt_as_a_creation_is() {
    let old = kind_named("Deployment").object(good_spec());
    let new = kind_named("Deployment").object(bad_spec());
    assert!(is_exempted(&update(&new, &old), &exempting(&json!({"names": ["web"]}))));
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"type": "NodePort", "externalTrafficPolicy": "Local"}});
    let request = update(&service, &service);
    let response = answer(&request, &exempting(&json!({"names": ["web"]})));
    let expected = json!({"accepted": true, "audit_annotations": {"exempted": "external-traffic-policy"}});
    assert_eq!(response, expected, "what was there before does not even warn");
}

/// Where fixes are on, a Service without the annotation gets one: an improvement, and no finding.
#[test]
fn what_was_not_found_is_not_exempted() {
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"type": "LoadBalancer"}});
    let mut settings = exempting(&json!({"names": ["web"]}));
    assert_eq!(answer(&create(&service), &settings), json!({"accepted": true}));
    settings["mutate"] = json!("full");
    let response = answer(&create(&service), &settings);
    assert_eq!(response["mutated_object"], Value::Null, "an exemption leaves the object alone: {response}");
    assert_ne!(answer(&create(&service), &json!({"mutate": "full"}))["mutated_object"], Value::Null);
}
