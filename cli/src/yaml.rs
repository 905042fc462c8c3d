//! YAML as Kubernetes reads it.
//!
//! `kubectl` and Helm turn YAML into JSON with `sigs.k8s.io/yaml`, and that follows YAML 1.1: `0644` is the number
//! 420, `yes` is `true`, and `<<` merges. A YAML 1.2 reader would hand the policy another object than the one that
//! a cluster gets, so the plain scalars are resolved here, over the events of a parser that does not resolve.

use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use crate::node::{Doubled, Entry, MAX_DEPTH, Map, Node, Position, Take, Value};

mod relax;
mod scalar;

pub(crate) use relax::Relaxed;
use scalar::{resolve, resolve_plain};

/// How many bytes of JSON the aliases of a document may add to it. An API server takes 3 MiB for an object, and an "alias
/// bomb" is refused before anything of it is made.
const MAX_ALIASED: usize = 32 << 20;

/// Maps with at most this many keys are searched from the start while they are read.
const FEW: usize = 16;

/// Why a document cannot be read, and where.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{reason}")]
pub struct Error {
    /// The line in the file, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub reason: String,
}

impl Error {
    /// Something that is wrong at a place.
    pub(crate) fn new(at: Position, reason: impl Into<String>) -> Self {
        Self { line: at.line, column: at.column, reason: reason.into() }
    }
}

impl From<Doubled> for Error {
    fn from(doubled: Doubled) -> Self {
        Self::new(doubled.second, format!("the key `{}` is already on line {}", doubled.key, doubled.first.line))
    }
}

/// Reads all documents of `text`, whose first line is line `first_line` of the file.
///
/// # Errors
/// If it isn't YAML, is cut off, nests too deep, has a key twice or aliases that would make too much of it; with the place
/// in the file.
pub fn load(text: &str, first_line: usize) -> Result<Vec<Rc<Node>>, Error> {
    read(text, first_line, &mut |_, _, _| false, &mut || {})
}

/// Like [`load`], but offers the entries of a top-level list `items` to `take`. In the place of what it takes, the
/// document has null. `restart` is called when what was taken so far does not count: the text is read again.
///
/// # Errors
/// Those of [`load`]. Then nothing of what was taken may be used.
pub fn read(text: &str, first_line: usize, take: Take<'_>, restart: &mut dyn FnMut()) -> Result<Vec<Rc<Node>>, Error> {
    let mut relaxed = Relaxed::new(text);
    loop {
        match attempt(&relaxed, first_line, take) {
            Ok(documents) => return Ok(documents),
            Err(Failure::Data(error)) => return Err(error),
            Err(Failure::Syntax(error)) => match relaxed.past(&error) {
                Some(next) => relaxed = next,
                None => return Err(relaxed.describe(&error, first_line)),
            },
        }
        restart();
    }
}

/// Why an attempt to read a text failed.
enum Failure {
    /// The parser does not take it.
    Syntax(Box<ScanError>),
    /// It is YAML, but nothing for Kubernetes.
    Data(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Data(error)
    }
}

fn attempt(text: &Relaxed<'_>, first_line: usize, take: Take<'_>) -> Result<Vec<Rc<Node>>, Failure> {
    let mut loader = Loader {
        text,
        line_offset: first_line - 1,
        open: Vec::new(),
        anchors: HashMap::new(),
        aliased: 0,
        documents: Vec::new(),
        take,
    };
    for event in Parser::new_from_str(text.text()) {
        let (event, span) = event.map_err(|error| Failure::Syntax(Box::new(error)))?;
        loader.event(event, span)?;
    }
    Ok(loader.documents)
}

/// A collection that is being read.
struct Open {
    at: Position,
    anchor: usize,
    weight: usize,
    kind: OpenKind,
}

enum OpenKind {
    Sequence { items: Vec<Rc<Node>>, offered: bool },
    Mapping { entries: Entries, key: Key },
}

/// What the next node of a map is.
enum Key {
    /// A key.
    Expected,
    /// The value of the key that was read.
    Read { text: String, at: Position },
    /// The value of `<<`.
    Merge,
}

/// The entries of a map that is being read.
#[derive(Default)]
struct Entries {
    list: Vec<Entry>,
    /// Which of them are merged and not written.
    merged: Vec<bool>,
    /// The indices of the keys, once there are more than a few.
    index: HashMap<String, usize>,
}

