//! Updates: of a workload, by its template, and of another object, by what it had before.

use serde_json::{Value, json};

use crate::common::policy::Level;
use crate::common::{
    Found, KINDS, Verdict, create, findings, findings_and_response, good_container, good_spec, judge, kind_named,
    overlay, payload, places, places_of, service, update,
};
use crate::support::{bad, bad_spec, judged, others, workloads};

/// The object as another writer might send it: keys in the other order, with spaces.
fn reordered(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let fields: Vec<_> =
                map.iter().rev().map(|(key, value)| format!("{} : {}", json!(key), reordered(value))).collect();
            format!("{{ {} }}", fields.join(" , "))
        }
        Value::Array(list) => format!("[ {} ]", list.iter().map(reordered).collect::<Vec<_>>().join(" , ")),
        value => value.to_string(),
    }
}

/// Rules and levels of what is found in an update.
fn levels(object: &Value, old: &Value) -> Vec<(&'static str, Level)> {
    findings_and_response(&update(object, old), &json!({})).iter().map(|found| (found.rule, found.level)).collect()
}

fn is_rejected(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Rejected(422, _))
}

#[test]
fn a_workload_whose_template_stays_passes_whatever_is_in_it() {
    for kind in workloads() {
        let old = kind.object(bad_spec());
        let changes: [fn(&mut Value); 8] = [
            |_| {},
            |object| object["metadata"]["labels"] = json!({"app": "web", "k8s-app": "calico-node"}),
            |object| object["metadata"]["annotations"] = json!({"a": "b"}),
            |object| object["metadata"]["resourceVersion"] = json!("2"),
            |object| object["status"] = json!({"replicas": 3}),
            |object| object["metadata"]["managedFields"] = json!([{"manager": "kubectl"}]),
            |object| object["metadata"]["deletionGracePeriodSeconds"] = json!(5),
            |object| {
                if let Some(spec) = object.get_mut("spec") {
                    overlay(
                        spec,
                        &json!({
                            "replicas": 5, "paused": true, "suspend": true, "schedule": "@hourly", "parallelism": 2,
                            "strategy": {"type": "Recreate"}, "updateStrategy": {"type": "OnDelete"},
                        }),
                    );
                }
            },
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut object = old.clone();
            change(&mut object);
            assert_eq!(judged(&update(&object, &old)), Verdict::Accepted, "{}, change {index}", kind.name);
        }
    }
}

#[test]
fn a_template_in_another_order_is_the_same() {
    for kind in workloads() {
        let old = kind.object(bad_spec());
        let mut request = update(&json!("OBJECT"), &old);
        request["kind"] = create(&old)["kind"].clone();
        let payload = payload(&request, &json!({})).replace("\"OBJECT\"", &reordered(&old));
        assert_eq!(judge(&payload), Verdict::Accepted, "{}", kind.name);
    }
}

#[test]
fn null_in_a_template_is_absence() {
    for kind in workloads() {
        let old = kind.object(bad_spec());
        let mut object = old.clone();
        kind.spec_of(&mut object)["volumes"] = Value::Null;
        assert_eq!(judged(&update(&object, &old)), Verdict::Accepted, "{}", kind.name);
    }
}

#[test]
fn a_workload_whose_template_changes_is_judged_in_full() {
    for kind in workloads() {
        let old = kind.object(bad_spec());
        let changes: [fn(&mut Value); 6] = [
            |spec| spec["containers"][0]["image"] = json!("registry.example.com/web:2"),
            |spec| spec["containers"][0]["env"] = json!([{"name": "A", "value": "b"}]),
            |spec| spec["containers"].as_array_mut().unwrap().push(good_container("side")),
            |spec| spec["containers"].as_array_mut().unwrap().insert(0, good_container("side")),
            |spec| spec["priorityClassName"] = json!("high"),
            |spec| spec["futureField"] = json!({"deep": [1, 2.5, null, "x"]}),
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut object = old.clone();
            change(kind.spec_of(&mut object));
            let found = places_of(findings_and_response(&update(&object, &old), &json!({})));
            assert_eq!(found, bad(kind), "{}, change {index}", kind.name);
        }
    }
}

