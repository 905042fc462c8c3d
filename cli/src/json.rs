//! JSON files, read into the same tree as YAML.

use std::fmt;
use std::rc::Rc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::node::{Entry, MAX_DEPTH, Map, Node, Position, Take, Value};
use crate::yaml::Error;

/// Reads all JSON documents of `text`: usually one, but `kubectl` takes several in a row, too.
///
/// # Errors
/// If it isn't JSON, is cut off, nests too deep or has a key twice; with the place in the text.
pub fn load(text: &str) -> Result<Vec<Rc<Node>>, Error> {
    read(text, &mut |_, _, _| false)
}

/// Like [`load`], but offers the entries of a top-level list `items` to `take`. In the place of what it takes, the
/// document has null.
///
/// # Errors
/// Those of [`load`]. Then nothing of what was taken may be used.
pub fn read(text: &str, take: Take<'_>) -> Result<Vec<Rc<Node>>, Error> {
    let mut reader = Reader { text, last: START, offset: 0 };
    let mut documents = Vec::new();
    for document in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        let document = document.map_err(|error| reader.error(text, &error))?;
        let number = documents.len();
        documents.push(reader.root(document, &mut |index, item| take(number, index, item))?);
    }
    Ok(documents)
}

const START: Position = Position { line: 1, column: 1 };

/// `serde_json` does not tell where a value stands, but a borrowed [`RawValue`] is a slice of the text, and so its
/// address does.
struct Reader<'t> {
    text: &'t str,
    /// The last place that was asked for, and the offset of it. Places are asked for in the order of the text.
    last: Position,
    offset: usize,
}

impl<'t> Reader<'t> {
    fn root(&mut self, raw: &'t RawValue, take: &mut dyn FnMut(usize, &Rc<Node>) -> bool) -> Result<Rc<Node>, Error> {
        if !raw.get().starts_with('{') {
            return self.value(raw, MAX_DEPTH);
        }
        let at = self.position(raw.get());
        let fields = self.parse::<Fields<'_>>(raw)?.0;
        self.map(at, fields, |reader, key, raw| {
            if key != "items" || !raw.get().starts_with('[') {
                return reader.value(raw, MAX_DEPTH - 1);
            }
            reader.list(raw, MAX_DEPTH - 1, take)
        })
    }

