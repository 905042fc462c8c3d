//! What an exempted finding no longer does, and what an exemption leaves as it is.

use serde_json::{Value, json};

use crate::common;
use crate::common::fixtures::fixtures;
use crate::common::policy::Host;
use crate::common::{
    annotation, answer, bad_spec, create, good_spec, kind_named, message, overlay, payload, reviews, update,
    validate_in, warnings,
};
use crate::support::{ANNOTATION, exempting, mixed_spec, request};

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
fn an_exempted_finding_is_not_fixed() {
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
                    let fixed = kind_named(kind).spec_of(&mut response["mutated_object"].clone()).take();
                    assert_eq!(fixed["terminationGracePeriodSeconds"], 60, "{kind}");
                    assert_eq!(fixed["hostname"], Value::Null, "{kind}");
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
            let mut settings = case.settings();
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

/// An exemption that isn't an object has no effect.
#[test]
fn an_exemption_that_is_null_is_an_error_or_exempts_nothing() {
    for settings in [json!({"exemptions": [null]}), json!({"exemptions": [null, {"names": ["other"], "reason": "r"}]})]
    {
        let response = answer(&request(), &settings);
        assert_eq!(response["accepted"], false, "{settings}: {response}");
    }
}
