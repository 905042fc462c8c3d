//! Objects in which there is more than can be judged in the time that a policy server gives.

use serde_json::{Map, Value, json};

use super::support::judged;
use crate::common::{Verdict, annotation, answer, create, good_container, good_spec, kind_named, message};

/// The most findings in an object.
const MAX_FINDINGS: usize = 12_000;
/// The most values in an object that rules read.
const MAX_VALUES: usize = 150_000;

/// What is said of an object that has more.
const TOO_MUCH: &str =
    "Pod shop/web cannot be read: 1 field\n- spec: expected at most 150000 values and 12000 findings, found more";

/// A Pod that asks for so many kinds of GPUs.
fn gpus(count: usize) -> Value {
    let mut spec = good_spec();
    let requests: Map<_, _> = (0..count).map(|index| (format!("nvidia.com/g{index:05}"), json!("1"))).collect();
    let limits = json!({"cpu": "1", "memory": "1Gi"});
    spec["containers"][0]["resources"] = json!({"requests": requests, "limits": limits});
    kind_named("Pod").object(spec)
}

/// A Pod with so many containers that have no resources.
fn containers(count: usize) -> Value {
    let mut container = good_container("a");
    container.as_object_mut().expect("a container").remove("resources");
    kind_named("Pod").object(json!({"containers": vec![container; count]}))
}

#[test]
fn very_many_findings_are_counted_and_those_after_them_are_not() {
    for (count, problems) in [(10_000, "10000"), (MAX_FINDINGS, "12000"), (MAX_FINDINGS + 1, "at least 12000")] {
        let response = answer(&create(&gpus(count)), &json!({"mutate": "full"}));
        let heading = format!("Pod shop/web cannot run on OKE virtual nodes: {problems} problems\n- pod-shape ");
        assert!(message(&response).starts_with(&heading), "{}", &message(&response)[..200]);
        assert_eq!((&response["code"], annotation(&response, "denied")), (&json!(403), "pod-shape"));
    }
}

#[test]
fn an_object_with_very_many_findings_is_neither_accepted_nor_fixed() {
    for settings in
        [json!({}), json!({"mutate": "full", "rules": {"missing-resources": {"cpu": "1m", "memory": "1Mi"}}})]
    {
        let response = answer(&create(&containers(MAX_FINDINGS)), &settings);
        assert_eq!(
            (&response["accepted"], response["mutated_object"].is_null()),
            (&json!(true), settings == json!({}))
        );
        let response = answer(&create(&containers(MAX_FINDINGS + 1)), &settings);
        assert_eq!(response, json!({"accepted": false, "code": 422, "message": TOO_MUCH}));
    }
    // An exemption is for what was found.
    let exempting = json!({"exemptions": [{"rules": ["missing-resources"], "namespaces": ["shop"], "reason": "r"}]});
    let response = answer(&create(&containers(MAX_FINDINGS + 1)), &exempting);
    assert_eq!(message(&response), TOO_MUCH);
}

#[test]
fn an_object_with_very_many_values_is_refused() {
    let labelled = |count: usize| {
        let mut object = kind_named("Pod").object(good_spec());
        object["metadata"]["labels"] = (0..count).map(|index| (format!("k{index:06}"), json!("v"))).collect();
        object
    };
    assert!(matches!(judged(&create(&labelled(MAX_VALUES - 100))), Verdict::Judged(..) | Verdict::Accepted));
    let Verdict::Rejected(422, text) = judged(&create(&labelled(MAX_VALUES))) else { panic!("it is judged") };
    assert_eq!(text, TOO_MUCH);
    // What no rule reads doesn't count.
    let mut object = kind_named("Pod").object(good_spec());
    object["status"] = json!({"x": vec![1; MAX_VALUES]});
    assert!(matches!(judged(&create(&object)), Verdict::Judged(..) | Verdict::Accepted));
}
