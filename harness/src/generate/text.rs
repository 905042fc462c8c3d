//! JSON text in unusual spellings, and broken JSON text.

use std::fmt::Write as _;

use fastrand::Rng;
use serde_json::Value;

use super::value::{anything, chance, pick};

/// Writes a value with random order of keys, whitespace, escapes, number formats and duplicate keys.
pub fn respelled(rng: &mut Rng, value: &Value) -> String {
    let mut out = String::new();
    write(rng, value, &mut out);
    out
}

fn write(rng: &mut Rng, value: &Value, out: &mut String) {
    blank(rng, out);
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<_> = fields.keys().collect();
            rng.shuffle(&mut keys);
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                if chance(rng, 1) {
                    // Writes a duplicate key.
                    write_text(rng, key, out);
                    out.push(':');
                    let other = anything(rng, 1);
                    write(rng, &other, out);
                    out.push(',');
                }
                write_text(rng, key, out);
                blank(rng, out);
                out.push(':');
                write(rng, &fields[key], out);
            }
            blank(rng, out);
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(rng, item, out);
            }
            out.push(']');
        }
        Value::String(text) => write_text(rng, text, out),
        Value::Number(number) => write_number(rng, &number.to_string(), out),
        other => out.push_str(&other.to_string()),
    }
    blank(rng, out);
}

fn blank(rng: &mut Rng, out: &mut String) {
    if chance(rng, 6) {
        let blank = *pick(rng, &[" ", "\n", "\t", "\r\n", "  \n  "]);
        out.push_str(blank);
    }
}

fn write_text(rng: &mut Rng, text: &str, out: &mut String) {
    if !chance(rng, 4) {
        return out.push_str(&Value::from(text).to_string());
    }
    out.push('"');
    let mut units = [0; 2];
    for char in text.chars() {
        for unit in char.encode_utf16(&mut units) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out.push('"');
}

fn write_number(rng: &mut Rng, number: &str, out: &mut String) {
    if !chance(rng, 3) {
        return out.push_str(number);
    }
    let spelling = match rng.u8(..5) {
        0 => format!("{number}.0"),
        1 => format!("{number}e0"),
        2 => format!("{number}0E-1"),
        3 => format!("{number}00000000000000000000000"),
        _ => "-0".to_owned(),
    };
    // After a fraction, some of these aren't valid numbers.
    out.push_str(&spelling);
}

/// Breaks a text at a random position. The result can still be JSON.
pub fn broken(rng: &mut Rng, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let at = rng.usize(..=bytes.len());
    match rng.u8(..5) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, rng.u8(..)),
        2 => bytes.insert(at, *pick(rng, b"{}[]\",:0 \\")),
        3 if !bytes.is_empty() => _ = bytes.remove(at.min(bytes.len() - 1)),
        _ => {
            let end = (at + rng.usize(..20)).min(bytes.len());
            bytes.drain(at..end);
        }
    }
    bytes
}
