//! Which requests are judged, and what of them: operations, deletion, owners, subresources and kinds.

mod common;

use common::policy::Level;
use common::{
    Found, KINDS, Kind, Verdict, create, findings, findings_and_response, good_container, good_spec, judge, kind_named,
    overlay, payload, places, update, validate,
};
use serde_json::{Value, json};

/// A pod spec in which `host-network` is found, and nothing else.
fn bad_spec() -> Value {
    let mut spec = good_spec();
    spec["hostNetwork"] = json!(true);
    spec
}

fn judged(request: &Value) -> Verdict {
    judge(&payload(request, &json!({})))
}

fn is_rejected(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Rejected(422, _))
}

/// What is found of [`bad_spec`] in an object of that kind.
fn bad(kind: &Kind) -> Vec<(&'static str, String)> {
    let mut expected = vec![("host-network", format!("{}.hostNetwork", kind.path()))];
    if kind.name == "DaemonSet" {
        expected.insert(0, ("daemonset", "kind".to_owned()));
    }
    expected
}

fn workloads() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().filter(|kind| kind.name != "Pod")
}

/// Objects without a pod template, in each of which one thing is wrong: the rule and the path.
fn others() -> Vec<(Value, &'static str, &'static str)> {
    vec![
        (
            json!({
                "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
                "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Local"},
            }),
            "external-traffic-policy",
            "spec.externalTrafficPolicy",
        ),
        (
            json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"name": "web", "namespace": "shop"}, "spec": {"podSelector": {}},
            }),
            "network-policy",
            "kind",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"istio.io/rev": "a"}}}),
            "service-mesh",
            "metadata.labels[\"istio.io/rev\"]",
        ),
        (
            json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": {}}),
            "persistent-volume-claim",
            "kind",
        ),
        (
            json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "data"}, "spec": {"nfs": {}}}),
            "persistent-volume",
            "kind",
        ),
        (
            json!({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {"name": "web"}}),
            "third-party-cni",
            "kind",
        ),
    ]
}

#[test]
fn bad_objects_are_denied_on_create() {
    for kind in &KINDS {
        let object = kind.object(bad_spec());
        let found = findings_and_response(&create(&object), &json!({}));
        let places: Vec<_> = found.into_iter().map(|found| (found.rule, found.path)).collect();
        assert_eq!(places, bad(kind), "{}", kind.name);
    }
    for (object, rule, path) in others() {
        assert_eq!(places(&create(&object), &json!({})), [(rule, path.to_owned())], "{object}");
    }
}

#[test]
fn delete_is_accepted_without_a_look() {
    let objects =
        KINDS.iter().map(|kind| kind.object(bad_spec())).chain(others().into_iter().map(|(object, ..)| object));
    for object in objects {
        let mut request = create(&object);
        request["operation"] = json!("DELETE");
        request["oldObject"] = object.clone();
        for object in [Value::Null, object.clone(), json!({"spec": 5}), json!("garbage")] {
            request["object"] = object;
            assert_eq!(judged(&request), Verdict::Accepted, "{request}");
        }
        request.as_object_mut().unwrap().remove("name");
        assert_eq!(judged(&request), Verdict::Accepted, "the deletion of a collection has no name: {request}");
    }
}

