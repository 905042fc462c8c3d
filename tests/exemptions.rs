//! Exemptions: whom each field covers, what an exempted finding no longer does, and the annotation that asks for one.

mod common;

use common::fixtures::fixtures;
use common::policy::Host;
use common::{
    CONNECTIONS, KINDS, annotation, answer, bad_spec, connect, create, good_spec, kind_named, message, overlay,
    payload, reviews, update, validate_in, warnings, yaml,
};
use serde::Deserialize;
use serde_json::{Value, json};

const ANNOTATION: &str = "oke-virtual-nodes.kubewarden.io/exempt";

/// Settings with one exemption, for a reason.
fn exempting(fields: &Value) -> Value {
    let mut exemption = json!({"reason": "it is old"});
    overlay(&mut exemption, fields);
    json!({"exemptions": [exemption]})
}

/// The Deployment `shop/web` of team A, sent by a person, in which `host-pid` is found.
fn request() -> Value {
    let mut object = kind_named("Deployment").object(bad_spec());
    object["metadata"]["labels"] = json!({"team": "a", "tier": "web"});
    // What is only on the template is not on the object.
    object["spec"]["template"]["metadata"]["labels"]["only"] = json!("template");
    let mut request = create(&object);
    request["userInfo"] = json!({"username": "jane", "groups": ["system:authenticated", "developers"], "uid": "7"});
    request
}

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

const CASES: &str = r#"
# Namespaces and names: with stars, whole, and in the case that they have.
- {fields: {namespaces: [shop]}, covers: true}
- {fields: {namespaces: [other]}, covers: false}
- {fields: {namespaces: [other, shop]}, covers: true}
- {fields: {namespaces: [Shop]}, covers: false}
- {fields: {namespaces: [sho]}, covers: false}
- {fields: {namespaces: [hop]}, covers: false}
- {fields: {namespaces: ["sh*"]}, covers: true}
- {fields: {namespaces: ["*op"]}, covers: true}
- {fields: {namespaces: ["s*p"]}, covers: true}
- {fields: {namespaces: ["shop*"]}, covers: true}
- {fields: {namespaces: ["*shop*"]}, covers: true}
- {fields: {namespaces: ["s*h*o*p"]}, covers: true}
- {fields: {namespaces: ["shop-*"]}, covers: false}
- {fields: {namespaces: ["s?op"]}, covers: false}
- {fields: {namespaces: ["sh.*"]}, covers: false}
- {fields: {namespaces: ["[s]hop"]}, covers: false}
- {fields: {names: [web]}, covers: true}
- {fields: {names: [other]}, covers: false}
- {fields: {names: ["w*"]}, covers: true}
- {fields: {names: ["*b"]}, covers: true}
- {fields: {names: ["x*", "w*"]}, covers: true}
- {fields: {names: [shop/web]}, covers: false}
# The others are what they say.
- {fields: {kinds: [Deployment]}, covers: true}
- {fields: {kinds: [StatefulSet]}, covers: false}
- {fields: {kinds: [Pod]}, covers: false}
- {fields: {kinds: [Pod, Deployment]}, covers: true}
- {fields: {users: [jane]}, covers: true}
- {fields: {users: [Jane]}, covers: false}
- {fields: {users: [john, jane]}, covers: true}
- {fields: {users: [developers]}, covers: false}
- {fields: {users: ["7"]}, covers: false}
- {fields: {groups: [developers]}, covers: true}
- {fields: {groups: [system:masters]}, covers: false}
- {fields: {groups: [system:masters, developers]}, covers: true}
- {fields: {groups: [jane]}, covers: false}
- {fields: {labels: {team: a}}, covers: true}
- {fields: {labels: {team: b}}, covers: false}
- {fields: {labels: {team: ""}}, covers: false}
- {fields: {labels: {team: "*"}}, covers: false}
- {fields: {labels: {other: a}}, covers: false}
- {fields: {labels: {team: a, tier: web}}, covers: true}
- {fields: {labels: {team: a, tier: db}}, covers: false}
- {fields: {labels: {only: template}}, covers: false}
- {fields: {rules: [host-pid]}, covers: true}
- {fields: {rules: [host-ipc]}, covers: false}
- {fields: {rules: [host-ipc, host-pid]}, covers: true}
# What is empty asks for nothing.
- {fields: {names: [web], namespaces: [], kinds: [], labels: {}, users: [], groups: [], rules: []}, covers: true}
- {fields: {names: [web], namespaces: null, kinds: null, labels: null, users: null, groups: null, rules: null}, covers: true}
- {fields: {names: [other], namespaces: [], kinds: []}, covers: false}
- {fields: {names: ["*"], namespaces: [shop]}, covers: true}
- {fields: {names: ["**"], namespaces: [other]}, covers: false}
"#;