    fn value(&mut self, raw: &'t RawValue, depth: usize) -> Result<Rc<Node>, Error> {
        let text = raw.get();
        let at = self.position(text);
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Error::new(at, format!("nested deeper than {MAX_DEPTH} levels")));
        };
        let value = match text.as_bytes().first() {
            Some(b'{') => {
                let fields = self.parse::<Fields<'_>>(raw)?.0;
                return self.map(at, fields, |reader, _, raw| reader.value(raw, depth));
            }
            Some(b'[') => return self.list(raw, depth, &mut |_, _| false),
            Some(b'"') => Value::String(self.parse(raw)?),
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'n') => Value::Null,
            _ => Value::Number(text.to_owned()),
        };
        Ok(node(at, value))
    }

    fn map(
        &mut self,
        at: Position,
        fields: Vec<(&'t RawValue, &'t RawValue)>,
        mut value: impl FnMut(&mut Self, &str, &'t RawValue) -> Result<Rc<Node>, Error>,
    ) -> Result<Rc<Node>, Error> {
        let mut entries = Vec::with_capacity(fields.len());
        for (raw_key, raw) in fields {
            let Position { line, column } = self.position(raw_key.get());
            let key: String = self.parse(raw_key)?;
            let node = value(self, &key, raw)?;
            entries.push(Entry { key, line, column, node });
        }
        Ok(node(at, Value::Mapping(Map::new(entries)?)))
    }

    fn list(
        &mut self,
        raw: &'t RawValue,
        depth: usize,
        take: &mut dyn FnMut(usize, &Rc<Node>) -> bool,
    ) -> Result<Rc<Node>, Error> {
        let at = self.position(raw.get());
        let mut found = Vec::new();
        let mut failed = None;
        let null = node(at, Value::Null);
        let each = |index: usize, raw: &'t RawValue| match self.value(raw, depth) {
            Ok(item) => {
                found.push(if take(index, &item) { Rc::clone(&null) } else { item });
                true
            }
            Err(error) => {
                failed = Some(error);
                false
            }
        };
        let mut deserializer = serde_json::Deserializer::from_str(raw.get());
        let result = deserializer.deserialize_seq(Items(each));
        match (failed, result) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(self.error(raw.get(), &error)),
            (None, Ok(())) => Ok(node(at, Value::Sequence(found))),
        }
    }

    fn parse<T: Deserialize<'t>>(&self, raw: &'t RawValue) -> Result<T, Error> {
        serde_json::from_str(raw.get()).map_err(|error| self.error(raw.get(), &error))
    }

    /// The place of a slice of the text. They are asked for in the order of the text, so each byte is looked at once.
    fn position(&mut self, slice: &str) -> Position {
        let offset = (slice.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        if offset < self.offset {
            (self.last, self.offset) = (START, 0);
        }
        self.last = advance(self.last, self.text.as_bytes().get(self.offset..offset).unwrap_or_default());
        self.offset = offset;
        self.last
    }

    /// What is wrong in a slice of the text.
    fn error(&self, slice: &str, error: &serde_json::Error) -> Error {
        let start = (slice.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let line_start = match error.line() {
            0 | 1 => 0,
            line => slice.match_indices('\n').nth(line - 2).map_or(0, |(at, _)| at + 1),
        };
        let offset = (start + line_start + error.column().saturating_sub(1)).min(self.text.len());
        let at = advance(START, &self.text.as_bytes()[..offset]);
        let message = error.to_string();
        let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
        if error.is_eof() { Error::new(at, format!("it is cut off: {reason}")) } else { Error::new(at, reason) }
    }
}

fn node(at: Position, value: Value) -> Rc<Node> {
    Rc::new(Node { line: at.line, column: at.column, value })
}

/// The place after these bytes.
fn advance(mut at: Position, bytes: &[u8]) -> Position {
    for byte in bytes {
        match byte {
            b'\n' => at = Position { line: at.line + 1, column: 1 },
            // The other bytes of a character beyond ASCII.
            0x80..=0xbf => {}
            _ => at.column += 1,
        }
    }
    at
}

/// The fields of an object, in their order; none if this isn't an object.
pub(crate) fn fields(text: &str) -> Vec<(String, &RawValue)> {
    let fields: Option<Fields<'_>> = serde_json::from_str(text).ok();
    let fields = fields.into_iter().flat_map(|fields| fields.0);
    fields.filter_map(|(key, value)| Some((serde_json::from_str(key.get()).ok()?, value))).collect()
}

/// The fields of an object, in their order.
struct Fields<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// Calls a function with each item of a list, until it returns false.
struct Items<F>(F);

impl<'de, F: FnMut(usize, &'de RawValue) -> bool> Visitor<'de> for Items<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(raw) = items.next_element::<&RawValue>()? {
            if !(self.0)(index, raw) {
                return Err(serde::de::Error::custom("stopped"));
            }
            index += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (usize, usize, String) {
        let error = load(text).unwrap_err();
        (error.line, error.column, error.reason)
    }

    #[test]
    fn values_and_places() {
        let text = "{\n  \"a\": [1, 1.50,\n    {\"b\\u00e9\": \"\\ud83d\\ude00\"}],\n  \"c\": null\n}\n{\"é\": 1, \"d\": true}\n";
        let documents = load(text).unwrap();
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0].to_json(), "{\"a\":[1,1.50,{\"bé\":\"😀\"}],\"c\":null}");
        for (document, path, line, column) in [
            (0, "a", 2, 3),
            (0, "a.1", 2, 12),
            (0, "a.2", 3, 5),
            (0, "a.2.bé", 3, 6),
            (0, "c", 4, 3),
            (1, "", 6, 1),
            (1, "d", 6, 10),
        ] {
            assert_eq!(documents[document].place(path), Position { line, column }, "{path}");
        }
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        assert_eq!(
            fault("{\"a\": [\n {\"b\": 1,\n  \"b\": 2}]}"),
            (3, 3, "the key `b` is already on line 2".to_owned())
        );
        assert_eq!(fault("{\"a\": [\n {\"b\": \"é\\ud800\"}]}").0, 2);
        let (line, _, reason) = fault("{\"a\": [\n1,\n");
        assert!(line >= 2 && reason.starts_with("it is cut off"), "{line} {reason}");
        assert_eq!(fault("{\"a\": 1}\n{\"b\" 1}").0, 2);
    }

    #[test]
    fn depth_is_limited() {
        assert!(load(&format!("{}{}", "[".repeat(1000), "]".repeat(1000))).is_err());
        assert!(load(&format!("{}{}", "[".repeat(200), "]".repeat(200))).is_ok());
    }

    #[test]
    fn items_are_offered_one_by_one() {
        let text = "{\"kind\": \"List\", \"items\": [{\"a\": 1}, 2, {\"items\": [3]}], \"x\": [4]}";
        let mut seen = Vec::new();
        let documents = read(text, &mut |document, index, item| {
            seen.push((document, index, item.column, item.to_json()));
            index != 1
        });
        assert_eq!(seen.len(), 3);
        assert_eq!(seen[2], (0, 2, 41, "{\"items\":[3]}".to_owned()));
        let left = documents.unwrap()[0].to_json();
        assert_eq!(left, "{\"kind\":\"List\",\"items\":[null,2,null],\"x\":[4]}");
    }
}
