//! A document as a tree in which every node knows its place in the file.

use std::fmt::Write as _;
use std::ops::Deref;
use std::rc::Rc;

use serde::Serialize;

/// How deep a document may nest. No manifest comes near it, and it keeps the recursion over a tree off the limit
/// of the stack.
pub const MAX_DEPTH: usize = 500;

/// Maps with at most this many keys are searched from the start; larger ones have an index.
const FEW: usize = 16;

/// Takes the items of a list one by one, so that they need not be in memory together. It is called with the number of the
/// document in the text, the index of the item in `items` and the item, and says whether it has taken it.
pub type Take<'t> = &'t mut dyn FnMut(usize, usize, &Rc<Node>) -> bool;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// A place in half the room: a file has at most 256 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    line: u32,
    column: u32,
}

impl From<Position> for Place {
    fn from(Position { line, column }: Position) -> Self {
        let short = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Self { line: short(line), column: short(column) }
    }
}

impl From<Place> for Position {
    fn from(Place { line, column }: Place) -> Self {
        let long = |number| usize::try_from(number).unwrap_or(usize::MAX);
        Self { line: long(line), column: long(column) }
    }
}

/// A value and its place.
#[derive(Debug)]
pub struct Node {
    /// The line in the file, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The value.
    pub value: Value,
}

/// The value of a node. Aliases share their node, so a tree is never larger than its text.
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
    Mapping(Map),
}

/// A key of a map and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The line of the key: for a reader, this is where the field is, even if its value starts below.
    pub line: usize,
    /// The column of the key.
    pub column: usize,
    /// The value.
    pub node: Rc<Node>,
}

/// The entries of a map, in the order of the file, each key once.
#[derive(Debug, Clone, Default)]
pub struct Map {
    entries: Vec<Entry>,
    /// The indices of the entries in the order of their keys; empty for a small map.
    by_key: Vec<usize>,
}

/// A key that a map has twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubled {
    /// The key.
    pub key: String,
    /// Its first place.
    pub first: Position,
    /// Its second place.
    pub second: Position,
}

impl Map {
    /// A map of these entries.
    ///
    /// # Errors
    /// If a key comes twice; the one whose second place is the first in the file.
    pub fn new(entries: Vec<Entry>) -> Result<Self, Doubled> {
        let mut by_key: Vec<usize> = (0..entries.len()).collect();
        by_key.sort_by(|a, b| entries[*a].key.cmp(&entries[*b].key));
        let same = by_key.windows(2).filter(|pair| entries[pair[0]].key == entries[pair[1]].key);
        if let Some(pair) = same.min_by_key(|pair| pair[1]) {
            let [first, second] = [pair[0], pair[1]].map(|index| entries[index].position());
            return Err(Doubled { key: entries[pair[1]].key.clone(), first, second });
        }
        if entries.len() <= FEW {
            by_key = Vec::new();
        }
        Ok(Self { entries, by_key })
    }

    /// The entry of a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        if self.by_key.is_empty() {
            return self.entries.iter().find(|entry| entry.key == key);
        }
        let found = self.by_key.binary_search_by(|index| self.entries[*index].key.as_str().cmp(key)).ok()?;
        Some(&self.entries[self.by_key[found]])
    }
}

impl Deref for Map {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        &self.entries
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

impl Entry {
    /// The place of the key.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { line: self.line, column: self.column }
    }
}

impl Value {
    /// What the value is, for people.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a map",
        }
    }
}

impl Node {
    /// Its place.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { line: self.line, column: self.column }
    }

    /// The entry of a map; `None` if this isn't a map.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Mapping(map) => map.entry(key),
            _ => None,
        }
    }

    /// The items of a list; `None` if this isn't a list.
    #[must_use]
    pub fn items(&self) -> Option<&[Rc<Node>]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
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

    /// The node as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        self.write_json(&mut json, &mut Vec::new());
        json
    }

    /// Appends the node as JSON without blanks to `out`, and to `places` the place of each value in the order of the text.
    /// For a value in a map it is that of its key.
    pub fn write_json(&self, out: &mut String, places: &mut Vec<Place>) {
        places.push(Place::from(self.position()));
        self.write_value(out, places);
    }

    fn write_value(&self, out: &mut String, places: &mut Vec<Place>) {
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
                    item.write_json(out, places);
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
                    places.push(Place::from(entry.position()));
                    entry.node.write_value(out, places);
                }
                out.push('}');
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    impl Node {
        /// The place of a field, such as `a.0.b`.
        pub(crate) fn place(&self, path: &str) -> Position {
            let (mut node, mut at) = (self, self.position());
            for step in path.split('.').filter(|step| !step.is_empty()) {
                let index = step.parse::<usize>().ok().zip(node.items());
                (node, at) = match index {
                    Some((index, items)) => (&*items[index], items[index].position()),
                    None => node.entry(step).map(|entry| (&*entry.node, entry.position())).unwrap(),
                };
            }
            at
        }
    }

    #[test]
    fn strings_survive_json() {
        let text = "a\"b\\c\nd\u{1}\u{7f}ü\u{2028}";
        let node = Node { line: 1, column: 1, value: Value::String(text.to_owned()) };
        assert_eq!(serde_json::from_str::<String>(&node.to_json()).unwrap(), text);
    }

    fn entries(keys: impl Iterator<Item = String>) -> Vec<Entry> {
        let node = Rc::new(Node { line: 1, column: 1, value: Value::Null });
        keys.enumerate().map(|(line, key)| Entry { key, line, column: 1, node: Rc::clone(&node) }).collect()
    }

    #[test]
    fn maps_of_every_size_find_their_keys() {
        for size in [0, 1, FEW, FEW + 1, 500] {
            let map = Map::new(entries((0..size).map(|number| format!("k{number}")))).unwrap();
            for number in 0..size {
                assert_eq!(map.entry(&format!("k{number}")).map(|entry| entry.line), Some(number));
            }
            assert!(map.entry("other").is_none());
        }
    }

    #[test]
    fn the_first_doubled_key_is_named() {
        for size in [4, FEW, FEW + 1, 500] {
            let keys = (0..size).map(|number| match number {
                2 => "k0".to_owned(),
                3 => "k1".to_owned(),
                _ => format!("k{number}"),
            });
            let doubled = Map::new(entries(keys)).unwrap_err();
            assert_eq!((doubled.key.as_str(), doubled.first.line, doubled.second.line), ("k0", 0, 2), "{size}");
        }
    }
}
