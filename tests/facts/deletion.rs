//! Being deleted: only the old object says so.

use serde_json::{Value, json};

use crate::common::{KINDS, answer, bad_spec, good_spec, overlay, service, update};
use crate::support::{CHANGES, assert_accepted, assert_denied, change, pod};

fn deleted() -> Value {
    json!({"deletionTimestamp": "2026-01-01T00:00:00Z", "deletionGracePeriodSeconds": 30})
}

#[test]
fn nobody_changes_a_running_pod_by_saying_that_it_is_being_deleted() {
    let old = pod(&json!({}), &json!({}));
    let deleted_old = pod(&deleted(), &json!({}));
    for (sub_resource, rule) in CHANGES {
        assert_denied(&change(sub_resource, &old, (&json!({}), &json!({}))), &json!({}), rule);
        assert_denied(&change(sub_resource, &old, (&deleted(), &json!({}))), &json!({}), rule);
        assert_accepted(&change(sub_resource, &deleted_old, (&json!({}), &json!({}))), &json!({}));
        // Whoever takes the timestamp out changes nothing: the API server puts it back.
        let nothing = json!({"deletionTimestamp": null, "deletionGracePeriodSeconds": null});
        assert_accepted(&change(sub_resource, &deleted_old, (&nothing, &json!({}))), &json!({}));
    }
}

#[test]
fn nobody_changes_a_workload_by_saying_that_it_is_being_deleted() {
    for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
        let old = kind.object(good_spec());
        let honest = update(&kind.object(bad_spec()), &old);
        let mut forged = honest.clone();
        overlay(&mut forged["object"]["metadata"], &json!({"deletionTimestamp": "2026-01-01T00:00:00Z"}));
        assert_denied(&honest, &json!({}), "host-pid");
        assert_denied(&forged, &json!({}), "host-pid");
        let mut released = honest.clone();
        overlay(&mut released["oldObject"]["metadata"], &deleted());
        overlay(&mut released["object"]["metadata"], &deleted());
        assert_accepted(&released, &json!({}));
    }
}

#[test]
fn nobody_changes_a_service_by_saying_that_it_is_being_deleted() {
    let old = service(json!({}), json!({"type": "LoadBalancer"}));
    let mut request =
        update(&service(json!({}), json!({"type": "LoadBalancer", "externalTrafficPolicy": "Local"})), &old);
    assert_denied(&request, &json!({}), "external-traffic-policy");
    overlay(&mut request["object"]["metadata"], &deleted());
    assert_denied(&request, &json!({}), "external-traffic-policy");
    overlay(&mut request["oldObject"]["metadata"], &deleted());
    assert_accepted(&request, &json!({}));
}

/// No update changes the grace period of a deletion: the API server refuses it.
#[test]
fn the_grace_period_of_a_deletion_is_not_judged_on_an_update() {
    for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
        let honest = update(&kind.object(bad_spec()), &kind.object(good_spec()));
        let mut forged = honest.clone();
        overlay(&mut forged["object"]["metadata"], &json!({"deletionGracePeriodSeconds": 5}));
        assert_eq!(answer(&forged, &json!({})), answer(&honest, &json!({})), "{}", kind.name);
        // Nor is it found where something else is fixed.
        let settings = json!({"mutate": "full", "mutateTemplates": true, "rules": {"host-pid": "off"}});
        let mut spec = good_spec();
        spec["terminationGracePeriodSeconds"] = json!(60);
        *kind.spec_of(&mut forged["object"]) = spec;
        assert_eq!(answer(&forged, &settings)["accepted"], kind.name != "DaemonSet", "{}", kind.name);
    }
}
