//! The request around the object, and the JSON of both.

use serde_json::{Value, json};

use crate::common::policy::Shape;
use crate::common::{Verdict, create, good_container, good_spec, judge, judge_bytes, kind_named, payload, validate};
use crate::support::{NUMBER, SECRET, assert_rejected, wrong_values};

fn assert_rejected_beginning(request: &Value, path: &str) {
    let response = validate(&payload(request, &json!({})));
    assert_eq!(response["code"], 422, "{request}");
    assert!(response["message"].as_str().unwrap().contains(path), "{path} is not named in: {response}");
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

/// Which one counts depends on the decoder, for the keys of a map as for fields.
#[test]
fn a_key_of_a_map_that_is_there_twice_is_rejected() {
    for labels in [r#"{"a":"b","a":"c"}"#, r#"{"a":"b","z":"y","a":"b"}"#, r#"{"z":"y","a":"b","a":"b"}"#] {
        let mut object = kind_named("Pod").object(good_spec());
        object["metadata"]["labels"] = json!("LABELS");
        let twice = payload(&create(&object), &json!({})).replace("\"LABELS\"", labels);
        let Verdict::Rejected(422, message) = judge(&twice) else { panic!("which of the two counts?") };
        assert_eq!(
            message,
            "Pod shop/web cannot be read: 1 field\n- metadata.labels.a: expected the field once, found it twice"
        );
    }
}
