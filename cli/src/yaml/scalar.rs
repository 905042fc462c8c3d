//! The values of scalars, as YAML 1.1 has them.

use base64::Engine as _;
use granit_parser::{ScalarStyle, Tag};

use crate::node::Value;

/// The value of a scalar, by its style and tag.
pub(super) fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let core = tag.and_then(|tag| tag.suffix_in_namespace("tag:yaml.org,2002:"));
    match core.as_deref() {
        Some("str") => Ok(Value::String(text.to_owned())),
        Some("binary") => {
            let compact: String = text.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(compact)
                .map_err(|_| "a !!binary value is not base64")?;
            String::from_utf8(bytes).map(Value::String).map_err(|_| "a !!binary value is not text".to_owned())
        }
        Some(kind @ ("int" | "float" | "bool" | "null")) => {
            let value = resolve_plain(text)?;
            match (kind, &value) {
                ("int" | "float", Value::Number(_)) | ("bool", Value::Bool(_)) | ("null", Value::Null) => Ok(value),
                _ => Err(format!("`{text}` is not a !!{kind}")),
            }
        }
        // A tag of the user's own, `!vault` say: Kubernetes has no use for it and takes the text.
        _ if tag.is_some() => Ok(Value::String(text.to_owned())),
        _ if style == ScalarStyle::Plain => resolve_plain(text),
        _ => Ok(Value::String(text.to_owned())),
    }
}

/// The value of a scalar without quotes.
pub(super) fn resolve_plain(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => {
            return Ok(Value::Bool(true));
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
            return Ok(Value::Bool(false));
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" | ".nan" | ".NaN"
        | ".NAN" => return Err(format!("`{text}` is a number that JSON cannot hold; quote it if it is a text")),
        _ => {}
    }
    // Only these can start a number, and most scalars of a manifest aren't numbers.
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Ok(Value::String(text.to_owned()));
    }
    Ok(match integer(text).or_else(|| float(text)) {
        Some(number) => Value::Number(number),
        None => Value::String(text.to_owned()),
    })
}

/// An integer with an optional sign, in any base that Go knows, `_` between its digits, as decimal text.
fn integer(text: &str) -> Option<String> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = digits.replace('_', "");
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    // `from_str_radix` would take a second sign.
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    if negative && magnitude > i64::MIN.unsigned_abs() {
        return None;
    }
    let sign = if negative && magnitude != 0 { "-" } else { "" };
    Some(format!("{sign}{magnitude}"))
}

/// A floating point number as JSON text, as written where JSON allows.
fn float(text: &str) -> Option<String> {
    let plain = text.replace('_', "");
    let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    // What Go's yaml takes for a float; Rust's `parse` also knows `inf` and `nan`.
    let shape = unsigned.trim_start_matches(|c: char| c.is_ascii_digit());
    let whole = unsigned.len() - shape.len();
    let (fraction, exponent) = match shape.strip_prefix('.') {
        Some(rest) => {
            let exponent = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            (rest.len() - exponent.len(), exponent)
        }
        None => (0, shape),
    };
    if whole == 0 && fraction == 0 {
        return None;
    }
    if !exponent.is_empty() {
        let digits = exponent.strip_prefix(['e', 'E'])?;
        let digits = digits.strip_prefix(['-', '+']).unwrap_or(digits);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    let value: f64 = plain.parse().ok()?;
    if !value.is_finite() {
        return None;
    }
    // Go prints a float without a fraction as an integer, and so `port: 8e3` is a port for Kubernetes.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return Some(format!("{}", value as i64));
    }
    // Everything else keeps its text, where it is JSON: `.5` and `+5.5` are numbers in YAML alone.
    if serde_json::from_str::<serde_json::Number>(&plain).is_ok() {
        Some(plain)
    } else {
        serde_json::Number::from_f64(value).map(|number| number.to_string())
    }
}
