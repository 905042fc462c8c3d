//! Which requests are fixed, and what a request with several findings becomes.

use serde_json::{Value, json};

use crate::common::policy::rule;
use crate::common::{KINDS, annotation, answer, create, good_container, overlay, reviews, service, update, warnings};
use crate::law::assert_second_law;
use crate::support::{
    LB_MODE, LB_TYPE, NLB_MODE, PRESERVE, assert_denied, assert_fixed, assert_silent, assert_unfixed, only_fixable,
    pod, with, with_parameters,
};

#[test]
fn what_remains_is_said_after_what_was_fixed() {
    let object = pod(json!({"terminationGracePeriodSeconds": 5, "hostPID": true}));
    let settings = json!({"mutate": "safe", "rules": {"host-pid": "warn"}});
    let answer = answer(&create(&object), &settings);
    let mut expected = object.clone();
    expected["spec"]["terminationGracePeriodSeconds"] = json!(30);
    assert_fixed(&answer, &expected, "termination-grace-period");
    assert_eq!(annotation(&answer, "warned"), "host-pid");
    let lines = warnings(&answer);
    assert_eq!(lines[0], "termination-grace-period spec.terminationGracePeriodSeconds: was 5, set to 30");
    assert!(lines[1].starts_with("host-pid spec.hostPID: ") && lines.len() == 2, "{lines:?}");
}

#[test]
fn pods_are_never_fixed_when_they_are_updated() {
    let settings = json!({"mutate": "full", "mutateTemplates": true, "annotate": true});
    let old = pod(json!({}));
    let mut object = old.clone();
    overlay(&mut object["spec"], &json!({"terminationGracePeriodSeconds": 5, "hostname": "db"}));
    object["spec"]["containers"][0]["tty"] = json!(true);
    assert_silent(&answer(&update(&object, &old), &settings));

    let mut request = update(&object, &old);
    let mut debug = json!({"name": "debug", "image": "busybox", "tty": true});
    debug["terminationMessagePolicy"] = json!("FallbackToLogsOnError");
    request["object"]["spec"]["ephemeralContainers"] = json!([debug]);
    request["subResource"] = json!("ephemeralcontainers");
    let debugged = answer(&request, &settings);
    assert_denied(&debugged, "ephemeral-containers,interactive-container,termination-message");
    assert_eq!(warnings(&debugged), [""; 0]);
    let allowed = answer(&request, &with(&settings, "ephemeral-containers", "level", json!("off")));
    assert_denied(&allowed, "interactive-container,termination-message");
    assert_eq!(warnings(&allowed), [""; 0]);

    let mut request = update(&old, &old);
    request["object"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] = json!("2");
    request["subResource"] = json!("resize");
    let resized = answer(&request, &settings);
    assert_denied(&resized, "requests-equal-limits");
    assert_eq!(warnings(&resized), [""; 0]);
    let resized = answer(&request, &with(&settings, "requests-equal-limits", "level", json!("warn")));
    assert_eq!(resized["accepted"], true);
    assert_unfixed(&resized);

    // Without the old object an update is judged like a creation, and not fixed either.
    let mut request = update(&object, &Value::Null);
    request.as_object_mut().unwrap().remove("oldObject");
    assert_unfixed(&answer(&request, &settings));
}

#[test]
fn services_are_never_fixed_when_they_are_updated() {
    let settings = json!({"mutate": "full", "mutateTemplates": true, "annotate": true});
    let before = service(json!({LB_MODE: "None"}), json!({"type": "LoadBalancer"}));
    let object = service(json!({LB_MODE: "All"}), json!({"type": "LoadBalancer", "externalTrafficPolicy": "Local"}));
    let changed = answer(&update(&object, &before), &settings);
    assert_denied(&changed, "external-traffic-policy,load-balancer-security-list");
    assert_eq!(warnings(&changed), [""; 0]);
    let unchanged = answer(&update(&object, &object), &settings);
    assert_eq!(unchanged["accepted"], true);
    assert_unfixed(&unchanged);
    assert!(warnings(&unchanged).iter().all(|line| line.contains("(it was there before)")), "{unchanged}");
    let bare = service(json!({}), json!({"type": "LoadBalancer"}));
    assert_silent(&answer(&update(&bare, &bare), &settings));
    assert_silent(&answer(&update(&bare, &before), &settings));
}

