//! The second law, for generated objects with several findings, under generated settings.

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Value, json};

use crate::common::policy::{Fix, Level, RULES, rule};
use crate::common::{
    KINDS, annotation, answer, create, findings, good_container, good_spec, kind_named, service, update,
};
use crate::law::assert_second_law;
use crate::rules::in_pods;
use crate::support::{LB_MODE, LB_TYPE, NLB_MODE, PRESERVE, RULES_MODE, only_fixable, with, with_parameters};

/// Writes a patch into a value: objects member by member, everything else as a whole.
fn merge(target: &mut Value, patch: &Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(target.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (target, patch) => *target = patch.clone(),
    }
}

/// An object with several of the cases in it, and some of what keeps fixes from being made.
fn broken_object() -> impl Strategy<Value = (String, Value)> {
    let cases: Vec<_> = in_pods().collect();
    let count = cases.len();
    let obstacles = vec![
        json!({}),
        json!({}),
        json!({}),
        json!({"hostPID": true}),
        json!({"hostNetwork": true}),
        json!({"resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "2"}}}),
        json!({"os": {"name": "windows"}}),
    ];
    let container_obstacles = vec![
        json!({}),
        json!({}),
        json!({"securityContext": {"privileged": true}}),
        json!({"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}),
        json!({"livenessProbe": {"grpc": {"port": 1}}}),
        json!({"resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}}),
    ];
    let kinds: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    (
        prop_oneof![Just("Pod"), select(kinds)],
        subsequence(cases, 0..count.min(14)),
        prop::collection::vec(any::<Index>(), 14),
        prop::collection::vec((select(vec!["containers", "initContainers"]), select(container_obstacles)), 0..3),
        select(obstacles),
    )
        .prop_map(|(kind, cases, places, more, obstacle)| {
            let kind = kind_named(kind);
            let mut spec = good_spec();
            merge(&mut spec, &obstacle);
            for (index, (list, patch)) in more.iter().enumerate() {
                let mut container = good_container(&format!("c{index}"));
                merge(&mut container, patch);
                if spec[*list].is_null() {
                    spec[*list] = json!([]);
                }
                spec[*list].as_array_mut().unwrap().push(container);
            }
            let mut metadata = json!({});
            for ((_, case), place) in cases.iter().zip(&places) {
                if let Some(pod) = &case.pod {
                    merge(&mut spec, pod);
                }
                if let Some(volume) = &case.volume {
                    if spec["volumes"].is_null() {
                        spec["volumes"] = json!([]);
                    }
                    spec["volumes"].as_array_mut().unwrap().push(volume.clone());
                }
                if let Some(patch) = &case.container {
                    let list = if spec["initContainers"].is_null() || place.index(3) > 0 {
                        "containers"
                    } else {
                        "initContainers"
                    };
                    let containers = spec[list].as_array_mut().unwrap();
                    let index = place.index(containers.len());
                    merge(&mut containers[index], patch);
                }
                if let Some(patch) = &case.metadata {
                    merge(&mut metadata, patch);
                }
            }
            let mut object = kind.object(spec);
            let path = kind.template_metadata();
            merge(path.split('.').fold(&mut object, |value, key| &mut value[key]), &metadata);
            (kind.name.to_owned(), object)
        })
}

/// Settings with fixes; mostly such that something is left to be fixed and nothing to be denied.
fn settings() -> impl Strategy<Value = Value> {
    let often = || prop::bool::weighted(0.8);
    let fixes: Vec<_> = RULES.iter().filter_map(|rule| Some((rule.id, rule.fix?))).collect();
    (
        select(vec!["safe", "full", "full", "full"]),
        select(vec!["strict", "tolerant"]),
        (often(), often(), any::<bool>()),
        prop::option::weighted(0.3, select(fixes)),
    )
        .prop_map(|(mutate, profile, (templates, fixable, parameters), other)| {
            let mut settings = json!({"mutate": mutate, "profile": profile, "mutateTemplates": templates});
            if parameters {
                settings = with_parameters(&settings);
            }
            if fixable {
                settings = only_fixable(&settings);
            }
            // One rule may be told otherwise.
            match other {
                Some((id, fix)) => with(&settings, id, "mutate", json!(mutate == "safe" && fix == Fix::Full)),
                None => settings,
            }
        })
}

fn broken_service() -> impl Strategy<Value = Value> {
    let mode = || select(vec!["All", "Frontend", "None", "", "none", "NSG", "SL-All", "sl-frontend"]);
    let of = |name: &'static str, values: Vec<&'static str>| {
        prop::option::of(select(values)).prop_map(move |value| value.map(|value| (name.to_owned(), json!(value))))
    };
    let annotations = (
        of(LB_TYPE, vec!["lb", "nlb", "NLB", ""]),
        of(PRESERVE, vec!["true", "T", "false", "yes", ""]),
        prop::option::of(mode()).prop_map(|mode| mode.map(|mode| (LB_MODE.to_owned(), json!(mode)))),
        prop::option::of(mode()).prop_map(|mode| mode.map(|mode| (NLB_MODE.to_owned(), json!(mode)))),
        prop::option::weighted(0.3, mode()).prop_map(|mode| mode.map(|mode| (RULES_MODE.to_owned(), json!(mode)))),
    );
    let spec = (
        select(vec!["LoadBalancer", "LoadBalancer", "NodePort", "ClusterIP"]),
        of("externalTrafficPolicy", vec!["Local", "Cluster"]),
        prop::option::of(Just(("healthCheckNodePort".to_owned(), json!(31000)))),
        of("loadBalancerClass", vec!["", "example.com/lb"]),
    );
    (annotations, spec, any::<bool>()).prop_map(|((a, b, c, d, e), (kind, f, g, h), is_bare)| {
        let annotations: serde_json::Map<_, _> = [a, b, c, d, e].into_iter().flatten().collect();
        let mut spec: serde_json::Map<_, _> = [f, g, h].into_iter().flatten().collect();
        spec.insert("type".to_owned(), json!(kind));
        let mut service = service(json!(annotations), spec.into());
        if is_bare && annotations.is_empty() {
            service["metadata"].as_object_mut().unwrap().remove("annotations");
        }
        service
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_second_law_holds_for_generated_objects((kind, object) in broken_object(), settings in settings()) {
        assert_second_law(&create(&object), &settings);
        let clean = kind_named(&kind).object(good_spec());
        assert_second_law(&update(&object, &clean), &settings);
    }

    #[test]
    fn the_second_law_holds_for_generated_services(service in broken_service(), settings in settings()) {
        assert_second_law(&create(&service), &settings);
    }

    /// What was fixed and what is denied are never the same, and only a request that is accepted is fixed.
    #[test]
    fn a_pod_with_only_fixable_findings_is_admitted((_, object) in broken_object()) {
        let settings = with_parameters(&json!({"mutate": "full", "mutateTemplates": true}));
        let request = create(&object);
        let answer = answer(&request, &settings);
        let off = with_parameters(&json!({"mutate": "off"}));
        for found in findings(&request, &off).iter().filter(|found| found.level == Level::Deny) {
            let denied = annotation(&answer, "denied").split(',').any(|id| id == found.rule);
            let has_fix = rule(found.rule).fix.is_some();
            // Fixes that are not made everywhere: those the catalogue makes an exception of.
            let is_special = ["privilege-escalation", "requests-equal-limits", "pod-os"].contains(&found.rule);
            prop_assert!(if has_fix { !denied || is_special } else { denied }, "{}: {answer}", found.line());
        }
    }
}
