//! JSON files, read into the same tree as YAML.

use std::fmt;
use std::rc::Rc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::node::{Entry, MAX_DEPTH, Node, Value};

/// Reads all JSON documents of `text`: usually one, but `kubectl` takes several in a row, too.
pub fn load(text: &str) -> Result<Vec<Rc<Node>>, serde_json::Error> {
    let lines = Lines::new(text);
    serde_json::Deserializer::from_str(text)
        .into_iter::<&RawValue>()
        .map(|document| read(document?, &lines, MAX_DEPTH).map(Rc::new))
        .collect()
}

/// Where the lines of a text start.
///
/// `serde_json` does not tell where a value stands, but a borrowed [`RawValue`] is a slice of the text, and so its
/// address does.
struct Lines {
    start: usize,
    breaks: Vec<usize>,
}

impl Lines {
    fn new(text: &str) -> Self {
        Self {
            start: text.as_ptr() as usize,
            breaks: text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect(),
        }
    }

    fn line(&self, slice: &str) -> usize {
        let offset = (slice.as_ptr() as usize).saturating_sub(self.start);
        self.breaks.partition_point(|at| *at < offset) + 1
    }
}

fn read(raw: &RawValue, lines: &Lines, depth: usize) -> Result<Node, serde_json::Error> {
    let text = raw.get();
    let line = lines.line(text);
    let Some(depth) = depth.checked_sub(1) else {
        return Err(serde::de::Error::custom(format!("nested deeper than {MAX_DEPTH} levels at line {line}")));
    };
    let value = match text.as_bytes().first() {
        Some(b'{') => {
            let Fields(fields) = serde_json::from_str(text)?;
            let entries = fields.into_iter().map(|(key, raw)| {
                let node = Rc::new(read(raw, lines, depth)?);
                Ok(Entry { key: key.into(), line: node.line, node })
            });
            Value::Mapping(entries.collect::<Result<_, serde_json::Error>>()?)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            let items = items.into_iter().map(|raw| read(raw, lines, depth).map(Rc::new));
            Value::Sequence(items.collect::<Result<_, _>>()?)
        }
        Some(b'"') => Value::String(serde_json::from_str(text)?),
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') => Value::Null,
        _ => Value::Number(text.into()),
    };
    Ok(Node { line, value })
}

/// The fields of an object, in their order. Of a key that comes twice the last counts, as in Go.
#[derive(Default)]
pub(crate) struct Fields<'a>(pub(crate) Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields: Vec<(String, &'de RawValue)> = Vec::new();
                while let Some((key, raw)) = map.next_entry::<String, &'de RawValue>()? {
                    match fields.iter_mut().find(|(present, _)| *present == key) {
                        Some(field) => field.1 = raw,
                        None => fields.push((key, raw)),
                    }
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_lines() {
        let text = "{\n  \"a\": [1, 1.50,\n    {\"b\\u00e9\": \"\\ud83d\\ude00\"}],\n  \"c\": null\n}\n{\"d\": true}\n";
        let documents = load(text).unwrap();
        assert_eq!(documents.len(), 2);
        let (mut json, mut lines) = (String::new(), Vec::new());
        documents.iter().for_each(|document| document.write_json(&mut json, &mut lines));
        assert_eq!(json, "{\"a\":[1,1.50,{\"bé\":\"😀\"}],\"c\":null}{\"d\":true}");
        assert_eq!(lines, [1, 2, 2, 2, 3, 3, 4, 6, 6]);
    }

    #[test]
    fn depth_is_limited() {
        assert!(load(&format!("{}{}", "[".repeat(1000), "]".repeat(1000))).is_err());
        assert!(load(&format!("{}{}", "[".repeat(200), "]".repeat(200))).is_ok());
    }
}
