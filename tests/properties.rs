//! What holds of any input: there is an answer, it keeps to its form, and it does not depend on what should not matter.

mod common;

use common::clusters::Witness;
use common::fixtures::fixtures;
use common::policy::{
    Cluster, Host, KNOWN_KINDS, Lookup, LookupError, RULES, Shape, is_known_id, response, settings_errors, shape,
};
use common::{KINDS, create, judge, judge_bytes, payload, update, validate};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// Strings that come near to those that the rules look for.
fn text() -> BoxedStrategy<String> {
    prop_oneof![
        4 => select(vec![
            "", "1", "500m", "1Gi", "Local", "LoadBalancer", "Always", "Memory", "None", "File", "true", "false", "linux",
            "apps/v1", "batch/v1", "Deployment", "CronJob", "StatefulSet", "Job", "nlb", "All", "NSG", "In", "NotIn",
            "web", "web-0", "istio-proxy", "calico/node", "metrics-server", "--metric-resolution=15s",
            "VM.Standard3.Flex", "node.kubernetes.io/instance-type", "2026-01-01T00:00:00Z",
        ]).prop_map(str::to_owned),
        1 => ".{0,12}".prop_map(String::from),
    ]
    .boxed()
}

fn scalar() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        select(vec![0, 1, 30, 80, 420, 3600, 30000, -1, i64::MAX, i64::MIN]).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ]
    .boxed()
}

/// Any JSON at all.
fn anything() -> BoxedStrategy<Value> {
    scalar()
        .prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(text(), inner, 0..4).prop_map(|map| json!(map)),
            ]
        })
        .boxed()
}

/// A value that mostly is one of the shape.
fn shaped(shape: &'static Shape) -> BoxedStrategy<Value> {
    let right = match shape {
        Shape::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Shape::Int32 | Shape::Int64 => select(vec![0, 1, 30, 80, 420, 3600, 30000]).prop_map(Value::from).boxed(),
        Shape::Text => text().prop_map(Value::from).boxed(),
        Shape::Quantity => {
            select(vec!["0", "1", "1000m", "500m", "1Gi", "1024Mi", "1e3"]).prop_map(Value::from).boxed()
        }
        Shape::Presence => Just(json!({})).boxed(),
        Shape::List(shape) => prop::collection::vec(shaped(shape), 0..3).prop_map(Value::from).boxed(),
        Shape::Map(shape) => {
            let key = prop_oneof![3 => select(map_keys()).prop_map(str::to_owned), 1 => text()];
            prop::collection::btree_map(key, shaped(shape), 0..3).prop_map(|map| json!(map)).boxed()
        }
        Shape::Object(fields) => {
            let fields: Vec<_> = fields
                .known
                .iter()
                .map(|field| {
                    // What holds others is mostly there, or little would be reached.
                    let weight = if matches!(field.shape, Shape::Object(_)) { 0.8 } else { 0.3 };
                    let named = |value: Option<Value>| value.map(|value| (field.name.to_owned(), value));
                    prop::option::weighted(weight, shaped(field.shape)).prop_map(named)
                })
                .collect();
            let unknown = prop::option::weighted(0.1, (text(), anything()));
            (fields, unknown)
                .prop_map(|(fields, unknown)| {
                    fields.into_iter().chain([unknown]).flatten().collect::<Map<_, _>>().into()
                })
                .boxed()
        }
        _ => anything(),
    };
    prop_oneof![300 => right, 1 => anything()].boxed()
}

fn map_keys() -> Vec<&'static str> {
    vec![
        "cpu",
        "memory",
        "nvidia.com/gpu",
        "app",
        "k8s-app",
        "istio-injection",
        "istio.io/rev",
        "sidecar.istio.io/inject",
        "linkerd.io/inject",
        "oci.oraclecloud.com/load-balancer-type",
        "oci.oraclecloud.com/security-rule-management-mode",
        "service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode",
        "volume.beta.kubernetes.io/storage-class",
        "node.kubernetes.io/instance-type",
    ]
}

