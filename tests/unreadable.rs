//! What cannot be read is rejected with 422 and a message that names the field and never shows what is in the object;
//! fields that no rule reads are never a reason.

mod common;

use common::fixtures::fixtures;
use common::policy::{KNOWN_KINDS, RULES, Shape, custom_shape, shape, shape_of};
use common::{
    KINDS, Verdict, create, findings, good_container, good_spec, judge, judge_bytes, kind_named, payload, update,
    validate,
};
use serde_json::{Map, Value, json};

/// What must not be shown.
const SECRET: &str = "Sup3rS3cret";
const NUMBER: i64 = 734_912_558;

#[derive(Clone, Copy)]
enum Step {
    Key(&'static str),
    /// The first entry of a list.
    First,
}

/// Every value that is read in a shape, with the way to it.
fn read_values(shape: &'static Shape, way: &[Step], out: &mut Vec<(Vec<Step>, &'static Shape)>) {
    let mut add = |step: Step, shape: &'static Shape| {
        let way = [way, &[step]].concat();
        read_values(shape, &way, out);
        out.push((way, shape));
    };
    match shape {
        Shape::Object(fields) => fields.known.iter().for_each(|field| add(Step::Key(field.name), field.shape)),
        Shape::List(shape) => add(Step::First, shape),
        Shape::Map(shape) => add(Step::Key("example"), shape),
        _ => {}
    }
}

/// An object with nothing but `value` at the end of the way.
fn plant(way: &[Step], value: Value) -> Value {
    way.iter().rev().fold(value, |value, step| match step {
        Step::Key(key) => json!({*key: value}),
        Step::First => json!([value]),
    })
}

fn path(way: &[Step]) -> String {
    let mut path = String::new();
    for step in way {
        match step {
            Step::Key(key) => {
                let dot = if path.is_empty() { "" } else { "." };
                path = format!("{path}{dot}{key}");
            }
            Step::First => path.push_str("[0]"),
        }
    }
    path
}

/// Values that are none of the shape.
fn wrong_values(shape: &Shape) -> Vec<Value> {
    let mut values = vec![
        json!(SECRET),
        json!(NUMBER),
        json!(true),
        json!(false),
        json!([SECRET, NUMBER]),
        json!({SECRET: SECRET, "number": NUMBER}),
    ];
    values.retain(|value| !match shape {
        Shape::Bool => value.is_boolean(),
        Shape::Int32 | Shape::Int64 | Shape::Quantity => value.is_number(),
        Shape::Text => value.is_string(),
        Shape::Presence | Shape::Object(_) | Shape::Map(_) => value.is_object(),
        Shape::List(_) => value.is_array(),
        _ => true,
    });
    match shape {
        Shape::Int32 => {
            values.extend([json!(1_i64 << 31), json!(-(1_i64 << 31) - 1), json!(0.5), json!("5"), json!("")])
        }
        Shape::Int64 => values.extend([json!(1_u64 << 63), json!(1e30), json!(0.5), json!("5"), json!("")]),
        Shape::Quantity => values.extend(BAD_QUANTITIES.map(Value::from)),
        Shape::Bool => values.extend([json!("true"), json!(""), json!(0), json!(1)]),
        _ => {}
    }
    values
}

/// What Kubernetes cannot parse.
const BAD_QUANTITIES: [&str; 20] = [
    "",
    " ",
    "abc",
    "1K",
    "1ki",
    "1Gib",
    "1 Gi",
    "1e",
    "1e1.5",
    "--1",
    "1,5",
    "0x10",
    "1mm",
    "1e+",
    "true",
    "NaN",
    "Inf",
    "1.2.3",
    "1Gi1",
    "1\u{a0}Gi",
];

fn all_off() -> Value {
    json!({"rules": RULES.iter().map(|rule| (rule.id.to_owned(), json!("off"))).collect::<Map<_, _>>()})
}

