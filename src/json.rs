//! Writes JSON where a derived serialiser would cost the module more than it says.

use crate::reader::append;

/// Appends a string as JSON.
pub fn text(out: &mut String, text: &str) {
    // Serialising a string cannot fail.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// Appends a key to an object that is being written; its value comes next.
pub fn key(out: &mut String, key: &str) {
    separate(out);
    append(out, &["\"", key, "\":"]);
}

/// Appends a key and a string to an object that is being written.
#[inline(never)]
pub fn member(out: &mut String, name: &str, value: &str) {
    key(out, name);
    text(out, value);
}

/// Separates what comes next in an object or list from what is there already.
pub fn separate(out: &mut String) {
    if !out.ends_with(['{', '[']) {
        out.push(',');
    }
}
