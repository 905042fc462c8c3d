//! Templates: left as they are, with a word on their pods, or fixed where the settings say so.

use serde_json::{Value, json};

use crate::common::policy::{Level, rule};
use crate::common::{KINDS, annotation, answer, controller, create, good_spec, kind_named, overlay, update, warnings};
use crate::law::assert_second_law;
use crate::rules::in_pods;
use crate::support::{
    assert_denied, assert_fixed, assert_lines, assert_silent, assert_unfixed, in_template, pod, with, would_be,
};

#[test]
fn a_template_is_left_as_it_is_and_warns_that_its_pods_will_be_fixed() {
    for (id, case) in in_pods() {
        let rule = rule(&id);
        for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
            let label = format!("{}, {}, {}", rule.id, case.name, kind.name);
            let settings = with(&case.settings(&json!({"mutate": "full"})), "daemonset", "level", json!("off"));
            let object = case.object(kind);
            let clean = kind.object(good_spec());
            for request in [create(&object), update(&object, &clean)] {
                let answer = answer(&request, &settings);
                assert_eq!(answer["accepted"], true, "{label}: {answer}");
                assert_unfixed(&answer);
                assert_eq!(annotation(&answer, "warned"), rule.id, "{label}");
                assert_lines(&case, &answer, |line| would_be(&in_template(line, kind)));
                assert!(!assert_second_law(&request, &settings), "{label}");
            }
            // Where its fix is not on it counts in full.
            let off = with(&settings, rule.id, "mutate", json!(false));
            let answer = answer(&create(&object), &off);
            assert_eq!(answer["accepted"], rule.strict != Level::Deny, "{label}: {answer}");
        }
    }
}

#[test]
fn a_template_is_fixed_where_the_settings_say_so() {
    for (id, case) in in_pods() {
        let rule = rule(&id);
        for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
            let label = format!("{}, {}, {}", rule.id, case.name, kind.name);
            let settings = case.settings(&json!({"mutate": "full", "mutateTemplates": true}));
            let settings = with(&settings, "daemonset", "level", json!("off"));
            let (object, expected) = (case.object(kind), case.fixed_object(kind));
            let clean = kind.object(good_spec());
            for request in [create(&object), update(&object, &clean)] {
                let answer = answer(&request, &settings);
                if kind.name == "Job" && request["operation"] == "UPDATE" {
                    // Kubernetes rejects what changes the template of a Job; there its pods are fixed alone.
                    assert_eq!(answer["accepted"], true, "{label}: {answer}");
                    assert_unfixed(&answer);
                    assert_lines(&case, &answer, |line| would_be(&in_template(line, kind)));
                    continue;
                }
                assert_fixed(&answer, &expected, rule.id);
                assert_lines(&case, &answer, |line| in_template(line, kind));
                assert!(assert_second_law(&request, &settings), "{label}");
            }
            // A template that stays is not touched, whatever else changes.
            let mut scaled = object.clone();
            scaled["metadata"]["labels"] = json!({"scaled": "yes"});
            if scaled["spec"].is_object() {
                scaled["spec"]["replicas"] = json!(7);
            }
            assert_silent(&answer(&update(&scaled, &object), &settings));
            assert_silent(&answer(&update(&object, &object), &settings));
        }
    }
}

#[test]
fn an_object_with_a_controller_is_never_fixed() {
    let owner = |kind: &str, is_controller: Value| {
        let uid = "00000000-0000-0000-0000-000000000002";
        json!([{"apiVersion": "example.com/v1", "kind": kind, "name": "web", "uid": uid, "controller": is_controller}])
    };
    let settings = json!({"mutate": "full", "mutateTemplates": true, "rules": {"daemonset": "off"}});
    let mut spec = good_spec();
    spec["terminationGracePeriodSeconds"] = json!(5);
    for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
        let path = format!("{}.terminationGracePeriodSeconds", kind.path());
        let clean = kind.object(good_spec());
        for owned_by in ["Cluster", "Deployment", "Rollout"] {
            let mut object = kind.object(spec.clone());
            object["metadata"]["ownerReferences"] = owner(owned_by, json!(true));
            for request in [create(&object), update(&object, &clean)] {
                let answer = answer(&request, &settings);
                assert_eq!(answer["accepted"], true, "{answer}");
                assert_unfixed(&answer);
                let line = format!("termination-grace-period {path}: was 5, would be set to 30");
                assert_eq!(warnings(&answer), [line], "{}", kind.name);
            }
        }
        // An owner that does not control it is no reason.
        for is_controller in [json!(false), Value::Null] {
            let mut object = kind.object(spec.clone());
            object["metadata"]["ownerReferences"] = owner("Cluster", is_controller);
            let mut expected = object.clone();
            kind.spec_of(&mut expected)["terminationGracePeriodSeconds"] = json!(30);
            assert_fixed(&answer(&create(&object), &settings), &expected, "termination-grace-period");
        }
    }
    // A Pod is fixed whoever controls it: its template was not.
    let mut object = pod(json!({"terminationGracePeriodSeconds": 5}));
    object["metadata"]["ownerReferences"] = json!([controller("apps/v1", "ReplicaSet")]);
    let mut expected = object.clone();
    expected["spec"]["terminationGracePeriodSeconds"] = json!(30);
    assert_fixed(&answer(&create(&object), &json!({"mutate": "safe"})), &expected, "termination-grace-period");
}

#[test]
fn what_is_not_in_the_template_is_not_in_its_pods() {
    // A Deployment's own metadata is not that of its Pods: they fix nothing there.
    let deployment = kind_named("Deployment");
    let mut object = deployment.object(good_spec());
    object["metadata"]["deletionGracePeriodSeconds"] = json!(10);
    let answer_of = |object: &Value, settings: &Value| answer(&create(object), settings);
    assert_denied(&answer_of(&object, &json!({"mutate": "full"})), "deletion-grace-period");
    let mut expected = object.clone();
    expected["metadata"].as_object_mut().unwrap().remove("deletionGracePeriodSeconds");
    let settings = json!({"mutate": "safe", "mutateTemplates": true});
    assert_fixed(&answer_of(&object, &settings), &expected, "deletion-grace-period");

    let cronjob = kind_named("CronJob");
    let mut object = cronjob.object(good_spec());
    object["spec"]["jobTemplate"]["metadata"]["deletionGracePeriodSeconds"] = json!(10);
    assert_denied(&answer_of(&object, &json!({"mutate": "full"})), "deletion-grace-period");
    let mut expected = object.clone();
    expected["spec"]["jobTemplate"]["metadata"] = json!({});
    assert_fixed(&answer_of(&object, &settings), &expected, "deletion-grace-period");
}

#[test]
fn what_has_no_fix_still_denies_a_template() {
    for kind in KINDS.iter().filter(|kind| !matches!(kind.name, "Pod" | "DaemonSet")) {
        let mut spec = good_spec();
        overlay(&mut spec, &json!({"hostPID": true, "terminationGracePeriodSeconds": 5}));
        let object = kind.object(spec);
        for settings in [json!({"mutate": "full"}), json!({"mutate": "full", "mutateTemplates": true})] {
            let answer = answer(&create(&object), &settings);
            assert_denied(&answer, "host-pid");
            assert_eq!(annotation(&answer, "warned"), "termination-grace-period");
            let path = format!("{}.terminationGracePeriodSeconds", kind.path());
            assert_eq!(
                warnings(&answer),
                [format!("termination-grace-period {path}: was 5, would be set to 30")],
                "{}",
                kind.name
            );
        }
    }
}