#[test]
fn annotations_of_the_template_are_a_change_of_it() {
    for kind in workloads() {
        let old = kind.object(bad_spec());
        let mut object = old.clone();
        let path = kind.template_metadata();
        let metadata = path.split('.').fold(&mut object, |value, key| &mut value[key]);
        overlay(metadata, &json!({"annotations": {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"}}));
        assert_eq!(places(&update(&object, &old), &json!({})), bad(kind), "{}", kind.name);
    }
}

#[test]
fn a_workload_that_was_fixed_passes() {
    for kind in workloads().filter(|kind| kind.name != "DaemonSet") {
        let request = update(&kind.object(good_spec()), &kind.object(bad_spec()));
        assert_eq!(findings_and_response(&request, &json!({})), [], "{}", kind.name);
    }
}

#[test]
fn the_claim_templates_of_a_stateful_set_count_as_its_template() {
    let kind = kind_named("StatefulSet");
    let claims =
        |size: &str| json!([{"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": size}}}}]);
    let mut old = kind.object(bad_spec());
    old["spec"]["volumeClaimTemplates"] = claims("1Gi");
    let mut object = old.clone();
    object["spec"]["replicas"] = json!(3);
    assert_eq!(judged(&update(&object, &old)), Verdict::Accepted);
    object["spec"]["volumeClaimTemplates"] = claims("2Gi");
    let mut expected = bad(kind);
    expected.insert(0, ("persistent-volume-claim", "spec.volumeClaimTemplates[0]".to_owned()));
    assert_eq!(places(&update(&object, &old), &json!({})), expected);
    // No other kind has any.
    let kind = kind_named("Deployment");
    let old = kind.object(bad_spec());
    let mut object = old.clone();
    object["spec"]["volumeClaimTemplates"] = claims("1Gi");
    assert_eq!(judged(&update(&object, &old)), Verdict::Accepted);
}

#[test]
fn a_template_that_cannot_be_read_is_only_refused_where_it_changed() {
    for kind in workloads() {
        let mut old = kind.object(bad_spec());
        kind.spec_of(&mut old)["containers"] = json!("garbage");
        let mut object = old.clone();
        object["metadata"]["annotations"] = json!({"a": "b"});
        assert_eq!(judged(&update(&object, &old)), Verdict::Accepted, "{}", kind.name);
        kind.spec_of(&mut object)["containers"] = json!("other garbage");
        assert!(is_rejected(&judged(&update(&object, &old))), "{}", kind.name);
    }
}

#[test]
fn an_update_without_an_old_object_is_judged_like_a_creation() {
    for kind in &KINDS {
        let object = kind.object(bad_spec());
        assert_eq!(places(&update(&object, &Value::Null), &json!({})), bad(kind), "{}", kind.name);
        let mut request = update(&object, &Value::Null);
        request.as_object_mut().unwrap().remove("oldObject");
        assert_eq!(places(&request, &json!({})), bad(kind), "{}", kind.name);
    }
    for (object, rule, path) in others() {
        let found = findings(&update(&object, &Value::Null), &json!({}));
        assert_eq!(found, findings(&create(&object), &json!({})));
        assert_eq!((found[0].rule, found[0].path.as_str()), (rule, path));
    }
}

#[test]
fn what_another_object_had_before_only_warns() {
    for (old, rule, path) in others() {
        for object in [old.clone(), {
            let mut object = old.clone();
            object["metadata"]["annotations"] = json!({"a": "b"});
            object
        }] {
            let found = findings_and_response(&update(&object, &old), &json!({}));
            let [Found { level, text, .. }] = found.as_slice() else { panic!("one finding in {object}: {found:?}") };
            assert_eq!((found[0].rule, found[0].path.as_str()), (rule, path));
            assert_eq!(*level, Level::Warn, "{object}");
            assert!(text.contains("before"), "it says that it was there before: {text}");
            let off = findings(&update(&object, &old), &json!({"rules": {rule: "off"}}));
            assert_eq!(off, [], "off stays off");
        }
    }
}

#[test]
fn what_is_new_or_changed_in_another_object_counts_in_full() {
    const MODE: &str = "service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode";
    const PRESERVE: &str = "oci-network-load-balancer.oraclecloud.com/is-preserve-source";
    const TYPE: &str = "oci.oraclecloud.com/load-balancer-type";
    let good = service(json!({}), json!({"type": "LoadBalancer"}));
    let local = service(json!({}), json!({"type": "LoadBalancer", "externalTrafficPolicy": "Local"}));
    let all = service(json!({MODE: "All"}), json!({"type": "LoadBalancer"}));
    let frontend = service(json!({MODE: "Frontend"}), json!({"type": "LoadBalancer"}));
    let both = service(json!({MODE: "All"}), json!({"type": "LoadBalancer", "externalTrafficPolicy": "Local"}));
    let (policy, list) = ("external-traffic-policy", "load-balancer-security-list");
    assert_eq!(levels(&local, &good), [(policy, Level::Deny)]);
    assert_eq!(levels(&local, &local), [(policy, Level::Warn)]);
    assert_eq!(levels(&all, &good), [(list, Level::Deny)]);
    assert_eq!(levels(&frontend, &all), [(list, Level::Deny)], "another value is not the same");
    assert_eq!(levels(&both, &local), [(policy, Level::Warn), (list, Level::Deny)]);
    assert_eq!(levels(&both, &all), [(policy, Level::Deny), (list, Level::Warn)]);
    assert_eq!(levels(&good, &both), []);
    // The same path, found for another reason, with another value.
    let unknown = service(json!({MODE: "all"}), json!({"type": "LoadBalancer"}));
    assert_eq!(levels(&unknown, &all), [(list, Level::Deny)]);
    // The same annotation, where it did not count before.
    let preserve = json!({TYPE: "nlb", PRESERVE: "true"});
    assert_eq!(
        levels(
            &service(preserve.clone(), json!({"type": "LoadBalancer"})),
            &service(preserve, json!({"type": "ClusterIP"}))
        ),
        [(policy, Level::Deny)]
    );

    let namespace = |revision: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"istio.io/rev": revision}}});
    assert_eq!(levels(&namespace("b"), &namespace("a")), [("service-mesh", Level::Deny)]);
    assert_eq!(levels(&namespace("a"), &namespace("a")), [("service-mesh", Level::Warn)]);

    let volume = |spec: Value| json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "data"}, "spec": spec});
    assert_eq!(
        levels(&volume(json!({"nfs": {}})), &volume(json!({"hostPath": {}}))),
        [("persistent-volume", Level::Deny)]
    );
}

#[test]
fn an_old_object_that_cannot_be_read_excuses_nothing() {
    let local = service(json!({}), json!({"type": "LoadBalancer", "externalTrafficPolicy": "Local"}));
    for old in [json!("garbage"), json!(5), json!([]), service(json!(7), json!("garbage"))] {
        assert_eq!(levels(&local, &old), [("external-traffic-policy", Level::Deny)], "{old}");
    }
}
