//! String helpers: concatenates and sorts strings, and writes them as JSON.

use std::collections::BinaryHeap;
use std::fmt::Write;

/// Appends the parts. Not inlined, which would repeat this code in every caller.
#[inline(never)]
pub fn append(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}

/// Joins the parts with `separator` between them.
pub fn joined<'p>(parts: impl Iterator<Item = &'p str>, separator: &str) -> String {
    let mut text = String::new();
    for part in parts {
        if !text.is_empty() {
            text.push_str(separator);
        }
        text.push_str(part);
    }
    text
}

/// Sorts pairs of a name and an index. The only sort in the module, because each type would add another copy. A heap
/// needs a quarter of the code of a slice's sort.
pub fn sort_names(names: &mut Vec<(&str, usize)>) {
    *names = BinaryHeap::from(std::mem::take(names)).into_sorted_vec();
}

/// Returns the text in printable ASCII, cut at `max` bytes. Before validation, names in an object can contain anything.
#[must_use]
pub fn printable(text: String, max: usize) -> String {
    const CUT: &str = "...";
    if text.len() <= max && text.bytes().all(is_printable) {
        return text;
    }
    let mut line = String::with_capacity(text.len().min(max));
    for char in text.chars() {
        if line.len() >= max {
            line.truncate(max.saturating_sub(CUT.len()));
            line.push_str(CUT);
            break;
        }
        line.push(if u8::try_from(char).is_ok_and(is_printable) { char } else { '?' });
    }
    line
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Appends a string as JSON.
pub fn json_text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    // Most strings have nothing to escape and are appended in one piece.
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        let Some((plain, special)) = rest.split_at_checked(at) else { break };
        out.push_str(plain);
        let mut chars = special.chars();
        match chars.next().unwrap_or_default() {
            char @ ('"' | '\\') => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            // Writing to a string cannot fail.
            char => _ = write!(out, "\\u{:04x}", u32::from(char)),
        }
        rest = chars.as_str();
    }
    append(out, &[rest, "\""]);
}

/// Appends a key to an unfinished JSON object; the caller appends the value next.
pub fn json_key(out: &mut String, key: &str) {
    json_separate(out);
    append(out, &["\"", key, "\":"]);
}

/// Appends a key and a string to an unfinished JSON object.
#[inline(never)]
pub fn json_member(out: &mut String, name: &str, value: &str) {
    json_key(out, name);
    json_text(out, value);
}

/// Appends a comma if a value precedes in the same object or list.
pub fn json_separate(out: &mut String) {
    if !out.ends_with(['{', '[']) {
        out.push(',');
    }
}
