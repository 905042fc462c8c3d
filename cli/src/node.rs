//! A document as a tree in which every node knows the line that it was written on.

use std::fmt::Write as _;
use std::rc::Rc;

use serde_json::value::RawValue;

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

/// What a node holds. Aliases share their node, so a tree is never larger than its text.
#[derive(Debug)]
pub enum Value {
    /// `null`, or nothing at all.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as JSON text. It is kept as it was written where JSON allows: a quantity like `0.10` loses nothing.
    Number(String),
    /// A string.
    String(String),
    /// A list.
    Sequence(Vec<Rc<Node>>),
    /// A map, in the order of the file.
    Mapping(Vec<Entry>),
}

/// A key of a map and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The line of the key: for a reader, this is where the field is, even if its value starts below.
    pub line: usize,
    /// The value.
    pub node: Rc<Node>,
}

impl Node {
    /// The entry of a map; nothing if this is no map.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Mapping(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The value of a map's key.
    pub fn get(&self, key: &str) -> Option<&Rc<Node>> {
        self.entry(key).map(|entry| &entry.node)
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

    /// The node as JSON, ready to stand in a larger JSON document.
    pub fn to_raw_value(&self) -> Result<Box<RawValue>, serde_json::Error> {
        let mut out = String::new();
        self.write_json(&mut out);
        RawValue::from_string(out)
    }

    fn write_json(&self, out: &mut String) {
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
                    item.write_json(out);
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
                    entry.node.write_json(out);
                }
                out.push('}');
            }
        }
    }

    /// The line of the field that `path` names, or of its nearest parent that is there.
    ///
    /// The paths are those of the findings: `spec.containers[0].ports[1].hostPort`, and
    /// `metadata.labels["istio-injection"]` for a key that is not a plain name.
    pub fn line_of(&self, path: &str) -> usize {
        let mut node = self;
        let mut line = self.line;
        for step in Steps(path) {
            let next = match (&step, &node.value) {
                (Step::Key(key), Value::Mapping(_)) => node.entry(key).map(|entry| (entry.line, &entry.node)),
                (Step::Index(index), Value::Sequence(items)) => items.get(*index).map(|item| (item.line, item)),
                _ => None,
            };
            let Some((found, child)) = next else { break };
            line = found;
            node = child;
        }
        line
    }
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

#[derive(Debug, PartialEq)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// The steps of a path; it ends early where the path is not well formed.
struct Steps<'a>(&'a str);

impl<'a> Iterator for Steps<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        let rest = self.0.strip_prefix('.').unwrap_or(self.0);
        if let Some(quoted) = rest.strip_prefix("[\"") {
            let end = quoted.find("\"]")?;
            self.0 = &quoted[end + 2..];
            return Some(Step::Key(&quoted[..end]));
        }
        if let Some(number) = rest.strip_prefix('[') {
            let end = number.find(']')?;
            self.0 = &number[end + 1..];
            return number[..end].parse().ok().map(Step::Index);
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        self.0 = &rest[end..];
        Some(Step::Key(&rest[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart() {
        let steps: Vec<_> = Steps(r#"spec.containers[12].resources["nvidia.com/gpu"].x"#).collect();
        assert_eq!(
            steps,
            [
                Step::Key("spec"),
                Step::Key("containers"),
                Step::Index(12),
                Step::Key("resources"),
                Step::Key("nvidia.com/gpu"),
                Step::Key("x"),
            ]
        );
        assert_eq!(Steps("").count(), 0);
        assert_eq!(Steps("a[").count(), 1);
    }

    #[test]
    fn strings_survive_json() {
        let text = "a\"b\\c\nd\u{1}\u{7f}ü\u{2028}";
        let node = Node { line: 1, value: Value::String(text.to_owned()) };
        let raw = node.to_raw_value().unwrap();
        assert_eq!(serde_json::from_str::<String>(raw.get()).unwrap(), text);
    }
}