fn group_and_kind() -> BoxedStrategy<(&'static str, &'static str)> {
    let mut known: Vec<_> = KNOWN_KINDS.iter().map(|info| (info.group, info.name)).collect();
    known.extend([
        ("cilium.io", "CiliumNode"),
        ("networking.istio.io", "Gateway"),
        ("example.com", "Widget"),
        ("", ""),
    ]);
    select(known).boxed()
}

fn object_of(group: &str, kind: &str) -> BoxedStrategy<Value> {
    shape(group, kind).map_or_else(anything, shaped)
}

/// A request about an object that mostly is one of its kind.
fn request() -> BoxedStrategy<Value> {
    let operation = prop_oneof![
        12 => Just("CREATE"),
        6 => Just("UPDATE"),
        1 => select(vec!["DELETE", "CONNECT", "PATCH", ""]),
    ];
    let sub_resource = prop_oneof![
        12 => Just(""),
        3 => select(vec!["ephemeralcontainers", "resize"]),
        1 => select(vec!["status", "scale", "exec", "x"]),
    ];
    (group_and_kind(), operation, sub_resource)
        .prop_flat_map(|((group, kind), operation, sub_resource)| {
            (object_of(group, kind), prop::option::of(object_of(group, kind)), text()).prop_map(
                move |(object, old, name)| {
                    json!({
                        "kind": {"group": group, "version": "v1", "kind": kind},
                        "name": name,
                        "operation": operation,
                        "subResource": sub_resource,
                        "object": object,
                        "oldObject": old,
                    })
                },
            )
        })
        .boxed()
}

/// Settings that are mostly valid.
fn settings() -> BoxedStrategy<Value> {
    let level = || select(vec!["deny", "warn", "off"]).prop_map(Value::from);
    let of_rule = prop_oneof![
        4 => level(),
        1 => level().prop_map(|level| json!({"level": level})),
        1 => any::<bool>().prop_map(|mutate| json!({"mutate": mutate})),
        1 => anything(),
    ];
    let ids: Vec<_> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    let rules = prop::collection::btree_map(select(ids), of_rule, 0..6);
    let key = select(vec!["helpUrl", "mutate", "mutateTemplates", "annotate", "nodeKind", "profile"]);
    let value = prop_oneof![
        3 => select(vec!["https://example.com", "full", "safe", "off", "virtual", "strict", "tolerant"]).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => anything(),
    ];
    (rules, prop::collection::btree_map(key, value, 0..3))
        .prop_map(|(rules, others)| {
            let mut settings: Map<_, _> = others.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            settings.insert("rules".to_owned(), json!(rules));
            settings.into()
        })
        .boxed()
}

/// Settings of a mixed cluster that are mostly valid, over others.
fn mixed_settings() -> BoxedStrategy<Value> {
    let labels = prop::collection::btree_map(select(vec!["pool", "kubernetes.io/os", ""]), text(), 0..2);
    let effect = select(vec!["NoSchedule", "NoExecute", "PreferNoSchedule"]);
    let taints = prop::collection::vec((select(vec!["virtual", "a"]), text(), effect), 0..2);
    let lookups = prop::collection::vec(select(Lookup::NAMES.to_vec()), 0..5);
    let names =
        || prop::collection::vec(select(vec!["web", "shop", "*", "w*b", "Pod", "host-port", "placement"]), 0..2);
    let exemptions = (names(), names(), names()).prop_map(|(namespaces, names, rules)| {
        json!([{"namespaces": namespaces, "names": names, "rules": rules, "users": ["u"], "reason": "r"}])
    });
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (settings(), labels, taints, lookups, exemptions, flags)
        .prop_map(|(mut settings, labels, taints, lookups, exemptions, (annotations, exempt, denies, places))| {
            let taints: Vec<_> = taints
                .into_iter()
                .map(|(key, value, effect)| json!({"key": key, "value": value, "effect": effect}))
                .collect();
            settings["nodeKind"] = json!("mixed");
            settings["virtualNodes"] = json!({"labels": labels, "taints": taints});
            settings["lookups"] = json!(lookups);
            settings["onLookupFailure"] = json!(if denies { "deny" } else { "warn" });
            settings["allowAnnotations"] = json!(annotations);
            settings["rules"]["placement"] = json!({"mutate": places});
            if exempt {
                settings["exemptions"] = exemptions;
            }
            settings
        })
        .boxed()
}

