//! Random values: of a shape, arbitrary, and slightly changed.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::schema::Shape;

/// Picks one of the items.
///
/// # Panics
/// If `items` is empty.
pub fn pick<'i, T>(rng: &mut Rng, items: &'i [T]) -> &'i T {
    &items[rng.usize(..items.len())]
}

/// Returns true with a probability of `percent`.
pub fn chance(rng: &mut Rng, percent: u8) -> bool {
    rng.u8(..100) < percent
}

/// Returns a random value of a shape.
pub fn shaped(rng: &mut Rng, shape: &Shape) -> Value {
    match shape {
        Shape::Bool => rng.bool().into(),
        Shape::Int(numbers) => (*pick(rng, numbers)).into(),
        Shape::Text(texts) => (*pick(rng, texts)).into(),
        Shape::Quantity => quantity(rng),
        Shape::Empty => json!({}),
        Shape::List(max, item) => (0..rng.usize(..=*max)).map(|_| shaped(rng, item)).collect(),
        Shape::Map(keys, value) => {
            let count = rng.usize(..=2);
            (0..count).map(|_| ((*pick(rng, keys)).to_owned(), shaped(rng, value))).collect::<Map<_, _>>().into()
        }
        Shape::Object(fields) => {
            let mut object = Map::new();
            for (name, percent, shape) in *fields {
                if chance(rng, *percent) {
                    object.insert((*name).to_owned(), shaped(rng, shape));
                }
            }
            object.into()
        }
        Shape::OneOf(fields) => {
            let count = if chance(rng, 94) { 1 } else { rng.usize(..=2) };
            let mut object = Map::new();
            for _ in 0..count {
                let (name, shape) = pick(rng, fields);
                object.insert((*name).to_owned(), shaped(rng, shape));
            }
            object.into()
        }
    }
}

fn quantity(rng: &mut Rng) -> Value {
    const TEXTS: &[&str] = &[
        "1",
        "1",
        "2",
        "1000m",
        "500m",
        "125m",
        "1Gi",
        "1Gi",
        "1024Mi",
        "2Gi",
        "64Gi",
        "1e3",
        "0",
        "0.5",
        "1.5Gi",
        "1073741824",
        "100",
        "33",
        "",
        "-1",
        "1g",
        "0x10",
        "1e99",
        "123456789012345678901234567890",
    ];
    match rng.u8(..10) {
        0 => (*pick(rng, &[0_i64, 1, 2, 100, 1_073_741_824, -1])).into(),
        1 => (*pick(rng, &[0.5_f64, 1.0, 0.1])).into(),
        _ => (*pick(rng, TEXTS)).into(),
    }
}

/// Returns a text that is hard to read correctly.
pub fn odd_text(rng: &mut Rng) -> String {
    const TEXTS: &[&str] = &[
        "",
        " ",
        "null",
        "true",
        "0",
        "\u{0}",
        "a\nb",
        "tab\there",
        "\"",
        "\\",
        "ü",
        "日本",
        "😀",
        "\u{7f}",
        "\u{2028}",
        "*",
        "web*",
        "spec",
        "metadata",
        "..",
        "[0]",
        "a.b/c",
        "ws: {x}",
        "\u{feff}x",
    ];
    match rng.u8(..12) {
        0 => "x".repeat(rng.usize(..2000)),
        1 => (0..rng.usize(..8)).map(|_| rng.char('\u{0}'..='\u{ffff}')).collect(),
        _ => (*pick(rng, TEXTS)).to_owned(),
    }
}

/// Returns random JSON of at most this depth.
pub fn anything(rng: &mut Rng, depth: usize) -> Value {
    match rng.u8(..if depth == 0 { 6 } else { 9 }) {
        0 => Value::Null,
        1 => rng.bool().into(),
        2 => (*pick(rng, &[0, 1, -1, 30, 420, 30000, i64::MAX, i64::MIN, 2_147_483_648, -2_147_483_649])).into(),
        3 => (*pick(rng, &[0.0, -0.0, 1.0, 0.5, 1e21, 1e300, -1e-300])).into(),
        4 => (*pick(rng, &[u64::MAX, 1 << 63])).into(),
        5 => odd_text(rng).into(),
        6 => (0..rng.usize(..4)).map(|_| anything(rng, depth - 1)).collect(),
        7 => json!({}),
        _ => {
            let count = rng.usize(..4);
            (0..count).map(|_| (odd_text(rng), anything(rng, depth - 1))).collect::<Map<_, _>>().into()
        }
    }
}

/// Changes a value at a random path: replaces, removes, duplicates or nests a part.
pub fn disturb(rng: &mut Rng, value: &mut Value) {
    let place = random_place(rng, value);
    match rng.u8(..10) {
        0 => *place = Value::Null,
        1 => *place = json!([place.take()]),
        2 => *place = json!({"x": place.take()}),
        3 | 4 => remove_part(rng, place),
        5 => double_part(rng, place),
        6 => *place = swapped(place),
        7 => nest(rng, place),
        _ => *place = anything(rng, 2),
    }
}

/// Returns a similar value of another type: a number as a string, and so on.
fn swapped(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        Value::Bool(flag) => flag.to_string().into(),
        Value::String(text) => text.parse::<i64>().map_or_else(|_| json!({text.as_str(): text}), Value::from),
        Value::Array(items) => items.first().cloned().unwrap_or_default(),
        Value::Object(fields) => fields.values().cloned().collect(),
        Value::Null => json!({}),
    }
}

fn remove_part(rng: &mut Rng, value: &mut Value) {
    match value {
        Value::Array(items) if !items.is_empty() => _ = items.remove(rng.usize(..items.len())),
        Value::Object(fields) if !fields.is_empty() => {
            let key = fields.keys().nth(rng.usize(..fields.len())).cloned().unwrap_or_default();
            fields.remove(&key);
        }
        other => *other = Value::Null,
    }
}

fn double_part(rng: &mut Rng, value: &mut Value) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let item = items[rng.usize(..items.len())].clone();
            let copies = if chance(rng, 5) { 150 } else { 1 };
            items.extend(std::iter::repeat_n(item, copies));
        }
        Value::Object(fields) => _ = fields.insert(odd_text(rng), anything(rng, 2)),
        _ => {}
    }
}

/// Nests a value deep in lists or maps.
fn nest(rng: &mut Rng, value: &mut Value) {
    let levels = *pick(rng, &[3, 20, 60, 100]);
    let is_list = rng.bool();
    for _ in 0..levels {
        let inner = value.take();
        *value = if is_list { json!([inner]) } else { json!({"x": inner}) };
    }
}

/// Picks a random part of a value, with a preference for deep ones.
fn random_place<'v>(rng: &mut Rng, value: &'v mut Value) -> &'v mut Value {
    let count = match value {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        _ => 0,
    };
    if count == 0 || chance(rng, 12) {
        return value;
    }
    let index = rng.usize(..count);
    let inner = match value {
        Value::Array(items) => items.get_mut(index),
        Value::Object(fields) => fields.values_mut().nth(index),
        _ => None,
    };
    random_place(rng, inner.expect("it was counted"))
}