#[test]
fn a_service_that_keeps_the_clients_address_is_fixed_as_a_whole() {
    let annotations = json!({LB_TYPE: "nlb", PRESERVE: "True", NLB_MODE: "All"});
    let object = service(
        annotations,
        json!({
            "type": "LoadBalancer", "externalTrafficPolicy": "Local", "ports": [{"port": 1}],
            "healthCheckNodePort": 30123,
        }),
    );
    let request = create(&object);
    let full = answer(&request, &json!({"mutate": "full"}));
    let expected = service(
        json!({LB_TYPE: "nlb", NLB_MODE: "None"}),
        json!({"type": "LoadBalancer", "externalTrafficPolicy": "Cluster", "ports": [{"port": 1}]}),
    );
    assert_fixed(&full, &expected, "external-traffic-policy,load-balancer-security-list");
    assert_eq!(warnings(&full).len(), 3, "{full}");
    assert!(assert_second_law(&request, &json!({"mutate": "full"})));
    // `safe` does not fix the one, and so fixes nothing.
    let safe = answer(&request, &json!({"mutate": "safe"}));
    assert_denied(&safe, "external-traffic-policy");
    assert_eq!(annotation(&safe, "warned"), "load-balancer-security-list");
    assert!(warnings(&safe).iter().all(|line| line.contains("would be set to None")), "{safe}");
    // What is worth an improvement is no finding, and not worth a word where it is not made.
    let object = service(json!({}), json!({"type": "LoadBalancer", "externalTrafficPolicy": "Local"}));
    let safe = answer(&create(&object), &json!({"mutate": "safe"}));
    assert_denied(&safe, "external-traffic-policy");
    assert_eq!((warnings(&safe), annotation(&safe, "warned")), (Vec::new(), ""));
}

#[test]
fn other_kinds_and_requests_are_not_fixed() {
    let settings = json!({"mutate": "full", "mutateTemplates": true, "annotate": true});
    for (name, request) in reviews() {
        let kind = request["kind"]["kind"].as_str().unwrap();
        let is_fixed_kind = KINDS.iter().any(|known| known.name == kind) || kind == "Service";
        let is_fixed = match request["operation"].as_str().unwrap() {
            "CREATE" => is_fixed_kind,
            "UPDATE" => is_fixed_kind && !matches!(kind, "Pod" | "Service"),
            _ => false,
        };
        if !is_fixed || request["subResource"].is_string() {
            let answer = answer(&request, &settings);
            assert_unfixed(&answer);
            assert!(!warnings(&answer).iter().any(|line| line.contains(": was ")), "{name}: {answer}");
        }
    }
}

#[test]
fn many_fixes_are_made_although_not_all_are_told() {
    let containers: Vec<_> = (0..200)
        .map(|index| {
            let mut container = good_container(&format!("c{index}"));
            container["tty"] = json!(true);
            container
        })
        .collect();
    let object = pod(json!({"containers": containers}));
    let answer = answer(&create(&object), &json!({"mutate": "full", "rules": {"pod-size": "off"}}));
    let mut expected = object.clone();
    for container in expected["spec"]["containers"].as_array_mut().unwrap() {
        container.as_object_mut().unwrap().remove("tty");
    }
    assert_fixed(&answer, &expected, "interactive-container");
    let lines = warnings(&answer);
    assert!(lines.iter().map(String::len).sum::<usize>() <= 4096);
    let last = lines.last().unwrap();
    assert_eq!(*last, format!("... and {} more", 200 - (lines.len() - 1)));
}

#[test]
fn review_022_is_denied_for_exactly_what_has_no_fix() {
    let request = &reviews()["022-pod-create"];
    let answer = answer(request, &with_parameters(&json!({"mutate": "full"})));
    assert_denied(&answer, "grpc-probe,init-containers,privileged,volume-type");
    for id in annotation(&answer, "denied").split(',') {
        assert_eq!(rule(id).fix, None, "{id}");
    }
    let lines = warnings(&answer);
    assert_eq!(annotation(&answer, "warned"), "host-port,missing-resources");
    assert!(lines.iter().all(|line| line.contains("would be ")), "{lines:?}");

    // With those off it is admitted, and fixed as a whole.
    let settings = only_fixable(&with_parameters(&json!({"mutate": "full"})));
    let fixed = self::answer(request, &settings);
    assert_eq!(fixed["accepted"], true);
    assert_eq!(annotation(&fixed, "fixed"), "host-port,missing-resources");
    assert_eq!(warnings(&fixed).len(), lines.len(), "one warning a fix");
}