/// What a cluster answers to everything: nodes and pods that are nearly right, or anything.
fn answer() -> BoxedStrategy<Option<String>> {
    let pod = object_of("", "Pod");
    let items = (prop::collection::vec(anything(), 0..3), text(), text()).prop_map(|(taints, key, value)| {
        let labels = json!({key: value});
        json!({"items": [{"metadata": {"name": "web", "labels": labels}, "spec": {"taints": taints}, "type": "Opaque"}]})
    });
    prop_oneof![
        2 => items.prop_map(|answer| Some(answer.to_string())),
        2 => pod.prop_map(|answer| Some(answer.to_string())),
        1 => anything().prop_map(|answer| Some(answer.to_string())),
        1 => ".{0,12}".prop_map(Some),
        1 => Just(None),
    ]
    .boxed()
}

/// Checks what holds of every response.
fn assert_form(payload: &[u8]) -> Result<(), TestCaseError> {
    assert_form_in(&Host, payload)
}

/// Checks what holds of every response, whatever the cluster says.
fn assert_form_in(cluster: &dyn Cluster, payload: &[u8]) -> Result<(), TestCaseError> {
    let response: Value = serde_json::from_str(&response(cluster, payload)).expect("a response is JSON");
    let accepted = response["accepted"].as_bool().expect("a verdict");
    let message = response.get("message").map(|message| message.as_str().expect("text"));
    let warnings: Vec<_> =
        response["warnings"].as_array().into_iter().flatten().map(|warning| warning.as_str().expect("text")).collect();
    let is_printable = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    prop_assert!(warnings.iter().all(|warning| is_printable(warning) && !warning.is_empty() && warning.len() <= 256));
    prop_assert!(warnings.iter().map(|warning| warning.len()).sum::<usize>() <= 4096);
    prop_assert!(message.is_none_or(|message| message.len() <= 8192 && message.split('\n').all(is_printable)));
    let code = response.get("code").map(|code| code.as_u64().expect("a number"));
    if accepted {
        prop_assert_eq!(code, None);
        prop_assert_eq!(message.unwrap_or_default(), warnings.join("\n"));
        prop_assert!(response["audit_annotations"].get("denied").is_none());
    } else {
        prop_assert!(message.is_some_and(|message| !message.is_empty()));
        prop_assert!(response.get("mutated_object").is_none(), "a denied request is never mutated");
        match code {
            Some(403) => prop_assert!(response["audit_annotations"]["denied"].is_string()),
            Some(400 | 422) => prop_assert!(response.get("warnings").is_none()),
            code => prop_assert!(false, "the code {code:?}"),
        }
    }
    for (_, ids) in response["audit_annotations"].as_object().into_iter().flatten() {
        let ids: Vec<_> = ids.as_str().expect("text").split(',').collect();
        prop_assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
        prop_assert!(ids.iter().all(|id| is_known_id(id)), "{ids:?}");
    }
    Ok(())
}

