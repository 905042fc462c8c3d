//! Running pods: updates, subresources and connections.

use serde_json::{Value, json};

use crate::common::policy::Level;
use crate::common::{
    KINDS, Verdict, create, findings_and_response, good_container, good_spec, kind_named, overlay, places, update,
};
use crate::support::{bad, bad_spec, judged, workloads};

fn sub_resource(mut request: Value, name: &str) -> Value {
    request["subResource"] = json!(name);
    request
}

#[test]
fn of_an_update_of_a_pod_only_the_image_is_judged() {
    let pod = kind_named("Pod");
    let old = pod.object(good_spec());
    let mut spec = bad_spec();
    spec["containers"][0]["securityContext"] = json!({"privileged": true});
    spec["containers"][0]["resources"] = json!({});
    spec["ephemeralContainers"] = json!([good_container("debug")]);
    spec["volumes"] = json!([{"name": "host", "hostPath": {"path": "/"}}]);
    let mut object = pod.object(spec);
    object["metadata"]["labels"] = json!({"sidecar.istio.io/inject": "true"});
    assert_eq!(findings_and_response(&update(&object, &old), &json!({})), []);
    pod.spec_of(&mut object)["containers"][0]["image"] = json!("registry.example.com/web:2");
    let found = findings_and_response(&update(&object, &old), &json!({}));
    let [found] = found.as_slice() else { panic!("one finding: {found:?}") };
    assert_eq!((found.rule, found.path.as_str()), ("image-update", "spec.containers[0].image"));
    assert_eq!((found.level, found.container.as_deref()), (Level::Deny, Some("main")));
}

#[test]
fn of_ephemeral_containers_only_the_added_ones_are_judged() {
    let pod = kind_named("Pod");
    let debugger =
        |name: &str| json!({"name": name, "image": "busybox", "stdin": true, "securityContext": {"privileged": true}});
    let with = |containers: Value| {
        let mut spec = bad_spec();
        spec["ephemeralContainers"] = containers;
        pod.object(spec)
    };
    let request = |object: &Value, old: &Value| sub_resource(update(object, old), "ephemeralcontainers");
    let of = |index: usize| {
        ["ephemeral-containers", "privileged", "interactive-container"].into_iter().zip(
            ["", ".securityContext.privileged", ".stdin"]
                .map(|rest| format!("spec.ephemeralContainers[{index}]{rest}")),
        )
    };
    let none = pod.object(bad_spec());
    let one = with(json!([debugger("a")]));
    let two = with(json!([debugger("a"), debugger("b")]));
    assert_eq!(places(&request(&one, &none), &json!({})), of(0).collect::<Vec<_>>());
    assert_eq!(places(&request(&two, &one), &json!({})), of(1).collect::<Vec<_>>());
    assert_eq!(places(&request(&two, &none), &json!({})), of(0).chain(of(1)).collect::<Vec<_>>());
    assert_eq!(places(&request(&two, &two), &json!({})), []);
    let swapped = with(json!([debugger("b"), debugger("a")]));
    assert_eq!(places(&request(&swapped, &one), &json!({})), of(0).collect::<Vec<_>>());
    let found = findings_and_response(&request(&two, &one), &json!({}));
    assert!(found.iter().all(|found| found.container.as_deref() == Some("b")), "{found:?}");
}

#[test]
fn of_a_resize_only_the_changed_resources_are_judged() {
    let pod = kind_named("Pod");
    let object = |resources: Value| {
        let mut spec = bad_spec();
        overlay(&mut spec["containers"][0], &json!({"resources": resources, "securityContext": {"privileged": true}}));
        pod.object(spec)
    };
    let resources = |request: &str, limit: &str| json!({"requests": {"cpu": request, "memory": "1Gi"}, "limits": {"cpu": limit, "memory": "2Gi"}});
    let resize =
        |new: Value, old: Value| places(&sub_resource(update(&object(new), &object(old)), "resize"), &json!({}));
    let requests = || ("requests-equal-limits", "spec.containers[0].resources.requests.cpu".to_owned());
    let subcore = ("subcore-cpu", "spec.containers[0].resources.limits.cpu".to_owned());
    assert_eq!(resize(resources("1", "2"), resources("1", "2")), []);
    assert_eq!(resize(resources("1", "2"), resources("1000m", "2000m")), [], "the same values");
    assert_eq!(resize(resources("1", "3"), resources("1", "2")), [requests()], "the memory did not change");
    assert_eq!(resize(resources("1500m", "2"), resources("1", "2")), [requests()]);
    assert_eq!(resize(resources("1", "2500m"), resources("1", "2")), [subcore, requests()]);
    assert_eq!(
        resize(resources("2500m", "2500m"), resources("1", "2500m")),
        [],
        "equal now, and the part of a core was there"
    );
    assert_eq!(resize(resources("2", "2"), resources("1", "2")), []);
    let without_limit = json!({"requests": {"cpu": "500m"}});
    let request_alone = ("subcore-cpu", "spec.containers[0].resources.requests.cpu".to_owned());
    assert_eq!(resize(without_limit.clone(), json!({"requests": {"cpu": "1"}})), [request_alone]);
    assert_eq!(resize(without_limit.clone(), json!({"requests": {"cpu": "500m"}, "limits": {"cpu": "500m"}})), []);
    assert_eq!(resize(json!({}), json!({"requests": {"cpu": "1"}})), [], "missing resources are not asked for here");
}

