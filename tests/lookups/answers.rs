//! What an answer leads to, and what none leads to.

use serde_json::{Value, json};

use crate::common::clusters::{Answer, Witness};
use crate::common::policy::{Grant, Lookup, LookupError};
use crate::common::{
    annotation, assert_nothing, bad_spec, connect, create, good_spec, kind_named, message, overlay, payload,
    validate_in, validate_with, warnings,
};
use crate::support::text;

/// One request a kind that needs it, with the settings; the rule and the place that speak where it fails.
struct Need {
    kind: Lookup,
    request: Value,
    settings: Value,
    rule: &'static str,
    path: &'static str,
}

fn needs() -> Vec<Need> {
    let mut spec = good_spec();
    spec["imagePullSecrets"] = json!([{"name": "one"}, {"name": "two"}]);
    let pulls = create(&kind_named("Pod").object(spec));
    let mut spec = good_spec();
    spec["volumes"] = json!([{"name": "a", "persistentVolumeClaim": {"claimName": "a"}}]);
    let mounts = create(&kind_named("Pod").object(spec));
    let good = create(&kind_named("Pod").object(good_spec()));
    let need = |kind: Lookup, request: &Value, more: Value, rule, path| {
        let mut settings = json!({"lookups": [kind.name()]});
        overlay(&mut settings, &more);
        Need { kind, request: request.clone(), settings, rule, path }
    };
    let mixed = json!({"nodeKind": "mixed"});
    let classes = json!({"rules": {"persistent-volume-claim": {"allowStorageClasses": ["fss"]}}});
    vec![
        need(Lookup::Node, &good, mixed.clone(), "placement", "spec"),
        need(Lookup::Pod, &connect("exec"), mixed, "placement", "pods/exec"),
        need(Lookup::Secret, &pulls, json!({}), "image-pull-secret-type", "spec.imagePullSecrets[0]"),
        need(
            Lookup::PersistentVolumeClaim,
            &mounts,
            classes,
            "persistent-volume-claim",
            "spec.volumes[0].persistentVolumeClaim",
        ),
        need(Lookup::Namespace, &good, json!({}), "service-mesh", "metadata.namespace"),
    ]
}

/// The same for the kinds that a claim on File Storage needs.
fn needs_of_claims() -> Vec<Need> {
    let claim = |name: &str, spec: Value| {
        create(&json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "namespace": "shop"}, "spec": spec}))
    };
    let need = |kind: Lookup, request: Value| Need {
        kind,
        request,
        settings: json!({"platform": "2026-08-28", "lookups": [kind.name()]}),
        rule: "persistent-volume-claim",
        path: "kind",
    };
    let modes = json!(["ReadWriteMany"]);
    vec![
        need(Lookup::StorageClass, claim("by-class", json!({"storageClassName": "fss", "accessModes": modes}))),
        need(
            Lookup::PersistentVolume,
            claim("by-volume", json!({"storageClassName": "", "volumeName": "a", "accessModes": modes})),
        ),
    ]
}

/// Which permission is missing, and how to grant it.
fn failure(need: &Need) -> String {
    let Need { kind, rule, path, .. } = need;
    let kind = kind.name();
    format!(
        "{rule} {path}: the policy could not look up {kind}s in the cluster; name the kind in contextAwareResources, and \
         grant the policy server get, list and watch"
    )
}

/// What is wrong where an answer counts as none: the settings decide what that leads to.
fn wrong_with_failure(need: &Need, given: &Answer, what: &str) -> Vec<String> {
    let line = failure(need);
    let mut wrong = Vec::new();
    let settings =
        [(None, false), (Some(Value::Null), false), (Some(json!("warn")), false), (Some(json!("deny")), true)];
    for (setting, denies) in settings {
        let mut settings = need.settings.clone();
        if let Some(setting) = setting {
            settings["onLookupFailure"] = setting;
        }
        let response = validate_with(&Witness::answering(need.kind, given.clone()), &payload(&need.request, &settings));
        let mut check = |is_right: bool, right: &str| {
            if !is_right {
                wrong.push(format!("{}, {what}, {settings}: {right}: {response}", need.kind.name()));
            }
        };
        let says = |line: &str| message(&response).lines().any(|said| said == line);
        let names = |ids: &str| ids.split(',').any(|id| id == need.rule);
        check(response["accepted"] == !denies, "the settings decide");
        if denies {
            check(says(&format!("- {line}")), "the denial says why");
            check(names(annotation(&response, "denied")), "the rule denied");
        } else {
            check(says(&line) && warnings(&response).contains(&line), "the warning says why");
            check(names(annotation(&response, "warned")), "the rule warned");
        }
        check(message(&response).matches("could not look up").count() <= 1, "it is said once");
    }
    wrong
}

