//! A document as a tree in which every node knows the line that it was written on.

use std::fmt::Write as _;
use std::rc::Rc;

/// How deep a document may nest. No manifest comes near it, and it keeps the recursion over a tree off the limit
/// of the stack.
pub const MAX_DEPTH: usize = 500;

/// A value and where it stands.
#[derive(Debug)]
pub struct Node {
    /// The line in the file, from 1.
    pub line: usize,
    /// The value.
    pub value: Value,
}

/// What a node holds. Aliases share their node, so a tree is never larger than its text. A tree of all objects of a
/// cluster must fit into memory, and so nothing here has room to grow.
#[derive(Debug)]
pub enum Value {
    /// `null`, or nothing at all.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as JSON text. It is kept as it was written where JSON allows: a quantity like `0.10` loses nothing.
    Number(Box<str>),
    /// A string.
    String(Box<str>),
    /// A list.
    Sequence(Box<[Rc<Node>]>),
    /// A map, in the order of the file.
    Mapping(Box<[Entry]>),
}

/// A key of a map and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: Box<str>,
    /// The line of the key: for a reader, this is where the field is, even if its value starts below.
    pub line: usize,
    /// The value.
    pub node: Rc<Node>,
}

impl Node {
    /// The value of a map's key; `None` if this isn't a map.
    pub fn get(&self, key: &str) -> Option<&Rc<Node>> {
        match &self.value {
            Value::Mapping(entries) => entries.iter().find(|entry| *entry.key == *key).map(|entry| &entry.node),
            _ => None,
        }
    }

    /// The text, if this is a string that is not empty. Kubernetes reads an empty name as no name.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Shorthand for the text of a key.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(|node| node.text())
    }

    /// The node as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        self.write_json(&mut json, &mut Vec::new());
        json
    }

    /// Appends the node as JSON without blanks to `out`, and to `lines` the line of each value in the order of the text.
    /// For a value in a map it is that of its key.
    pub fn write_json(&self, out: &mut String, lines: &mut Vec<u32>) {
        lines.push(short(self.line));
        self.write_value(out, lines);
    }

    fn write_value(&self, out: &mut String, lines: &mut Vec<u32>) {
        match &self.value {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(text) => out.push_str(text),
            Value::String(text) => write_json_string(text, out),
            Value::Sequence(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_json(out, lines);
                }
                out.push(']');
            }
            Value::Mapping(entries) => {
                out.push('{');
                for (index, entry) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_json_string(&entry.key, out);
                    out.push(':');
                    lines.push(short(entry.line));
                    entry.node.write_value(out, lines);
                }
                out.push('}');
            }
        }
    }
}

/// A line in half the room: a file has at most 256 MiB.
fn short(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

fn write_json_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_survive_json() {
        let text = "a\"b\\c\nd\u{1}\u{7f}ü\u{2028}";
        let node = Node { line: 1, value: Value::String(text.into()) };
        assert_eq!(serde_json::from_str::<String>(&node.to_json()).unwrap(), text);
    }
}
