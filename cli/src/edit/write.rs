//! Values as YAML text.

use std::fmt::Write as _;

use granit_parser::ScalarStyle;
use serde_json::Value;

use crate::yaml;

/// How far a new map is indented below its key.
pub(super) const INDENT: usize = 2;

/// A single value as text, written like the one that was there.
pub(super) fn scalar(value: &Value, style: ScalarStyle, old: &str) -> String {
    let text = match value {
        Value::String(text) => text,
        // Who wrote the mode in octal reads modes in octal.
        Value::Number(number) if style == ScalarStyle::Plain && old.len() > 1 && old.starts_with('0') => {
            return match number.as_u64() {
                Some(number) if old.starts_with("0o") => format!("0o{number:o}"),
                Some(number) if old[1..].chars().all(|c| c.is_digit(8)) => {
                    format!("0{number:0width$o}", width = old.len() - 1)
                }
                _ => number.to_string(),
            };
        }
        other => return other.to_string(),
    };
    match style {
        ScalarStyle::SingleQuoted if !text.contains(char::is_control) => format!("'{}'", text.replace('\'', "''")),
        ScalarStyle::DoubleQuoted => value.to_string(),
        _ if is_plain(text) => text.clone(),
        _ => value.to_string(),
    }
}

/// Whether a text needs no quotes, anywhere.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
        && yaml::is_plain_string(text)
}

pub(super) fn key_text(key: &str, style: ScalarStyle) -> String {
    match style {
        ScalarStyle::DoubleQuoted => Value::from(key).to_string(),
        _ => scalar(&Value::from(key), style, ""),
    }
}

/// The value in flow style.
pub(super) fn flow_text(value: &Value, style: ScalarStyle) -> String {
    match value {
        Value::Object(_) => format!("{{{}}}", flow_members(value, style)),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| flow_text(item, style)).collect::<Vec<_>>().join(", "))
        }
        other => scalar(other, style, ""),
    }
}

pub(super) fn flow_members(value: &Value, style: ScalarStyle) -> String {
    let Value::Object(members) = value else { return String::new() };
    let member = |(key, value): (&String, &Value)| format!("{}: {}", key_text(key, style), flow_text(value, style));
    members.iter().map(member).collect::<Vec<_>>().join(", ")
}

/// The members of a map in block style, each on its line.
pub(super) fn block_lines(value: &Value, indent: usize, newline: &str, out: &mut String) {
    let Value::Object(members) = value else { return };
    for (key, value) in members {
        // Writing to a String cannot fail.
        let _ = write!(out, "{:indent$}{}:", "", key_text(key, ScalarStyle::Plain));
        block_value(value, indent, newline, out);
    }
}

/// What comes after the colon of a key, with the lines below.
pub(super) fn block_value(value: &Value, indent: usize, newline: &str, out: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            out.push_str(newline);
            block_lines(value, indent + INDENT, newline, out);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push_str(newline);
            for item in items {
                let _ = write!(out, "{:indent$}- ", "");
                let mut lines = String::new();
                match item {
                    Value::Object(members) if !members.is_empty() => {
                        block_lines(item, indent + INDENT, newline, &mut lines);
                        out.push_str(lines.trim_start_matches(' '));
                    }
                    other => {
                        let _ = write!(out, "{}{newline}", flow_text(other, ScalarStyle::Plain));
                    }
                }
            }
        }
        other => {
            let _ = write!(out, " {}{newline}", flow_text(other, ScalarStyle::Plain));
        }
    }
}