#[test]
fn an_exemption_covers_what_its_fields_say() {
    let cases: Vec<Case> = yaml(CASES);
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

// What an exempted finding no longer does.

/// A pod with a finding that denies, one that can be mended, and one that warns.
fn mixed_spec() -> Value {
    let mut spec = bad_spec();
    spec["terminationGracePeriodSeconds"] = json!(60);
    spec["containers"][0]["securityContext"] = json!({"seccompProfile": {"type": "RuntimeDefault"}});
    spec
}

#[test]
fn an_exempted_finding_neither_denies_nor_warns() {
    let request = create(&kind_named("Pod").object(mixed_spec()));
    let answer = |rules: &[&str]| answer(&request, &exempting(&json!({"names": ["web"], "rules": rules})));
    let all = answer(&[]);
    let expected = "host-pid,termination-grace-period,unlisted-security-context";
    assert_eq!(all, json!({"accepted": true, "audit_annotations": {"exempted": expected}}));
    assert_eq!(
        answer(&["termination-grace-period", "unlisted-security-context", "host-pid"]),
        all,
        "the order is theirs"
    );

    let one = answer(&["unlisted-security-context"]);
    assert_eq!(
        one["audit_annotations"],
        json!({"denied": "host-pid,termination-grace-period", "exempted": "unlisted-security-context"})
    );
    assert!(message(&one).starts_with("Pod shop/web cannot run on OKE virtual nodes: 2 problems\n"), "{one}");
    assert_eq!(one["warnings"], Value::Null);

    let two = answer(&["host-pid", "termination-grace-period"]);
    assert_eq!(two["accepted"], true);
    assert_eq!(
        two["audit_annotations"],
        json!({"exempted": "host-pid,termination-grace-period", "warned": "unlisted-security-context"})
    );
    assert_eq!(warnings(&two).len(), 1);
    assert_eq!(message(&two), warnings(&two)[0]);

    let unrelated = answer(&["host-ipc"]);
    assert_eq!(annotation(&unrelated, "exempted"), "", "nothing of this rule was found");
    assert_eq!(unrelated, common::answer(&request, &json!({})));
}

#[test]
fn an_exempted_finding_is_not_mended() {
    for templates in [false, true] {
        for kind in ["Pod", "Deployment"] {
            let mut spec = good_spec();
            overlay(&mut spec, &json!({"terminationGracePeriodSeconds": 60, "hostname": "web"}));
            let object = kind_named(kind).object(spec);
            for request in [create(&object), update(&object, &kind_named(kind).object(good_spec()))] {
                let mut settings = exempting(&json!({"names": ["web"], "rules": ["termination-grace-period"]}));
                overlay(&mut settings, &json!({"mutate": "full", "mutateTemplates": templates, "annotate": true}));
                let response = answer(&request, &settings);
                if kind == "Pod" && request["operation"] == "UPDATE" {
                    assert_eq!(response, json!({"accepted": true}));
                    continue;
                }
                assert_eq!(response["accepted"], true, "{response}");
                assert_eq!(annotation(&response, "exempted"), "termination-grace-period", "{kind}");
                assert!(!response.to_string().contains("set to 30"), "{kind}: {response}");
                if kind == "Pod" || templates {
                    let mended = kind_named(kind).spec_of(&mut response["mutated_object"].clone()).take();
                    assert_eq!(mended["terminationGracePeriodSeconds"], 60, "{kind}");
                    assert_eq!(mended["hostname"], Value::Null, "{kind}");
                    assert_eq!(annotation(&response, "fixed"), "hostname");
                } else {
                    assert_eq!(response["mutated_object"], Value::Null);
                    assert_eq!(annotation(&response, "warned"), "hostname");
                }
            }
        }
    }
    // Where nothing else is left, nothing is changed.
    let mut spec = good_spec();
    spec["terminationGracePeriodSeconds"] = json!(60);
    let mut settings = exempting(&json!({"names": ["web"]}));
    settings["mutate"] = json!("full");
    let response = answer(&create(&kind_named("Pod").object(spec)), &settings);
    assert_eq!(response, json!({"accepted": true, "audit_annotations": {"exempted": "termination-grace-period"}}));
}

#[test]
fn an_exempted_finding_keeps_no_pod_off_virtual_nodes() {
    let mut settings = exempting(&json!({"rules": ["host-pid"], "names": ["web"]}));
    overlay(&mut settings, &json!({"nodeKind": "mixed", "rules": {"placement": {"mutate": true}}}));
    let request = create(&kind_named("Pod").object(bad_spec()));
    assert_eq!(answer(&request, &settings), json!({"accepted": true, "audit_annotations": {"exempted": "host-pid"}}));
    let mut spec = bad_spec();
    spec["hostIPC"] = json!(true);
    let response = answer(&create(&kind_named("Pod").object(spec)), &settings);
    assert_eq!(
        response["audit_annotations"],
        json!({"exempted": "host-pid", "fixed": "placement", "warned": "host-ipc"})
    );
}

#[test]
fn where_nothing_is_judged_nothing_is_exempted() {
    let mut settings = exempting(&json!({"names": ["web"]}));
    let request = create(&kind_named("Pod").object(bad_spec()));
    settings["nodeKind"] = json!("managed");
    assert_eq!(answer(&request, &settings), json!({"accepted": true}));
    settings["nodeKind"] = json!("mixed");
    settings["virtualNodes"] = json!({"taints": [{"key": "a", "effect": "NoSchedule"}]});
    assert_eq!(answer(&request, &settings), json!({"accepted": true}), "it cannot land");
    settings["nodeKind"] = json!("virtual");
    settings["rules"] = json!({"host-pid": "off"});
    assert_eq!(answer(&request, &settings), json!({"accepted": true}), "the rule is off");
}

/// Every finding of every rule can be exempted, and nothing else changes with it.
#[test]
fn every_rule_can_be_exempted() {
    for (rule, fixture) in fixtures() {
        for case in &fixture.finds {
            let planted = case.plant().remove(0);
            let mut settings = case.settings.clone().unwrap_or(json!({}));
            let before = validate_in(&case.cluster, &payload(&planted.request, &settings));
            overlay(&mut settings, &exempting(&json!({"rules": [rule]})));
            let after = validate_in(&case.cluster, &payload(&planted.request, &settings));
            let without = |ids: &str| ids.split(',').filter(|id| *id != rule).collect::<Vec<_>>().join(",");
            let name = format!("{rule}, {}", case.name);
            assert_eq!(annotation(&after, "exempted"), rule, "{name}");
            for list in ["denied", "warned"] {
                assert_eq!(annotation(&after, list), without(annotation(&before, list)), "{name}");
            }
            assert!(!message(&after).contains(&format!("{rule} ")), "{name}: {after}");
        }
    }
}

/// What is exempted changes nothing but what is said of it, and what is not recorded stays as it was.
#[test]
fn recorded_requests_are_exempt_as_a_whole() {
    let settings = json!({"exemptions": [{"groups": ["everybody"], "reason": "r"}]});
    let mut count = 0;
    for (name, mut request) in reviews() {
        let before = answer(&request, &json!({}));
        assert_eq!(answer(&request, &settings), before, "{name}: of another group");
        if !request["userInfo"].is_object() {
            request["userInfo"] = json!({});
        }
        request["userInfo"]["groups"] = json!(["everybody"]);
        let after = answer(&request, &settings);
        assert_eq!(after["accepted"], true, "{name}");
        assert_eq!(after["message"], Value::Null, "{name}: {after}");
        let mut ids: Vec<_> = ["denied", "warned"]
            .iter()
            .flat_map(|list| annotation(&before, list).split(','))
            .filter(|id| !id.is_empty())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        count += ids.len();
        assert_eq!(annotation(&after, "exempted"), ids.join(","), "{name}");
    }
    assert!(count > 20, "{count} findings");
}

/// What could not be looked up can be exempted as what the rule finds.
#[test]
fn a_failed_look_up_is_exempt_with_its_rule() {
    let mut spec = good_spec();
    spec["imagePullSecrets"] = json!([{"name": "a"}]);
    let request = create(&kind_named("Pod").object(spec));
    let mut settings = exempting(&json!({"rules": ["image-pull-secret-type"]}));
    overlay(&mut settings, &json!({"lookups": ["Secret"], "onLookupFailure": "deny"}));
    let fails = &Host;
    let response = common::validate_with(fails, &payload(&request, &settings));
    assert_eq!(response, json!({"accepted": true, "audit_annotations": {"exempted": "image-pull-secret-type"}}));
}

#[test]
fn no_exemption_passes_what_cannot_be_read() {
    let mut object = kind_named("Pod").object(good_spec());
    object["metadata"]["annotations"] = json!({ANNOTATION: "host-pid: it is old"});
    object["spec"]["hostPID"] = json!("yes");
    let plain = answer(&create(&object), &json!({}));
    assert_eq!(plain["code"], 422);
    let mut settings = exempting(&json!({"names": ["web"]}));
    settings["allowAnnotations"] = json!(true);
    assert_eq!(answer(&create(&object), &settings), plain);
    let mut request = create(&kind_named("Pod").object(bad_spec()));
    request["userInfo"] = json!({"username": 5});
    // Who asks is only read for exemptions; who cannot be told is nobody's exception.
    assert_eq!(answer(&request, &exempting(&json!({"users": ["5"]})))["code"], 403);
}

/// An exemption that is no object exempts nobody.
#[test]
fn an_exemption_that_is_null_is_an_error_or_exempts_nothing() {
    for settings in [json!({"exemptions": [null]}), json!({"exemptions": [null, {"names": ["other"], "reason": "r"}]})]
    {
        let response = answer(&request(), &settings);
        assert_eq!(response["accepted"], false, "{settings}: {response}");
    }
}

// The annotation.

fn allowing() -> Value {
    json!({"allowAnnotations": true})
}

/// A request for an object of a kind with the annotation at a path of metadata.
fn annotated(kind: &str, path: &str, text: &str) -> Value {
    let kind = kind_named(kind);
    let mut object = kind.object(mixed_spec());
    let metadata = path.split('.').fold(&mut object, |value, key| &mut value[key]);
    metadata["annotations"] = json!({ANNOTATION: text});
    create(&object)
}

/// The places of the annotation in a kind: the object, and its pod template.
fn places(kind: &common::Kind) -> Vec<String> {
    let mut places = vec!["metadata".to_owned(), kind.template_metadata()];
    places.dedup();
    places
}

#[test]
fn an_annotation_exempts_where_the_settings_allow_it() {
    for kind in &KINDS {
        for place in places(kind) {
            for (text, exempted) in [
                ("host-pid: it is old", "host-pid"),
                ("host-pid:it is old", "host-pid"),
                ("  host-pid  :  it is old  ", "host-pid"),
                (
                    "host-pid,termination-grace-period: see https://wiki.example.com: 7",
                    "host-pid,termination-grace-period",
                ),
                ("termination-grace-period , host-pid: two", "host-pid,termination-grace-period"),
                ("host-pid,host-pid: twice", "host-pid"),
                ("host-ipc,host-pid: one is not there", "host-pid"),
                ("host-ipc: nothing of it is there", ""),
            ] {
                let request = annotated(kind.name, &place, text);
                let response = answer(&request, &allowing());
                let name = format!("{}, {place}, {text}", kind.name);
                assert_eq!(annotation(&response, "exempted"), exempted, "{name}");
                assert!(!message(&response).contains("exemption "), "{name}: {response}");
                for id in exempted.split(',').filter(|id| !id.is_empty()) {
                    assert!(!annotation(&response, "denied").contains(id), "{name}");
                    assert!(!message(&response).contains(&format!("{id} ")), "{name}: {response}");
                }
                let left = "host-pid,termination-grace-period".split(',').filter(|id| !exempted.contains(id));
                assert!(left.clone().all(|id| annotation(&response, "denied").contains(id)), "{name}: {response}");
            }
        }
    }
}

#[test]
fn annotations_of_the_object_and_of_its_template_add_up() {
    let mut request = annotated("CronJob", "metadata", "host-pid: one");
    request["object"]["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["annotations"] =
        json!({ANNOTATION: "termination-grace-period: other"});
    let response = answer(&request, &allowing());
    assert_eq!(response["accepted"], true, "{response}");
    assert_eq!(annotation(&response, "exempted"), "host-pid,termination-grace-period");

    // The Jobs of a CronJob are neither the object nor its pod template.
    let response = answer(&annotated("CronJob", "spec.jobTemplate.metadata", "host-pid: it is old"), &allowing());
    assert_eq!(annotation(&response, "exempted"), "");
    assert!(annotation(&response, "denied").contains("host-pid"));
}

#[test]
fn an_annotation_exempts_objects_without_pods_too() {
    let service = json!({"apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop", "annotations": {ANNOTATION: "external-traffic-policy: it is old"}},
        "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}});
    for request in [create(&service), update(&service, &service)] {
        let response = answer(&request, &allowing());
        assert_eq!(response, json!({"accepted": true, "audit_annotations": {"exempted": "external-traffic-policy"}}));
    }
    let mut settings = allowing();
    settings["mutate"] = json!("full");
    let response = answer(&create(&service), &settings);
    assert_eq!(response["mutated_object"]["spec"]["externalTrafficPolicy"], "Local", "{response}");
}

fn in_vain(place: &str, remedy: &str) -> String {
    format!("exemption {place}.annotations[\"{ANNOTATION}\"]: the annotation has no effect; {remedy}")
}

const ASK: &str = "ask the administrator to set allowAnnotations or an exemption in the settings";
const WRITE: &str = "write it as <rule>[,<rule>]: <reason>, with rules of this policy";

#[test]
fn a_pod_that_runs_elsewhere_is_left_alone_with_its_annotation() {
    for kind in ["Pod", "Deployment"] {
        let mut request = annotated(kind, "metadata", "host-pid: it is old");
        let spec = if kind == "Pod" { "/object/spec" } else { "/object/spec/template/spec" };
        request.pointer_mut(spec).unwrap()["nodeSelector"] = json!({"pool": "managed"});
        assert_eq!(answer(&request, &json!({"nodeKind": "mixed"})), json!({"accepted": true}), "{kind}");
    }
}

/// Checks that nothing is exempted, and that a warning says why.
fn assert_in_vain(kind: &common::Kind, place: &str, text: &str, settings: &Value, remedy: &str) {
    let request = annotated(kind.name, place, text);
    let mut plain = request.clone();
    place.split('.').fold(&mut plain["object"], |value, key| &mut value[key])["annotations"].take();
    let (plain, response) = (answer(&plain, settings), answer(&request, settings));
    let name = format!("{}, {place}, {text:?}", kind.name);
    let line = in_vain(place, remedy);
    assert!(line.len() <= 256, "{line}");
    let mut expected = vec![line];
    expected.extend(warnings(&plain));
    assert_eq!(warnings(&response), expected, "{name}");
    assert_eq!(annotation(&response, "denied"), annotation(&plain, "denied"), "{name}");
    assert_eq!(annotation(&response, "exempted"), "", "{name}");
    let mut ids: Vec<_> = annotation(&plain, "warned").split(',').filter(|id| !id.is_empty()).collect();
    ids.push("exemption");
    ids.sort_unstable();
    assert_eq!(annotation(&response, "warned"), ids.join(","), "{name}");
}

#[test]
fn an_annotation_has_no_effect_without_the_setting_and_a_warning_says_so() {
    for kind in &KINDS {
        for place in places(kind) {
            for settings in [json!({}), json!({"allowAnnotations": false}), json!({"allowAnnotations": null})] {
                assert_in_vain(kind, &place, "host-pid: it is old", &settings, ASK);
                assert_in_vain(kind, &place, "nonsense", &settings, ASK);
            }
        }
    }
}

#[test]
fn a_malformed_annotation_has_no_effect_and_a_warning_says_so() {
    let texts = [
        "host-pid",
        "host-pid:",
        "host-pid:   ",
        ": a reason",
        ",: a reason",
        "host-pid,: a reason",
        ",host-pid: a reason",
        "host-pid host-ipc: a reason",
        "host-pid;host-ipc: a reason",
        "Host-PID: a reason",
        "hostpid: a reason",
        "host-pid,unknown: a reason",
        "*: a reason",
        "all: a reason",
        "exemption: a reason",
        " ",
        "host-pid\u{ff1a} a reason",
        "\u{e4}: a reason",
    ];
    for kind in [kind_named("Pod"), kind_named("Deployment"), kind_named("CronJob")] {
        for place in places(kind) {
            for text in texts {
                assert_in_vain(kind, &place, text, &allowing(), WRITE);
            }
        }
    }
    let long = "x".repeat(200_000);
    assert_in_vain(kind_named("Pod"), "metadata", &long, &allowing(), WRITE);
}

#[test]
fn a_good_annotation_works_beside_a_malformed_one() {
    let mut request = annotated("Deployment", "metadata", "host-pid,termination-grace-period: one");
    request["object"]["spec"]["template"]["metadata"]["annotations"] = json!({ANNOTATION: "host-pid"});
    let response = answer(&request, &allowing());
    assert_eq!(response["accepted"], true, "{response}");
    assert_eq!(annotation(&response, "exempted"), "host-pid,termination-grace-period");
    assert_eq!(warnings(&response)[0], in_vain("spec.template.metadata", WRITE));
}

#[test]
fn an_annotation_in_vain_is_told_of_on_a_good_object_too() {
    let mut object = kind_named("Pod").object(good_spec());
    object["metadata"]["annotations"] = json!({ANNOTATION: "host-pid: it is old"});
    let line = in_vain("metadata", ASK);
    let expected =
        json!({"accepted": true, "message": line, "warnings": [line], "audit_annotations": {"warned": "exemption"}});
    assert_eq!(answer(&create(&object), &json!({})), expected);
    assert_eq!(answer(&create(&object), &allowing()), json!({"accepted": true}), "nothing is found that it exempts");
    assert_eq!(answer(&create(&object), &json!({"nodeKind": "managed"})), json!({"accepted": true}));

    // The word about it stays where something is mended.
    object["spec"]["terminationGracePeriodSeconds"] = json!(60);
    let response = answer(&create(&object), &json!({"mutate": "full"}));
    assert_eq!(response["mutated_object"]["spec"]["terminationGracePeriodSeconds"], 30);
    assert!(warnings(&response).contains(&line), "{response}");
    assert_eq!(response["audit_annotations"], json!({"fixed": "termination-grace-period", "warned": "exemption"}));
}

#[test]
fn null_in_the_place_of_an_annotation_is_none() {
    let mut object = kind_named("Pod").object(good_spec());
    for annotations in [json!(null), json!({}), json!({ANNOTATION: null})] {
        object["metadata"]["annotations"] = annotations;
        for settings in [json!({}), allowing()] {
            assert_eq!(answer(&create(&object), &settings), json!({"accepted": true}));
        }
    }
}

#[test]
fn an_annotation_exempts_the_rule_that_it_names_and_no_other() {
    let mut count = 0;
    for (rule, fixture) in fixtures() {
        for case in fixture.finds.iter().filter(|case| case.pod.is_some()) {
            let mut request = case.plant().remove(0).request;
            let mut settings = case.settings.clone().unwrap_or(json!({}));
            settings["allowAnnotations"] = json!(true);
            for (id, exempted) in [(rule.as_str(), rule.as_str()), ("config-propagation", "")] {
                request["object"]["metadata"]["annotations"] = json!({ANNOTATION: format!("{id}: a reason")});
                let response = validate_in(&case.cluster, &payload(&request, &settings));
                assert_eq!(annotation(&response, "exempted"), exempted, "{rule}, {}: {id}", case.name);
            }
            count += 1;
        }
    }
    assert!(count > 30, "{count} cases");
}