#[test]
fn a_look_up_that_fails_is_no_silent_yes() {
    let mut wrong = Vec::new();
    for need in needs() {
        wrong.extend(wrong_with_failure(&need, &Err(LookupError::Failed), "not granted, or timed out"));
        assert!(failure(&need).len() <= 256);
    }
    assert_nothing(&wrong);
}

/// Where the host says which grant is missing, the message says it too.
#[test]
fn a_look_up_that_is_refused_names_what_is_missing() {
    let mut wrong = Vec::new();
    for need in needs().into_iter().chain(needs_of_claims()) {
        let capability = match need.kind {
            Lookup::Node | Lookup::StorageClass | Lookup::PersistentVolume => "list_resources_all",
            Lookup::Pod | Lookup::Namespace => "get_resource",
            Lookup::Secret | Lookup::PersistentVolumeClaim => "list_resources_by_namespace",
        };
        let of_server = format!("name kubernetes/{capability} in namespacedPoliciesCapabilities of the policy server");
        for (grant, remedy) in [
            (Grant::Resource, "name the kind in contextAwareResources of the policy"),
            (Grant::Capability, &of_server),
            (Grant::Permission, "grant the account of the policy server get, list and watch"),
        ] {
            let answer = Err(LookupError::NotGranted(grant));
            let response =
                validate_with(&Witness::answering(need.kind, answer), &payload(&need.request, &need.settings));
            let line = format!("{} {}: the policy could not look up ", need.rule, need.path);
            let end = format!(" in the cluster; {remedy}");
            if !warnings(&response).iter().any(|said| said.starts_with(&line) && said.ends_with(&end)) {
                wrong.push(format!("{}, {grant:?}: {response}", need.kind.name()));
            }
        }
    }
    assert_nothing(&wrong);
}

#[test]
fn an_answer_that_cannot_be_read_is_a_failure() {
    let mut wrong = Vec::new();
    for need in needs() {
        for bytes in
            [&b""[..], b" ", b"garbage", b"\xff\xfe", b"{\"items\": [", b"{\"items\": []} x", b"Cannot find it"]
        {
            wrong.extend(wrong_with_failure(&need, &Ok(bytes.to_vec()), &String::from_utf8_lossy(bytes)));
        }
    }
    assert_nothing(&wrong);
}

/// A list without items doesn't count as empty. An object without the requested fields doesn't count as one without
/// values.
#[test]
fn an_answer_of_another_shape_is_a_failure() {
    let mut wrong = Vec::new();
    for need in needs() {
        let mut answers = vec![json!(null), json!([]), json!(5), json!("x"), json!(true), json!([{"items": []}])];
        answers.extend(match need.kind {
            Lookup::Pod => {
                vec![json!({"spec": 5}), json!({"spec": {"nodeSelector": 5}}), json!({"spec": {"affinity": []}})]
            }
            Lookup::Namespace => vec![json!({"metadata": 5}), json!({"metadata": {"labels": 5}})],
            _ => vec![json!({}), json!({"items": 5}), json!({"items": {"a": 1}}), json!({"items": "x"})],
        });
        for answer in answers {
            wrong.extend(wrong_with_failure(&need, &text(&answer), &answer.to_string()));
        }
    }
    assert_nothing(&wrong);
}

#[test]
fn no_answer_is_a_trap() {
    let mut deep = "[".repeat(100_000);
    deep.push_str(&"]".repeat(100_000));
    let item = json!({"metadata": {"name": 5, "labels": [], "annotations": 5}, "type": {}, "spec": "x"});
    let answers = [
        deep.clone(),
        format!("{{\"items\":{deep}}}"),
        format!("{{\"metadata\":{{\"labels\":{{\"a\":{deep}}}}},\"spec\":{{\"affinity\":{deep}}}}}"),
        json!({"items": [5, null, "x", [], {}, item]}).to_string(),
        json!({"items": null, "metadata": null, "spec": null}).to_string(),
        json!({"items": [{"metadata": null, "spec": null, "type": null}]}).to_string(),
        json!({"spec": {"taints": [null, 5], "tolerations": [null, 5]}}).to_string(),
        "\u{feff}{}".to_owned(),
    ];
    for need in needs() {
        for answer in &answers {
            for failing in ["deny", "warn"] {
                let mut settings = need.settings.clone();
                settings["onLookupFailure"] = json!(failing);
                let cluster = Witness::answering(need.kind, Ok(answer.clone().into_bytes()));
                let response = validate_with(&cluster, &payload(&need.request, &settings));
                assert!(response["accepted"].is_boolean(), "{response}");
                assert!([json!(null), json!(403)].contains(&response["code"]), "{response}");
            }
        }
    }
}