impl Entries {
    fn find(&mut self, key: &str) -> Option<usize> {
        if self.list.len() <= FEW {
            return self.list.iter().position(|entry| entry.key == key);
        }
        for (index, entry) in self.list.iter().enumerate().skip(self.index.len()) {
            self.index.insert(entry.key.clone(), index);
        }
        self.index.get(key).copied()
    }

    /// Adds an entry that is written.
    fn write(&mut self, entry: Entry) -> Result<(), Error> {
        match self.find(&entry.key) {
            Some(index) if self.merged[index] => {
                self.list[index] = entry;
                self.merged[index] = false;
            }
            Some(index) => {
                let first = self.list[index].position();
                return Err(Doubled { second: entry.position(), key: entry.key, first }.into());
            }
            None => {
                self.list.push(entry);
                self.merged.push(false);
            }
        }
        Ok(())
    }

    /// Adds the entries that `<<` names. As Kubernetes' parser does, they win over what is written before them.
    fn merge(&mut self, source: &Node, at: Position) -> Result<(), Error> {
        match &source.value {
            Value::Mapping(merged) => {
                for entry in merged {
                    match self.find(&entry.key) {
                        Some(index) => self.list[index] = entry.clone(),
                        None => {
                            self.list.push(entry.clone());
                            self.merged.push(true);
                        }
                    }
                }
                Ok(())
            }
            // A list of maps; the first that has a key wins.
            Value::Sequence(sources) if sources.iter().all(|one| matches!(one.value, Value::Mapping(_))) => {
                sources.iter().rev().try_for_each(|one| self.merge(one, at))
            }
            _ => Err(Error::new(at, "`<<` merges something that is not a map")),
        }
    }
}

struct Loader<'t, 'r> {
    text: &'t Relaxed<'t>,
    line_offset: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, (Rc<Node>, usize)>,
    /// How many bytes the aliases of the document add to it.
    aliased: usize,
    documents: Vec<Rc<Node>>,
    take: Take<'r>,
}

impl Loader<'_, '_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Error> {
        let at = self.text.position(span, self.line_offset);
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.aliased = 0;
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let text = self.text.without_added_newline(&text, style, span);
                if style == ScalarStyle::Plain && text == "<<" && self.merges() {
                    return Ok(());
                }
                let value = resolve(text, style, tag.as_deref()).map_err(|reason| Error::new(at, reason))?;
                self.scalar(value, text.len(), anchor, at)
            }
            Event::SequenceStart(_, anchor, _) => {
                let offered = self.is_items();
                self.start(at, anchor, OpenKind::Sequence { items: Vec::new(), offered })
            }
            Event::MappingStart(_, anchor, _) => {
                self.start(at, anchor, OpenKind::Mapping { entries: Entries::default(), key: Key::Expected })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(anchor) => self.alias(anchor, at),
            // What is left marks where things start and end, or is not asked for.
            _ => Ok(()),
        }
    }

    fn alias(&mut self, anchor: usize, at: Position) -> Result<(), Error> {
        // An alias inside of the node that it names is not there yet, and would be endless.
        let Some((node, weight)) = self.anchors.get(&anchor) else {
            return Err(Error::new(at, "an alias names an anchor that is not complete before it"));
        };
        let (node, weight) = (Rc::clone(node), *weight);
        self.aliased = self.aliased.saturating_add(weight);
        if self.aliased > MAX_ALIASED {
            let limit = MAX_ALIASED >> 20;
            return Err(Error::new(at, format!("the aliases of this document would make more than {limit} MiB of it")));
        }
        self.add(node, weight, at)
    }

    /// Whether the next node is the value of `items` in a document.
    fn is_items(&self) -> bool {
        let [Open { kind: OpenKind::Mapping { key: Key::Read { text, .. }, .. }, .. }] = self.open.as_slice() else {
            return false;
        };
        text == "items"
    }

    fn start(&mut self, at: Position, anchor: usize, kind: OpenKind) -> Result<(), Error> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Error::new(at, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.open.push(Open { at, anchor, weight: 2, kind });
        Ok(())
    }

    fn end(&mut self, at: Position) -> Result<(), Error> {
        let Some(open) = self.open.pop() else {
            return Err(Error::new(at, "a collection ends that never started"));
        };
        let value = match open.kind {
            OpenKind::Sequence { items, .. } => Value::Sequence(items),
            OpenKind::Mapping { entries, .. } => Value::Mapping(Map::new(entries.list)?),
        };
        let node = node(open.at, value);
        if open.anchor > 0 {
            self.anchors.insert(open.anchor, (Rc::clone(&node), open.weight));
        }
        self.add(node, open.weight, open.at)
    }

    /// Takes a plain `<<` for a merge; false if it isn't a key.
    fn merges(&mut self) -> bool {
        let Some(Open { kind: OpenKind::Mapping { key: key @ Key::Expected, .. }, .. }) = self.open.last_mut() else {
            return false;
        };
        *key = Key::Merge;
        true
    }

    fn scalar(&mut self, value: Value, length: usize, anchor: usize, at: Position) -> Result<(), Error> {
        // Quotes and a comma.
        let weight = length + 3;
        let node = node(at, value);
        if anchor > 0 {
            self.anchors.insert(anchor, (Rc::clone(&node), weight));
        }
        self.add(node, weight, at)
    }

    /// Puts a complete node where it belongs.
    fn add(&mut self, mut node: Rc<Node>, weight: usize, at: Position) -> Result<(), Error> {
        let number = self.documents.len();
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        parent.weight = parent.weight.saturating_add(weight);
        match &mut parent.kind {
            OpenKind::Sequence { items, offered } => {
                if *offered && (self.take)(number, items.len(), &node) {
                    node = null(at);
                }
                items.push(node);
            }
            OpenKind::Mapping { entries, key } => match std::mem::replace(key, Key::Expected) {
                Key::Expected => *key = Key::Read { text: key_text(&node)?, at },
                Key::Merge => entries.merge(&node, at)?,
                Key::Read { text, at: Position { line, column } } => {
                    entries.write(Entry { key: text, line, column, node })?;
                }
            },
        }
        Ok(())
    }
}