/// The same JSON with the keys of every object rotated, in another spelling.
fn respelled(value: &Value, seed: usize) -> String {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> =
                map.iter().map(|(key, value)| format!("{}:\n {}", json!(key), respelled(value, seed / 2))).collect();
            let count = fields.len();
            if count > 0 {
                fields.rotate_left(seed % count);
            }
            if seed % 3 == 1 {
                fields.reverse();
            }
            format!("{{ {} }}", fields.join(" ,"))
        }
        Value::Array(list) => {
            format!("[{}]", list.iter().map(|value| respelled(value, seed / 2)).collect::<Vec<_>>().join(", "))
        }
        value => value.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_form(&bytes)?;
        judge_bytes(&bytes);
    }

    #[test]
    fn any_json_gets_an_answer(payload in anything(), request in anything(), settings in anything()) {
        assert_form(payload.to_string().as_bytes())?;
        assert_form(json!({"request": request, "settings": settings}).to_string().as_bytes())?;
    }

    #[test]
    fn any_object_of_any_kind_gets_an_answer((group, kind) in group_and_kind(), object in anything(), old in anything()) {
        for operation in ["CREATE", "UPDATE"] {
            let request = json!({
                "kind": {"group": group, "version": "v1", "kind": kind}, "operation": operation, "object": object,
                "oldObject": old,
            });
            assert_form(payload(&request, &json!({})).as_bytes())?;
        }
    }

    #[test]
    fn any_request_that_is_nearly_right_gets_an_answer(request in request(), settings in settings()) {
        assert_form(payload(&request, &json!({})).as_bytes())?;
        assert_form(payload(&request, &settings).as_bytes())?;
    }

    #[test]
    fn any_answer_of_a_cluster_gets_an_answer(
        request in request(), namespace in text(), settings in mixed_settings(), answer in answer(),
    ) {
        let mut request = request;
        request["namespace"] = json!(namespace);
        request["userInfo"] = json!({"username": "u", "groups": [namespace]});
        let cluster = Witness::new(answer.map(String::into_bytes).ok_or(LookupError::Missing));
        assert_form_in(&cluster, payload(&request, &settings).as_bytes())?;
        // As often as the same is asked, the same is said.
        let say = || response(&Host, payload(&request, &settings).as_bytes());
        prop_assert_eq!(say(), say());
    }

    #[test]
    fn any_text_of_a_good_payload_may_be_broken(request in request(), at in any::<prop::sample::Index>(), with in ".{0,3}") {
        let payload = payload(&request, &json!({}));
        let mut at = at.index(payload.len() + 1);
        while !payload.is_char_boundary(at) {
            at -= 1;
        }
        let broken = format!("{}{with}{}", &payload[..at], &payload[at..]);
        assert_form(broken.as_bytes())?;
        assert_form(&payload.as_bytes()[..at])?;
    }

    #[test]
    fn any_settings_are_valid_or_say_why(settings in prop_oneof![anything(), settings(), mixed_settings()]) {
        let text = settings.to_string();
        let request = create(&KINDS[0].object(common::good_spec()));
        let response = validate(&payload(&request, &settings));
        match settings_errors(Some(&text)) {
            None => prop_assert_eq!(response, json!({"accepted": true})),
            Some(errors) => {
                prop_assert_eq!(&response["accepted"], &json!(false));
                prop_assert!(!errors.is_empty());
                prop_assert!(response["message"].as_str().is_some_and(|message| message.starts_with("the settings")));
            }
        }
    }

    #[test]
    fn the_order_of_keys_changes_no_verdict(request in request(), seed in any::<usize>()) {
        let payload = json!({"request": request, "settings": {}});
        let one = judge(&payload.to_string());
        let other = judge(&respelled(&payload, seed));
        prop_assert_eq!(sorted(one), sorted(other));
    }
}

/// A verdict in which the fields that cannot be read, which are told as they come in the text, have no order.
fn sorted(verdict: common::Verdict) -> common::Verdict {
    match verdict {
        common::Verdict::Rejected(code, message) => {
            let mut lines: Vec<_> = message.lines().collect();
            lines.sort_unstable();
            common::Verdict::Rejected(code, lines.join("\n"))
        }
        verdict => verdict,
    }
}

#[test]
fn the_order_of_keys_changes_no_line_of_any_case() {
    let mut different = Vec::new();
    for (rule, fixture) in fixtures() {
        for case in fixture.cases() {
            let settings = case.settings();
            for (seed, planted) in case.plant().iter().take(6).enumerate() {
                let payload = json!({"request": planted.request, "settings": settings});
                let one = sorted(judge(&payload.to_string()));
                let is_same = |seed: usize| sorted(judge(&respelled(&payload, seed))) == one;
                if ![seed + 1, seed + 1000, usize::MAX - seed].into_iter().all(is_same) {
                    different.push(format!("{rule}, {}, {}", case.name, planted.place));
                }
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn an_update_that_changes_nothing_denies_nothing() {
    for (rule, fixture) in fixtures() {
        for case in fixture.finds.iter().filter(|case| case.old.is_none() && case.request.is_none()) {
            for planted in case.plant() {
                let object = &planted.request["object"];
                let response = validate(&payload(&update(object, object), &json!({})));
                assert_eq!(response["accepted"], true, "{rule}, {}, {}: {response}", case.name, planted.place);
            }
        }
    }
}