#[test]
fn a_resize_is_judged_in_every_list_and_for_the_pod() {
    let pod = kind_named("Pod");
    let object = |limit: &str| {
        let resources = json!({"requests": {"cpu": "1"}, "limits": {"cpu": limit}});
        let mut container = good_container("sidecar");
        container["resources"] = resources.clone();
        pod.object(json!({"resources": resources, "initContainers": [container], "containers": [good_container("main"), container]}))
    };
    let found = places(&sub_resource(update(&object("3"), &object("2")), "resize"), &json!({}));
    let paths: Vec<_> = found.iter().map(|(_, path)| path.as_str()).collect();
    assert!(found.iter().all(|(rule, _)| *rule == "requests-equal-limits"));
    assert_eq!(
        paths,
        [
            "spec.resources.requests.cpu",
            "spec.initContainers[0].resources.requests.cpu",
            "spec.containers[1].resources.requests.cpu",
        ]
    );
}

#[test]
fn a_subresource_without_an_old_object_is_judged_like_a_creation() {
    let pod = kind_named("Pod");
    let mut spec = bad_spec();
    spec["ephemeralContainers"] = json!([{"name": "debug", "image": "busybox", "stdin": true}]);
    spec["containers"][0]["resources"] = json!({"requests": {"cpu": "1"}, "limits": {"cpu": "2"}});
    let object = pod.object(spec);
    let created = findings_and_response(&create(&object), &json!({}));
    assert!(created.len() > 4, "{created:?}");
    for name in ["ephemeralcontainers", "resize"] {
        for old in [Value::Null, json!("garbage"), json!({})] {
            let found = findings_and_response(&sub_resource(update(&object, &old), name), &json!({}));
            assert_eq!(found, created, "{name}, {old}");
        }
    }
}

#[test]
fn other_subresources_are_accepted_without_a_look() {
    let names = ["status", "scale", "binding", "eviction", "token", "proxy", "log", "finalize", "approval", "x"];
    for name in names {
        for operation in ["CREATE", "UPDATE", "DELETE", "CONNECT"] {
            for kind in &KINDS {
                for spec in [bad_spec(), json!("garbage")] {
                    let object = kind.object(spec);
                    let mut request = sub_resource(update(&object, &kind.object(good_spec())), name);
                    request["operation"] = json!(operation);
                    assert_eq!(judged(&request), Verdict::Accepted, "{operation} {} {name}", kind.name);
                }
            }
        }
    }
    // Subresources of pods are none of other kinds, and no creations.
    for name in ["ephemeralcontainers", "resize"] {
        for kind in workloads() {
            let request = sub_resource(update(&kind.object(bad_spec()), &Value::Null), name);
            assert_eq!(judged(&request), Verdict::Accepted, "{} {name}", kind.name);
        }
        let request = sub_resource(create(&KINDS[0].object(bad_spec())), name);
        assert_eq!(judged(&request), Verdict::Accepted, "CREATE {name}");
    }
}

#[test]
fn an_empty_subresource_is_none() {
    let mut request = create(&KINDS[0].object(bad_spec()));
    for none in [json!(""), Value::Null] {
        request["subResource"] = none;
        assert_eq!(places(&request, &json!({})), bad(&KINDS[0]));
    }
}

#[test]
fn connections_are_denied_by_what_they_are() {
    for (kind, name, rule) in [
        ("PodExecOptions", "exec", "exec"),
        ("PodAttachOptions", "attach", "attach"),
        ("PodPortForwardOptions", "portforward", "port-forward"),
    ] {
        // The audit scanner and `kubectl` differ in what they send: options may be null, the object garbage.
        for object in [json!({"apiVersion": "v1", "kind": kind, "command": ["sh"]}), Value::Null, json!("garbage")] {
            let mut request = create(&json!({"apiVersion": "v1", "kind": kind}));
            overlay(
                &mut request,
                &json!({
                    "operation": "CONNECT", "subResource": name, "name": "web", "namespace": "shop", "object": object,
                    "options": null, "resource": {"group": "", "version": "v1", "resource": "pods"},
                }),
            );
            let found = findings_and_response(&request, &json!({}));
            let places: Vec<_> = found.iter().map(|found| (found.rule, found.path.as_str())).collect();
            assert_eq!(places, [(rule, format!("pods/{name}").as_str())]);
        }
    }
}