fn node(at: Position, value: Value) -> Rc<Node> {
    Rc::new(Node { line: at.line, column: at.column, value })
}

fn null(at: Position) -> Rc<Node> {
    node(at, Value::Null)
}

/// JSON has nothing but strings for keys; numbers and booleans become what Go prints.
fn key_text(node: &Node) -> Result<String, Error> {
    let fail = |reason: &str| Err(Error::new(node.position(), reason));
    match &node.value {
        Value::String(text) | Value::Number(text) => Ok(text.clone()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Null => fail("a key is null"),
        Value::Sequence(_) | Value::Mapping(_) => fail("a key is a list or a map, not a name"),
    }
}

/// The name that a scalar stands for where it is a key; nothing if it cannot be one.
pub(crate) fn key_name(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Option<String> {
    let value = resolve(text, style, tag).ok()?;
    key_text(&Node { line: 0, column: 0, value }).ok()
}

/// Whether a scalar without quotes is null.
pub(crate) fn is_null(text: &str) -> bool {
    matches!(resolve_plain(text), Ok(Value::Null))
}

/// Whether a scalar without quotes is the string that it looks like.
pub(crate) fn is_plain_string(text: &str) -> bool {
    matches!(resolve_plain(text), Ok(Value::String(value)) if value == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        let documents = load(text, 1).unwrap();
        assert_eq!(documents.len(), 1, "{text}");
        documents[0].to_json()
    }

    fn error(text: &str) -> Error {
        load(text, 1).unwrap_err()
    }

    #[test]
    fn scalars_are_what_a_cluster_gets() {
        for (yaml, expected) in [
            ("0400", "256"),
            ("0o400", "256"),
            ("0644", "420"),
            ("0x1F", "31"),
            ("0b11", "3"),
            ("-0644", "-420"),
            ("-0", "0"),
            ("08", "8"),
            ("1_000", "1000"),
            ("0", "0"),
            ("420", "420"),
            ("+1", "1"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "18446744073709551616"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("0.1", "0.1"),
            ("0.10", "0.10"),
            ("1e3", "1000"),
            ("1.0", "1"),
            ("1.5e-3", "1.5e-3"),
            (".5", "0.5"),
            ("5.", "5"),
            ("'0400'", r#""0400""#),
            ("\"1\"", r#""1""#),
            ("100m", r#""100m""#),
            ("1.2.3", r#""1.2.3""#),
            ("-", r#"[null]"#),
            ("--x", r#""--x""#),
            ("+-1", r#""+-1""#),
            ("0x", r#""0x""#),
            ("1e", r#""1e""#),
            ("2026-01-02", r#""2026-01-02""#),
            ("12:30", r#""12:30""#),
            ("yes", "true"),
            ("On", "true"),
            ("n", "false"),
            ("'yes'", r#""yes""#),
            ("~", "null"),
            ("Null", "null"),
            ("[\n'a', \"b\"\n]", r#"["a","b"]"#),
            ("infinity", r#""infinity""#),
            ("!!str 0400", r#""0400""#),
            ("!!int '7'", "7"),
            ("!!float 1", "1"),
            ("!!binary aGFs\n", r#""hal""#),
            ("!own 7", r#""7""#),
            ("|\n 0400\n", r#""0400\n""#),
        ] {
            assert_eq!(json(yaml), expected, "{yaml}");
        }
    }

    #[test]
    fn keys_are_strings() {
        assert_eq!(json("{1: a, true: b, 0x10: c, 1.5: d}"), r#"{"1":"a","true":"b","16":"c","1.5":"d"}"#);
        assert_eq!(error("a: 1\n~: 2").reason, "a key is null");
        assert_eq!(error("name: {{ .Values.name }}").line, 1);
    }

    #[test]
    fn duplicate_keys_are_an_error() {
        let error = error("a: 1\nb:\n  c: 1\n  c: 2\n");
        assert_eq!(error, Error { line: 4, column: 3, reason: "the key `c` is already on line 3".to_owned() });
    }

    #[test]
    fn aliases_and_merge_keys() {
        assert_eq!(json("a: &x [1, 2]\nb: *x"), r#"{"a":[1,2],"b":[1,2]}"#);
        assert_eq!(
            json("base: &b {x: 1, z: 2}\nit:\n  <<: *b\n  z: 3\n"),
            r#"{"base":{"x":1,"z":2},"it":{"x":1,"z":3}}"#
        );
        assert_eq!(
            json("- &a {x: 1}\n- &b {x: 2, z: 2}\n- <<: [*a, *b]\n"),
            r#"[{"x":1},{"x":2,"z":2},{"x":1,"z":2}]"#
        );
        // As in Kubernetes' parser, the last one wins, written or merged; of a list, the first that has the key.
        assert_eq!(json("b: 2\n<<: {b: 1}\nc: 3\n"), r#"{"b":1,"c":3}"#);
        assert_eq!(json("<<: {b: 1}\n<<: {b: 2}\nb: 3\n"), r#"{"b":3}"#);
        assert_eq!(json("'<<': 1"), r#"{"<<":1}"#);
        assert!(error("a: &a [*a]").reason.contains("alias"));
        assert!(error("<<: 7").reason.contains("not a map"));
    }

    #[test]
    fn an_alias_bomb_is_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..20 {
            let below = format!("*a{}, ", level - 1).repeat(10);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", below.trim_end_matches(", ")));
        }
        assert!(error(&bomb).reason.contains("more than 32 MiB"), "{}", error(&bomb).reason);
    }

    #[test]
    fn an_alias_bomb_of_few_values_is_refused() {
        // 74 KB that would make 1.8 GB.
        let aliases = "*a, ".repeat(30_000);
        let bomb = format!("a: &a {}\nb: [{}]\n", "x".repeat(60_000), aliases.trim_end_matches(", "));
        assert!(error(&bomb).reason.contains("more than 32 MiB"));
        let repeated = "- *a\n".repeat(500);
        assert!(load(&format!("a: &a {}\nb:\n{repeated}", "x".repeat(60_000)), 1).is_ok());
    }

    #[test]
    fn what_go_reads_is_read() {
        for (yaml, expected) in [
            // A quoted text that goes on at the indentation of its key, or before it.
            ("a: 'x\ny'\nb: 1\n", r#"{"a":"x y","b":1}"#),
            ("a:\n  b: \"x\n  y\n\n z\"\n  c: 1\n", r#"{"a":{"b":"x y\nz","c":1}}"#),
            ("a:\n- 'it''s\n\n  y'\n- \"\\\"p\nq\"\n", r#"{"a":["it's\ny","\"p q"]}"#),
            ("a: 'x\n# y'\nb: 1\n", r#"{"a":"x # y","b":1}"#),
            ("a: \"x\\\ny\"\n", r#"{"a":"xy"}"#),
            ("a:\n  b: \"x\n\t  y\"\n", r#"{"a":{"b":"x y"}}"#),
            // Tabs in a flow collection.
            ("a: {\n\t\"b\": [\n\t\t1,\n\n\t\t2\n\t]\n}\nc: 1\n", r#"{"a":{"b":[1,2]},"c":1}"#),
            // A comment right behind a value.
            ("a: 'x'#c\nb: [1]#d\nc: {# e\n  d: 1}\n", r#"{"a":"x","b":[1],"c":{"d":1}}"#),
            ("--- # c\n\u{feff}a: b\n", r#"{"a":"b"}"#),
            // A text that ends within a block scalar gets no line break.
            ("a: |\n  x\n  y", r#"{"a":"x\ny"}"#),
            ("a: |+\n  x", r#"{"a":"x"}"#),
            ("a: >\n  x", r#"{"a":"x"}"#),
            ("a: |\n  x\n", r#"{"a":"x\n"}"#),
            ("a: |\n  x\n  ", r#"{"a":"x\n"}"#),
            ("a: |\n  x\nb: z", r#"{"a":"x\n","b":"z"}"#),
        ] {
            assert_eq!(json(yaml), expected, "{yaml}");
        }
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for yaml in ["a:\n\tb: 1\n", "a: 'x\n  y\n", "a: [1,\n\t2\nb: 1\n", "a: b\n  c: d\n", "a: 'x' y\n"] {
            assert!(load(yaml, 1).is_err(), "{yaml}");
        }
        assert_eq!(error("a:\n  b: [1,\n").reason, "it is cut off: unclosed bracket '['");
    }

    #[test]
    fn places_are_those_of_the_file_in_a_rewritten_text() {
        let text = "a: ['x\ny', &z k]\nb:\n  c: 'x\n  y'\n  d: 1\n  d: 2\n";
        assert_eq!((error(text).line, error(text).column), (7, 3));
        let documents = load("b: {\n\tk: 'x\ny', c: {d: 1}}\ne: 'x\ny'\nf: [1]\n", 5).unwrap();
        for (path, line, column) in [("b.k", 6, 2), ("b.c.d", 7, 9), ("e", 8, 1), ("f.0", 10, 5)] {
            assert_eq!(documents[0].place(path), Position { line, column }, "{path}");
        }
    }

    /// Reads a map of so many keys and finds each of them. The time of the processor that this takes.
    #[cfg(target_os = "linux")]
    fn read_large_map(keys: usize) -> std::time::Duration {
        use nix::sys::resource::{UsageWho, getrusage};
        let text: String = (0..keys).map(|number| format!("key{number}: {number}\n")).collect();
        let now = || {
            let time = getrusage(UsageWho::RUSAGE_THREAD).unwrap().user_time();
            std::time::Duration::from_micros((time.tv_sec() * 1_000_000 + time.tv_usec()).try_into().unwrap())
        };
        let started = now();
        let documents = load(&text, 1).unwrap();
        for number in 0..keys {
            assert_eq!(documents[0].entry(&format!("key{number}")).map(|entry| entry.line), Some(number + 1));
        }
        now() - started
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn large_maps_are_read_in_linear_time() {
        let (small, large) = (read_large_map(15_000), read_large_map(60_000));
        // In quadratic time it would be 16 times as much.
        assert!(large < small * 9, "{small:?} {large:?}");
    }

    #[test]
    fn a_doubled_key_of_a_large_map_is_named() {
        let text: String = (0..1_000).map(|number| format!("key{number}: {number}\n")).collect();
        assert_eq!(error(&format!("{text}key7: 1\n")).reason, "the key `key7` is already on line 8");
    }

    #[test]
    fn items_are_offered_one_by_one() {
        let text = "kind: List\nitems:\n- &a {x: 1}\n- items: [2]\n- *a\n---\nitems: {a: b}\n";
        let mut seen = Vec::new();
        let take = &mut |document: usize, index: usize, item: &Rc<Node>| {
            seen.push((document, index, item.line, item.to_json()));
            index != 1
        };
        let documents = read(text, 1, take, &mut || {}).unwrap();
        let expected = [(0, 0, 3, r#"{"x":1}"#), (0, 1, 4, r#"{"items":[2]}"#), (0, 2, 3, r#"{"x":1}"#)];
        assert_eq!(seen, expected.map(|(document, index, line, json)| (document, index, line, json.to_owned())));
        let left = documents[0].to_json();
        assert_eq!(left, r#"{"kind":"List","items":[null,{"items":[2]},null]}"#);
    }

    #[test]
    fn depth_is_limited() {
        let blocks = |levels: usize| (0..levels).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>();
        assert!(load(&blocks(1_000), 1).is_err());
        assert!(load(&blocks(200), 1).is_ok());
        assert!(load(&"[".repeat(100_000), 1).is_err());
        assert!(load(&format!("{}{}", "[".repeat(200), "]".repeat(200)), 1).is_ok());
    }
}
