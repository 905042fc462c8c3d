//! What must not be shown, and what is wrong where it stands.

use serde_json::{Map, Value, json};

use crate::common::policy::{KNOWN_KINDS, RULES, Shape, custom_shape, shape};
use crate::common::{create, payload, validate};

/// What must not be shown.
pub const SECRET: &str = "Sup3rS3cret";

pub const NUMBER: i64 = 734_912_558;
#[derive(Clone, Copy)]
pub enum Step {
    Key(&'static str),
    /// The first entry of a list.
    First,
}

/// Every value that is read in a shape, with the way to it.
pub fn read_values(shape: &'static Shape, way: &[Step], out: &mut Vec<(Vec<Step>, &'static Shape)>) {
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
pub fn plant(way: &[Step], value: Value) -> Value {
    way.iter().rev().fold(value, |value, step| match step {
        Step::Key(key) => json!({*key: value}),
        Step::First => json!([value]),
    })
}

pub fn path(way: &[Step]) -> String {
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
pub fn wrong_values(shape: &Shape) -> Vec<Value> {
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
pub const BAD_QUANTITIES: [&str; 20] = [
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

pub fn all_off() -> Value {
    json!({"rules": RULES.iter().map(|rule| (rule.id.to_owned(), json!("off"))).collect::<Map<_, _>>()})
}

/// A request that creates an object of that kind.
pub fn creation(group: &str, kind: &str, object: Value) -> Value {
    let mut request = create(&json!({"apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {"name": "web"}}));
    request["kind"]["group"] = json!(group);
    request["object"] = object;
    request
}

/// Checks that a request is rejected, and the message.
pub fn assert_rejected(request: &Value, settings: &Value, path: &str) {
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
pub fn known_kinds() -> Vec<(&'static str, &'static str, &'static Shape)> {
    let mut known: Vec<_> = KNOWN_KINDS
        .iter()
        .filter(|info| !info.name.ends_with("Options"))
        .filter_map(|info| Some((info.group, info.name, shape(info.group, info.name)?)))
        .collect();
    known.push(("cilium.io", "CiliumNetworkPolicy", custom_shape()));
    known
}