/// A request that creates an object of that kind.
fn creation(group: &str, kind: &str, object: Value) -> Value {
    let mut request = create(&json!({"apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {"name": "web"}}));
    request["kind"]["group"] = json!(group);
    request["object"] = object;
    request
}

/// Checks that a request is rejected, and the message.
fn assert_rejected(request: &Value, settings: &Value, path: &str) {
    let response = validate(&payload(request, settings));
    assert_eq!(response["accepted"], false, "{request}");
    assert_eq!(response["code"], 422, "{request}");
    let message = response["message"].as_str().expect("a message");
    assert!(message.contains(path), "{path} is not named in: {message}");
    let line = message.lines().find(|line| line.contains(path)).unwrap_or_default();
    let rest = line.split(path).nth(1).unwrap_or_default();
    assert!(rest.is_empty() || rest.starts_with([':', ' ']), "{path} is only the beginning of: {line}");
    assert!(!message.contains(SECRET) && !message.contains("734912558"), "the content is shown: {message}");
    assert_eq!(response.as_object().unwrap().len(), 3, "and nothing else: {response}");
}

/// Kinds that rules know, with their groups.
fn known_kinds() -> Vec<(&'static str, &'static str, &'static Shape)> {
    let mut known: Vec<_> = KNOWN_KINDS
        .iter()
        .filter(|info| !info.name.ends_with("Options"))
        .filter_map(|info| Some((info.group, info.name, shape(info.group, info.name)?)))
        .collect();
    known.push(("cilium.io", "CiliumNetworkPolicy", custom_shape()));
    known
}

#[test]
fn a_wrong_type_in_any_field_that_is_read_is_rejected() {
    let off = all_off();
    let mut count = 0;
    for (group, kind, shape) in known_kinds() {
        let mut values = Vec::new();
        read_values(shape, &[], &mut values);
        assert!(!values.is_empty(), "{kind}");
        for (way, shape) in values {
            for value in wrong_values(shape) {
                let request = creation(group, kind, plant(&way, value));
                assert_rejected(&request, &json!({}), &path(&way));
                assert_rejected(&request, &off, &path(&way));
                count += 1;
            }
        }
    }
    assert!(count > 10_000, "{count} were tried");
}

#[test]
fn null_in_any_field_that_is_read_is_absence() {
    for (group, kind, shape) in known_kinds() {
        let mut values = Vec::new();
        read_values(shape, &[], &mut values);
        for (way, _) in values {
            let request = creation(group, kind, plant(&way, Value::Null));
            let verdict = judge(&payload(&request, &json!({})));
            assert!(!matches!(verdict, Verdict::Rejected(..)), "{kind} {}: {verdict:?}", path(&way));
        }
    }
}

#[test]
fn all_wrong_fields_are_told_together() {
    let object = json!({
        "metadata": {"name": "web", "labels": {"a": 1, "b": 2}},
        "spec": {"hostNetwork": "yes", "containers": [{"name": 1}, {"tty": "no"}, {"ports": [{"hostPort": "x"}]}]},
    });
    let response = validate(&payload(&creation("", "Pod", object), &json!({})));
    let message = response["message"].as_str().unwrap();
    let mut lines = message.lines();
    assert_eq!(lines.next(), Some("Pod web cannot be read: 6 fields"));
    let paths: Vec<_> =
        lines.map(|line| line.strip_prefix("- ").unwrap().split(": expected ").next().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "metadata.labels.a",
            "metadata.labels.b",
            "spec.containers[0].name",
            "spec.containers[1].tty",
            "spec.containers[2].ports[0].hostPort",
            "spec.hostNetwork",
        ]
    );
}

#[test]
fn very_many_wrong_fields_fit_into_the_message() {
    let container = json!({"name": SECRET, "tty": SECRET, "image": 5});
    let spec = json!({"containers": vec![container; 2000]});
    let response = validate(&payload(&create(&kind_named("CronJob").object(spec)), &json!({})));
    let message = response["message"].as_str().unwrap();
    assert_eq!(response["code"], 422);
    assert!(message.len() <= 8192 && message.lines().count() > 20, "{message}");
    assert!(message.contains("spec.jobTemplate.spec.template.spec.containers[0].tty"), "{message}");
    assert!(!message.contains(SECRET));
}

#[test]
fn quantities_that_kubernetes_cannot_parse_are_rejected_everywhere() {
    let places = ["cpu", "memory", "ephemeral-storage", "nvidia.com/gpu", "hugepages-2Mi"];
    for kind in &KINDS {
        for quantity in BAD_QUANTITIES {
            for side in ["requests", "limits"] {
                for name in places {
                    let resources = json!({side: {name: quantity}});
                    let key = if name.contains(['-', '/']) { format!("[\"{name}\"]") } else { format!(".{name}") };
                    for list in ["initContainers", "containers", "ephemeralContainers"] {
                        let mut spec = good_spec();
                        let mut container = good_container("c");
                        container["resources"] = resources.clone();
                        spec[list] = json!([container]);
                        let path = format!("{}.{list}[0].resources.{side}{key}", kind.path());
                        assert_rejected(&create(&kind.object(spec)), &json!({}), &path);
                    }
                    let mut spec = good_spec();
                    spec["resources"] = resources;
                    let path = format!("{}.resources.{side}{key}", kind.path());
                    assert_rejected(&create(&kind.object(spec)), &json!({}), &path);
                }
            }
            let mut spec = good_spec();
            spec["volumes"] = json!([{"name": "a", "emptyDir": {"sizeLimit": quantity}}]);
            let path = format!("{}.volumes[0].emptyDir.sizeLimit", kind.path());
            assert_rejected(&create(&kind.object(spec)), &all_off(), &path);
        }
    }
}

#[test]
fn quantities_that_kubernetes_parses_are_read_however_they_are_written() {
    let texts = [
        "1",
        "\"1\"",
        "1.0",
        "\"1.\"",
        "\".5e1\"",
        "1e0",
        "1E0",
        "10e-1",
        "\"1000m\"",
        "\"+1\"",
        "-1",
        "\"1Ki\"",
        "\"1E\"",
        "0.5",
        "\"1e3\"",
        "\"1E3\"",
        "0",
        "\"0\"",
        "123456789012345678901234567890",
        "\" 1 \"",
        "\"Gi\"",
        "\"-\"",
        "\".\"",
    ];
    for text in texts {
        let mut spec = good_spec();
        spec["containers"][0]["resources"] = json!({"limits": {"example.com/thing": "AMOUNT"}});
        spec["volumes"] = json!([{"name": "a", "emptyDir": {"sizeLimit": "AMOUNT"}}]);
        let payload = payload(&create(&kind_named("Pod").object(spec)), &json!({})).replace("\"AMOUNT\"", text);
        let verdict = judge(&payload);
        assert!(matches!(&verdict, Verdict::Judged(_, found) if found.len() == 2), "{text}: {verdict:?}");
    }
}

/// Kubernetes parses the text between the quotes as it is, without looking at escapes.
#[test]
fn quantities_with_escapes_are_none() {
    for text in ["\"1\\u0047i\"", "\"\\u0031\"", "\"1\\n\"", "\"\\t1\""] {
        let mut spec = good_spec();
        spec["volumes"] = json!([{"name": "a", "emptyDir": {"sizeLimit": "AMOUNT"}}]);
        let payload = payload(&create(&kind_named("Pod").object(spec)), &json!({})).replace("\"AMOUNT\"", text);
        assert!(matches!(judge(&payload), Verdict::Rejected(422, _)), "{text}");
    }
}

#[test]
fn equal_quantities_are_equal_however_they_are_written() {
    let suffixes = [
        ("1000000000n", "1"),
        ("1000000u", "1"),
        ("1000m", "1"),
        ("1k", "1000"),
        ("1M", "1000k"),
        ("1G", "1000M"),
        ("1T", "1000G"),
        ("1P", "1000T"),
        ("1E", "1000P"),
        ("1Ki", "1024"),
        ("1Mi", "1024Ki"),
        ("1Gi", "1024Mi"),
        ("1Ti", "1024Gi"),
        ("1Pi", "1024Ti"),
        ("1Ei", "1024Pi"),
        ("1e3", "1E3"),
    ];
    let quoted = suffixes.map(|(left, right)| (json!(left).to_string(), json!(right).to_string()));
    let others = [("1", "\"1\""), ("1e0", "\"1000m\""), ("0", "\"Gi\""), ("0.5", "\"5e-1\"")];
    let others = others.map(|(left, right)| (left.to_owned(), right.to_owned()));
    for (request, limit) in quoted.into_iter().chain(others) {
        let mut spec = good_spec();
        spec["containers"][0]["resources"] = json!({"requests": {"memory": "REQUEST"}, "limits": {"memory": "LIMIT"}});
        let payload =
            payload(&create(&kind_named("Pod").object(spec)), &json!({"rules": {"missing-resources": "off"}}));
        let payload = payload.replace("\"REQUEST\"", &request).replace("\"LIMIT\"", &limit);
        assert_eq!(judge(&payload).findings(), [], "{request} and {limit}");
    }
}

#[test]
fn a_wrong_type_in_the_request_is_rejected() {
    let good = create(&kind_named("Pod").object(good_spec()));
    let fields = [
        ("kind", &Shape::Presence),
        ("kind.group", &Shape::Text),
        ("kind.kind", &Shape::Text),
        ("subResource", &Shape::Text),
        ("name", &Shape::Text),
        ("namespace", &Shape::Text),
        ("operation", &Shape::Text),
    ];
    for (field, shape) in fields {
        for value in wrong_values(shape) {
            let mut request = good.clone();
            *field.split('.').fold(&mut request, |object, key| &mut object[key]) = value;
            assert_rejected(&request, &json!({}), &format!("request.{field}"));
        }
    }
    for request in [json!(SECRET), json!(NUMBER), json!(true), json!([SECRET])] {
        assert_rejected(&request, &json!({}), "request");
    }
}

#[test]
fn what_is_missing_is_named() {
    let good = create(&kind_named("Pod").object(good_spec()));
    for (field, named) in [("operation", "request.operation"), ("kind", "request.kind"), ("object", "request.object")] {
        let mut request = good.clone();
        for value in [Value::Null, json!(""), json!({})] {
            if field == "operation" && value.is_object()
                || field == "kind" && value.is_string()
                || field == "object" && !value.is_null()
            {
                continue;
            }
            request[field] = value;
            assert_rejected_beginning(&request, named);
        }
        request.as_object_mut().unwrap().remove(field);
        assert_rejected_beginning(&request, named);
    }
    let mut request = good.clone();
    for operation in ["PATCH", "create", " CREATE", "GET", "*"] {
        request["operation"] = json!(operation);
        assert_rejected_beginning(&request, "request.operation");
    }
    assert_rejected_beginning(&Value::Null, "request");
    let response = validate("{\"settings\": {}}");
    assert_eq!(response["code"], 422, "{response}");
}

fn assert_rejected_beginning(request: &Value, path: &str) {
    let response = validate(&payload(request, &json!({})));
    assert_eq!(response["code"], 422, "{request}");
    assert!(response["message"].as_str().unwrap().contains(path), "{path} is not named in: {response}");
}

#[test]
fn a_known_kind_without_an_object_is_rejected_and_another_one_accepted() {
    for (group, kind, _) in known_kinds() {
        for operation in ["CREATE", "UPDATE"] {
            for object in [Value::Null, json!(SECRET), json!(NUMBER), json!(true), json!([SECRET])] {
                let mut request = creation(group, kind, object);
                request["operation"] = json!(operation);
                let response = validate(&payload(&request, &json!({})));
                assert_eq!(response["code"], 422, "{operation} {kind}: {response}");
                let message = response["message"].as_str().unwrap();
                assert!(message.contains("object") && !message.contains(SECRET), "{message}");
                request["kind"]["group"] = json!("example.com");
                assert_eq!(judge(&payload(&request, &json!({}))), Verdict::Accepted, "{operation} {kind}");
            }
        }
    }
}

#[test]
fn a_payload_that_is_no_json_is_rejected() {
    let good = payload(&create(&kind_named("Pod").object(good_spec())), &json!({}));
    let mut payloads: Vec<Vec<u8>> = [
        "",
        " ",
        "{",
        "}",
        "nul",
        "tru",
        "[1,",
        "\"",
        "{\"request\": }",
        "{request: 1}",
        "{'request': 1}",
        "\u{feff}{}",
        "{\"a\": \"\\x\"}",
        "{\"a\": 01}",
        "{\"a\": 1,}",
        "{\"a\" 1}",
        "\0",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    payloads.push(format!("{good}{good}").into_bytes());
    payloads.push(format!("{good}x").into_bytes());
    payloads.push(b"{\"request\": \"\xff\xfe\"}".to_vec());
    payloads.extend((1..good.len()).step_by(7).map(|end| good.as_bytes()[..end].to_vec()));
    for payload in payloads {
        let verdict = judge_bytes(&payload);
        assert!(matches!(verdict, Verdict::Rejected(422, _)), "{:?}: {verdict:?}", String::from_utf8_lossy(&payload));
    }
    for payload in ["null", "5", "true", "[]", "\"Sup3rS3cret\"", "{}", "[{\"request\": {}}]"] {
        let Verdict::Rejected(422, message) = judge(payload) else { panic!("{payload} is no request") };
        assert!(!message.contains(SECRET));
    }
}

#[test]
fn broken_json_shows_nothing_of_itself() {
    for broken in [
        "\"Sup3rS3cret\\x\"",
        "Sup3rS3cret",
        "{\"Sup3rS3cret\": }",
        "\"Sup3rS3cret",
        "734912558x",
        "\"Sup3rS3cret\u{1}\"",
    ] {
        let mut spec = good_spec();
        spec["hostname"] = json!("BROKEN");
        let payload = payload(&create(&kind_named("Pod").object(spec)), &json!({})).replace("\"BROKEN\"", broken);
        let Verdict::Rejected(code, message) = judge(&payload) else { panic!("{payload} is no JSON") };
        assert_eq!(code, 422);
        assert!(!message.contains(SECRET) && !message.contains("734912558"), "{message}");
    }
}

fn nested(depth: usize, value: &str) -> Vec<String> {
    vec![
        format!("{}{value}{}", "[".repeat(depth), "]".repeat(depth)),
        format!("{}{value}{}", "{\"a\":".repeat(depth), "}".repeat(depth)),
        format!("{}{value}{}", "[{\"a\":".repeat(depth / 2), "}]".repeat(depth / 2)),
    ]
}

#[test]
fn fields_that_no_rule_reads_may_be_nested_as_deep_as_they_like() {
    let mut spec = json!({"hostNetwork": true, "futureField": "DEEP", "containers": [good_container("main")]});
    spec["containers"][0]["lifecycle"] = json!("DEEP");
    spec["volumes"] =
        json!([{"name": "a", "csi": {"volumeAttributes": "DEEP"}}, {"name": "b", "emptyDir": {}, "future": "DEEP"}]);
    spec["securityContext"] = json!({"seccompProfile": {"type": "DEEP"}, "sysctls": ["DEEP"]});
    for kind in &KINDS {
        let mut object = kind.object(spec.clone());
        object["status"] = json!("DEEP");
        object["metadata"]["managedFields"] = json!("DEEP");
        let flat = payload(&create(&object), &json!({}));
        let expected = judge(&flat.replace("\"DEEP\"", "{\"a\":1}")).findings();
        assert!(expected.len() >= 4, "{expected:?}");
        for deep in nested(200, "1").into_iter().chain(nested(20_000, "{}")) {
            assert_eq!(judge(&flat.replace("\"DEEP\"", &deep)).findings(), expected, "{}", kind.name);
        }
    }
}

#[test]
fn fields_that_rules_read_are_rejected_however_deep_they_are_nested() {
    let mut values = Vec::new();
    read_values(shape("", "Pod").expect("the shape of a Pod"), &[], &mut values);
    for (way, shape) in values {
        if matches!(shape, Shape::Raw | Shape::Any | Shape::Presence) {
            continue;
        }
        let payload = payload(&creation("", "Pod", plant(&way, json!("DEEP"))), &json!({}));
        for deep in nested(200, &format!("\"{SECRET}\"")).into_iter().chain(nested(5000, "1")) {
            match judge(&payload.replace("\"DEEP\"", &deep)) {
                Verdict::Rejected(422, message) => {
                    assert!(message.contains(&path(&way)) && !message.contains(SECRET), "{}: {message}", path(&way));
                }
                // An object with an unknown key is one that is readable, and has nothing in it.
                verdict => assert!(
                    matches!(
                        shape,
                        Shape::Object(_) | Shape::Map(Shape::Raw) | Shape::List(Shape::Raw | Shape::Object(_))
                    ),
                    "{} {verdict:?}",
                    path(&way)
                ),
            }
        }
    }
}

#[test]
fn a_template_with_deep_fields_that_stays_is_not_judged() {
    for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
        let old = kind.object(json!({"hostNetwork": true, "futureField": "DEEP", "containers": []}));
        let mut object = old.clone();
        object["metadata"]["labels"] = json!({"a": "b"});
        for deep in nested(200, "1").into_iter().chain(nested(20_000, "1")) {
            let same = payload(&update(&object, &old), &json!({})).replace("\"DEEP\"", &deep);
            assert_eq!(judge(&same), Verdict::Accepted, "{}", kind.name);
            // Another sender orders keys in another way.
            let reordered = same.replacen("\"containers\":[],", "", 1).replacen(
                "\"hostNetwork\":true",
                "\"hostNetwork\":true,\"containers\":[]",
                1,
            );
            assert_ne!(same, reordered);
            assert_eq!(judge(&reordered), Verdict::Accepted, "{} reordered", kind.name);
        }
    }
}

#[test]
fn deep_settings_are_an_error_and_no_trap() {
    let request = create(&kind_named("Pod").object(good_spec()));
    for deep in nested(200, "1").into_iter().chain(nested(20_000, "1")) {
        for settings in
            [deep.clone(), format!("{{\"rules\":{deep}}}"), format!("{{\"rules\":{{\"host-port\":{{\"x\":{deep}}}}}}}")]
        {
            let payload = format!("{{\"request\":{request},\"settings\":{settings}}}");
            let response = validate(&payload);
            assert_eq!(response["accepted"], false);
            assert!(response["message"].as_str().unwrap().contains("settings"), "{response}");
        }
    }
}

/// Writes a field that no view reads into every object of known fields.
fn add_unread(value: &mut Value, shape: &Shape, unread: &Value) {
    match (shape, value) {
        (Shape::Object(fields), Value::Object(map)) => {
            for field in fields.known {
                if let Some(value) = map.get_mut(field.name) {
                    add_unread(value, field.shape, unread);
                }
            }
            // Where a volume has no known source, any object is one from the future.
            if !fields.others || !unread.is_object() {
                map.insert("xUnread".to_owned(), unread.clone());
            }
        }
        (Shape::List(shape), Value::Array(list)) => {
            list.iter_mut().for_each(|value| add_unread(value, shape, unread));
        }
        (Shape::Map(shape), Value::Object(map)) if !matches!(shape, Shape::Raw) => {
            map.iter_mut().for_each(|(_, value)| add_unread(value, shape, unread));
        }
        _ => {}
    }
}

#[test]
fn fields_that_no_rule_reads_are_never_a_reason() {
    let values = [
        json!(5),
        json!("x"),
        json!([[{"hostNetwork": true}]]),
        json!({"privileged": true, "x": [null]}),
        json!(1e300),
    ];
    let mut count = 0;
    for (rule, fixture) in fixtures() {
        for case in fixture.finds.iter().chain(&fixture.misses).filter(|case| case.old.is_none()) {
            let settings = case.settings.clone().unwrap_or(json!({}));
            for planted in case.plant().iter().filter(|planted| planted.request["operation"] == "CREATE").take(3) {
                let Some(shape) = shape_of(&planted.request) else { continue };
                let expected = findings(&planted.request, &settings);
                for unread in &values {
                    let mut request = planted.request.clone();
                    add_unread(&mut request["object"], shape, unread);
                    assert_eq!(findings(&request, &settings), expected, "{rule}, {}, {}", case.name, planted.place);
                    count += 1;
                }
            }
        }
    }
    assert!(count > 4000, "{count} were tried");
}

#[test]
fn a_field_that_is_there_twice_is_rejected_where_it_is_read() {
    let object = kind_named("Pod").object(json!({"hostNetwork": true, "containers": [good_container("main")]}));
    let payload = payload(&create(&object), &json!({}));
    let twice = payload.replace("\"hostNetwork\":true", "\"hostNetwork\":true,\"hostNetwork\":false");
    assert_ne!(twice, payload);
    let Verdict::Rejected(422, message) = judge(&twice) else { panic!("which of the two counts?") };
    assert!(message.contains("spec.hostNetwork"), "{message}");
    let unread = payload.replace("\"hostNetwork\":true", "\"hostNetwork\":true,\"x\":1,\"x\":[2]");
    assert_eq!(judge(&unread), judge(&payload));
    let kinds = payload.replace("\"kind\":\"Pod\",\"version\"", "\"kind\":\"Pod\",\"kind\":\"Widget\",\"version\"");
    assert_ne!(kinds, payload);
    assert!(matches!(judge(&kinds), Verdict::Rejected(422, _)));
}

#[test]
fn an_entry_that_is_null_keeps_its_place() {
    let mut spec =
        json!({"containers": [null, good_container("main")], "volumes": [null, {"name": "b", "emptyDir": {}}]});
    spec["containers"][1]["tty"] = json!(true);
    let found = common::places(&create(&kind_named("Pod").object(spec)), &json!({}));
    assert_eq!(
        found,
        [
            ("emptydir-count", "spec.volumes[1]".to_owned()),
            ("missing-resources", "spec.containers[0].resources".to_owned()),
            ("interactive-container", "spec.containers[1].tty".to_owned()),
        ]
    );
}