/// The finding of a look-up takes the level of `onLookupFailure`, whatever the level of the rule that asked.
#[test]
fn the_level_of_a_failure_is_that_of_the_settings() {
    let need = needs().remove(2);
    for (level, failing, denies) in [("warn", "deny", true), ("deny", "warn", false), ("warn", "warn", false)] {
        let mut settings = need.settings.clone();
        settings["rules"] = json!({"image-pull-secret-type": level});
        settings["onLookupFailure"] = json!(failing);
        let response = validate_with(&Witness::new(Err(LookupError::Failed)), &payload(&need.request, &settings));
        assert_eq!(response["accepted"], !denies, "{level}, {failing}");
        assert!(message(&response).contains(&failure(&need)), "{level}, {failing}");
    }
    let mut settings = need.settings.clone();
    overlay(&mut settings, &json!({"rules": {"image-pull-secret-type": "off"}, "onLookupFailure": "deny"}));
    let response = validate_with(&Witness::new(Err(LookupError::Failed)), &payload(&need.request, &settings));
    assert_eq!(response, json!({"accepted": true}), "nothing needs to be known");
}

#[test]
fn what_is_not_there_is_no_failure() {
    for need in needs() {
        for (failing, given) in [("deny", Err(LookupError::Missing)), ("warn", Err(LookupError::Missing))]
            .into_iter()
            .chain([("deny", text(&json!({"items": []})))])
        {
            let is_list = given.is_ok();
            if is_list && matches!(need.kind, Lookup::Pod | Lookup::Namespace) {
                continue;
            }
            let mut settings = need.settings.clone();
            settings["onLookupFailure"] = json!(failing);
            let response = validate_with(&Witness::answering(need.kind, given), &payload(&need.request, &settings));
            let name = need.kind.name();
            assert_eq!(response["accepted"], true, "{name}: {response}");
            assert!(!message(&response).contains("could not look up"), "{name}: {response}");
            // Where a pod runs that is gone, and of which class a claim is, remains unknown.
            let warned = match need.kind {
                Lookup::Pod => "exec",
                Lookup::PersistentVolumeClaim => "persistent-volume-claim",
                _ => "",
            };
            assert_eq!(annotation(&response, "warned"), warned, "{name}: {response}");
        }
    }
}

#[test]
fn what_is_looked_for_is_found_in_a_long_list() {
    let secret = |name: &str, kind: &str| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "shop"}, "type": kind});
    let mut cluster: Vec<_> =
        (0..20_000).map(|index| secret(&format!("other-{index}"), "kubernetes.io/dockerconfigjson")).collect();
    cluster.push(secret("one", "kubernetes.io/dockerconfigjson"));
    cluster.push(secret("two", "Opaque"));
    let need = needs().remove(2);
    let response = validate_in(&cluster, &payload(&need.request, &need.settings));
    assert_eq!(annotation(&response, "denied"), "image-pull-secret-type");
    assert!(message(&response).contains("spec.imagePullSecrets[1]"), "{response}");
    assert!(!message(&response).contains("spec.imagePullSecrets[0]"), "{response}");

    let node = |name: String| {
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels":
            {"node-role.kubernetes.io/virtual-node": "", "kubernetes.io/hostname": name}}})
    };
    let cluster: Vec<_> = (0..5000).map(|index| node(format!("n{index}"))).collect();
    let settings = json!({"nodeKind": "mixed", "lookups": ["Node"]});
    let on = |host: &str| {
        let mut spec = bad_spec();
        spec["nodeSelector"] = json!({"kubernetes.io/hostname": host});
        validate_in(&cluster, &payload(&create(&kind_named("Pod").object(spec)), &settings))["accepted"] == false
    };
    assert!(on("n4999"));
    assert!(!on("n5000"));
}