#[test]
fn an_update_of_what_is_being_deleted_is_accepted() {
    let objects =
        KINDS.iter().map(|kind| kind.object(bad_spec())).chain(others().into_iter().map(|(object, ..)| object));
    for object in objects {
        let mut old = object.clone();
        old["metadata"]["finalizers"] = json!(["example.com/cleanup"]);
        let mut deleted = object.clone();
        deleted["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        deleted["metadata"]["finalizers"] = json!([]);
        if let Some(spec) = deleted.get_mut("spec").and_then(Value::as_object_mut) {
            spec.insert("changed".to_owned(), json!(true));
        }
        assert_eq!(judged(&update(&deleted, &old)), Verdict::Accepted, "{deleted}");
        assert_eq!(judged(&update(&deleted, &Value::Null)), Verdict::Accepted, "{deleted}");

        let mut unreadable = deleted.clone();
        unreadable["spec"] = json!("garbage");
        unreadable["template"] = json!(["garbage"]);
        unreadable["metadata"]["labels"] = json!(5);
        unreadable["metadata"]["ownerReferences"] = json!("garbage");
        assert_eq!(judged(&update(&unreadable, &old)), Verdict::Accepted, "finalizers must go: {unreadable}");

        for nothing in [json!(""), Value::Null] {
            deleted["metadata"]["deletionTimestamp"] = nothing;
            assert!(!findings(&update(&deleted, &Value::Null), &json!({})).is_empty(), "{deleted}");
        }
    }
}

#[test]
fn a_deletion_timestamp_means_nothing_on_create() {
    for kind in &KINDS {
        let mut object = kind.object(bad_spec());
        object["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        assert_eq!(places(&create(&object), &json!({})), bad(kind), "{}", kind.name);
    }
    for (mut object, rule, path) in others() {
        object["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        assert_eq!(places(&create(&object), &json!({})), [(rule, path.to_owned())], "{object}");
    }
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
            let found = findings_and_response(&update(&object, &old), &json!({}));
            let found: Vec<_> = found.into_iter().map(|found| (found.rule, found.path)).collect();
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
fn a_workload_that_was_mended_passes() {
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

fn service(annotations: Value, spec: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop", "annotations": annotations}, "spec": spec,
    })
}

/// Rules and levels of what is found in an update.
fn levels(object: &Value, old: &Value) -> Vec<(&'static str, Level)> {
    findings_and_response(&update(object, old), &json!({})).iter().map(|found| (found.rule, found.level)).collect()
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

fn owned(kind: &str, spec: Value, owner: &Value) -> Value {
    let mut object = kind_named(kind).object(spec);
    object["metadata"]["ownerReferences"] = json!([owner]);
    object
}

fn owner(api_version: &str, kind: &str) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "name": "web", "uid": "u", "controller": true})
}

#[test]
fn what_a_deployment_or_cron_job_controls_is_accepted_without_a_look() {
    let cases = [("ReplicaSet", owner("apps/v1", "Deployment")), ("Job", owner("batch/v1", "CronJob"))];
    for (kind, owner) in &cases {
        let object = owned(kind, bad_spec(), owner);
        assert_eq!(judged(&create(&object)), Verdict::Accepted, "{kind}");
        let changed = owned(kind, json!({"hostPID": true}), owner);
        assert_eq!(judged(&update(&changed, &object)), Verdict::Accepted, "{kind}");
        assert_eq!(judged(&create(&owned(kind, json!("garbage"), owner))), Verdict::Accepted, "{kind}");
        let mut among = object.clone();
        among["metadata"]["ownerReferences"] = json!([
            {"apiVersion": "example.com/v1", "kind": "Guard", "name": "g", "uid": "v"}, owner,
        ]);
        assert_eq!(judged(&create(&among)), Verdict::Accepted, "{kind} among other owners");
    }
    let older = owned("Job", bad_spec(), &owner("batch/v1beta1", "CronJob"));
    assert_eq!(judged(&create(&older)), Verdict::Accepted, "the version of the group does not matter");
}

#[test]
fn what_others_own_is_judged() {
    let without_controller = |mut owner: Value, controller: Value| {
        owner["controller"] = controller;
        owner
    };
    let deployment = owner("apps/v1", "Deployment");
    let cases = [
        ("ReplicaSet", without_controller(deployment.clone(), json!(false))),
        ("ReplicaSet", without_controller(deployment.clone(), Value::Null)),
        ("ReplicaSet", owner("argoproj.io/v1alpha1", "Rollout")),
        ("ReplicaSet", owner("apps.example.com/v1", "Deployment")),
        ("ReplicaSet", owner("v1", "Deployment")),
        ("ReplicaSet", owner("batch/v1", "CronJob")),
        ("ReplicaSet", owner("apps/v1", "StatefulSet")),
        ("Job", owner("batch.volcano.sh/v1", "CronJob")),
        ("Job", owner("apps/v1", "Deployment")),
        ("Job", without_controller(owner("batch/v1", "CronJob"), json!(false))),
        ("Deployment", owner("apps/v1", "Deployment")),
        ("StatefulSet", owner("apps/v1", "Deployment")),
        ("Pod", owner("apps/v1", "ReplicaSet")),
        ("Pod", owner("apps/v1", "Deployment")),
        ("Pod", owner("batch/v1", "Job")),
        ("Pod", owner("batch/v1", "CronJob")),
    ];
    for (kind, owner) in &cases {
        let object = owned(kind, bad_spec(), owner);
        assert_eq!(places(&create(&object), &json!({})), bad(kind_named(kind)), "{kind} of {owner}");
    }
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

fn sub_resource(mut request: Value, name: &str) -> Value {
    request["subResource"] = json!(name);
    request
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
    assert_eq!(places(&request(&one, &Value::Null), &json!({})), of(0).collect::<Vec<_>>());
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
    assert_eq!(resize(resources("1", "2500m"), resources("1", "2")), [requests(), subcore]);
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
    let all = places(&sub_resource(update(&object("3"), &Value::Null), "resize"), &json!({}));
    assert_eq!(all, found, "without an old object all of it is new");
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

#[test]
fn kinds_that_no_rule_knows_are_never_decoded() {
    let garbage = [
        json!({"metadata": 5, "spec": "x"}),
        json!({"metadata": {"labels": [1], "ownerReferences": {}}, "spec": {"template": 7, "containers": "x"}}),
        json!("garbage"),
        json!([]),
        json!(5),
        Value::Null,
    ];
    let kinds = [
        ("example.com", "Widget"),
        ("example.com", "Pod"),
        ("apps", "Pod"),
        ("", "Deployment"),
        ("extensions", "Deployment"),
        ("core", "Pod"),
        ("networking.k8s.io", "Ingress"),
        ("", "Node"),
        ("", "pod"),
        ("", "Pods"),
        ("autoscaling", "HorizontalPodAutoscaler"),
        ("gateway.networking.k8s.io", "Gateway"),
    ];
    for (group, kind) in kinds {
        for object in &garbage {
            for operation in ["CREATE", "UPDATE"] {
                let mut request = create(object);
                request["kind"] = json!({"group": group, "version": "v1", "kind": kind});
                request["operation"] = json!(operation);
                request["oldObject"] = object.clone();
                assert_eq!(judged(&request), Verdict::Accepted, "{group} {kind} {object}");
            }
        }
    }
}

#[test]
fn the_version_of_a_group_does_not_matter() {
    for kind in &KINDS {
        for version in ["v1beta1", "v2", ""] {
            let mut request = create(&kind.object(bad_spec()));
            request["kind"]["version"] = json!(version);
            assert_eq!(places(&request, &json!({})), bad(kind), "{} {version}", kind.name);
        }
        let mut request = create(&kind.object(bad_spec()));
        request["kind"].as_object_mut().unwrap().remove("version");
        if kind.group.is_empty() {
            request["kind"]["group"] = Value::Null;
        }
        assert_eq!(places(&request, &json!({})), bad(kind), "{}", kind.name);
    }
}

/// The kind of the request counts, not what the object says of itself.
#[test]
fn what_the_sender_makes_up_is_not_read() {
    for kind in &KINDS {
        let mut request = create(&kind.object(bad_spec()));
        request["object"].as_object_mut().unwrap().remove("apiVersion");
        request["object"].as_object_mut().unwrap().remove("kind");
        for field in ["uid", "resource", "requestKind", "requestResource", "options", "dryRun"] {
            for value in [Value::Null, json!("x"), json!(5), json!([[[]]]), json!({"group": 5})] {
                request[field] = value;
                assert_eq!(places(&request, &json!({})), bad(kind), "{} with {}: {}", kind.name, field, request[field]);
            }
        }
    }
}

#[test]
fn a_key_with_escapes_is_the_same_key() {
    let payload =
        payload(&create(&KINDS[0].object(bad_spec())), &json!({})).replace("hostNetwork", "\\u0068ostN\\u0065twork");
    let found: Vec<_> = judge(&payload).findings().into_iter().map(|found| (found.rule, found.path)).collect();
    assert_eq!(found, bad(&KINDS[0]));
}

#[test]
fn the_order_of_the_payload_does_not_matter() {
    for kind in &KINDS {
        let request = create(&kind.object(bad_spec()));
        let map = request.as_object().unwrap();
        for first in map.keys() {
            let mut fields = vec![format!("{}:{}", json!(first), map[first])];
            fields.extend(
                map.iter().filter(|(key, _)| *key != first).map(|(key, value)| format!("{}:{value}", json!(key))),
            );
            let request = format!("{{{}}}", fields.join(","));
            let reversed = format!("{{{}}}", fields.iter().rev().cloned().collect::<Vec<_>>().join(","));
            for request in [request, reversed] {
                for payload in [
                    format!("{{\"request\":{request},\"settings\":{{}}}}"),
                    format!("{{\"settings\":{{}},\"request\":{request}}}"),
                    format!("{{\"request\":{request}}}"),
                ] {
                    let found: Vec<_> =
                        judge(&payload).findings().into_iter().map(|found| (found.rule, found.path)).collect();
                    assert_eq!(found, bad(kind), "{payload}");
                }
            }
        }
    }
}

#[test]
fn on_managed_nodes_everything_passes() {
    let settings = json!({"nodeKind": "managed", "mutate": "full", "mutateTemplates": true});
    let mut requests: Vec<_> = KINDS.iter().map(|kind| create(&kind.object(bad_spec()))).collect();
    requests.extend(KINDS.iter().map(|kind| create(&kind.object(json!("garbage")))));
    requests.extend(others().into_iter().map(|(object, ..)| create(&object)));
    let mut connection = create(&json!({"apiVersion": "v1", "kind": "PodExecOptions"}));
    overlay(&mut connection, &json!({"operation": "CONNECT", "subResource": "exec"}));
    requests.push(connection);
    for request in requests {
        assert_eq!(validate(&payload(&request, &settings)), json!({"accepted": true}), "{request}");
        assert_ne!(validate(&payload(&request, &json!({}))), json!({"accepted": true}), "{request}");
    }
}
