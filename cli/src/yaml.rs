//! YAML as Kubernetes reads it.
//!
//! `kubectl` and Helm turn YAML into JSON with `sigs.k8s.io/yaml`, and that follows YAML 1.1: `0644` is the number
//! 420, `yes` is `true`, and `<<` merges. A YAML 1.2 reader would hand the policy another object than the one that
//! a cluster gets, so the plain scalars are resolved here, over the events of a parser that does not resolve.

use std::collections::HashMap;
use std::rc::Rc;

use base64::Engine as _;
use granit_parser::{Event, Parser, ScalarStyle, Tag};

use crate::node::{Entry, MAX_DEPTH, Node, Value};

/// How many nodes the aliases of a document may unfold to. Enough for any manifest, and an "alias bomb" is refused before
/// it takes memory. Nodes that are written count nothing: a List may hold all objects of a cluster.
const MAX_UNFOLDED: usize = 1_000_000;

/// Why a document cannot be read, and where.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{reason}")]
pub struct Error {
    /// The line in the file, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// Reads all documents of `text`, whose first line is line `first_line` of the file.
pub fn load(text: &str, first_line: usize) -> Result<Vec<Rc<Node>>, Error> {
    let mut loader = Loader::new(first_line - 1);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Error {
            line: error.marker().line() + first_line - 1,
            reason: error.kind().to_string(),
        })?;
        loader.event(event, span.start.line())?;
    }
    Ok(loader.documents)
}

/// A collection that is being read.
struct Open {
    line: usize,
    anchor: usize,
    weight: usize,
    kind: OpenKind,
}

enum OpenKind {
    Sequence(Vec<Rc<Node>>),
    Mapping { entries: Vec<Entry>, merges: Vec<Rc<Node>>, key: Key },
}

/// What the next node of a map is.
enum Key {
    /// A key.
    Expected,
    /// The value of the key that was read.
    Read { text: String, line: usize },
    /// The value of `<<`.
    Merge,
}

struct Loader {
    line_offset: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, (Rc<Node>, usize)>,
    /// How many nodes aliases have added to the document so far.
    unfolded: usize,
    documents: Vec<Rc<Node>>,
}

impl Loader {
    fn new(line_offset: usize) -> Self {
        Self { line_offset, open: Vec::new(), anchors: HashMap::new(), unfolded: 0, documents: Vec::new() }
    }

    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), Error> {
        let line = line + self.line_offset;
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.unfolded = 0;
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), line),
            Event::SequenceStart(_, anchor, _) => self.start(line, anchor, OpenKind::Sequence(Vec::new())),
            Event::MappingStart(_, anchor, _) => self.start(
                line,
                anchor,
                OpenKind::Mapping { entries: Vec::new(), merges: Vec::new(), key: Key::Expected },
            ),
            Event::SequenceEnd | Event::MappingEnd => self.end(line),
            Event::Alias(anchor) => {
                // An alias inside of the node that it names is not there yet, and would be endless.
                let Some((node, weight)) = self.anchors.get(&anchor) else {
                    return fail(line, "an alias names an anchor that is not complete before it");
                };
                let (node, weight) = (Rc::clone(node), *weight);
                self.unfolded = self.unfolded.saturating_add(weight);
                if self.unfolded > MAX_UNFOLDED {
                    return fail(line, format!("aliases unfold to more than {MAX_UNFOLDED} values"));
                }
                self.add(node, weight, line)
            }
            // What is left marks where things start and end, or is not asked for.
            _ => Ok(()),
        }
    }

    fn start(&mut self, line: usize, anchor: usize, kind: OpenKind) -> Result<(), Error> {
        if self.open.len() >= MAX_DEPTH {
            return fail(line, format!("nested deeper than {MAX_DEPTH} levels"));
        }
        self.open.push(Open { line, anchor, weight: 1, kind });
        Ok(())
    }

    fn end(&mut self, line: usize) -> Result<(), Error> {
        let Some(open) = self.open.pop() else {
            return fail(line, "a collection ends that never started");
        };
        let value = match open.kind {
            OpenKind::Sequence(items) => Value::Sequence(items.into()),
            OpenKind::Mapping { mut entries, merges, .. } => {
                for source in &merges {
                    merge(source, &mut entries, open.line)?;
                }
                Value::Mapping(entries.into())
            }
        };
        let node = Rc::new(Node { line: open.line, value });
        if open.anchor > 0 {
            self.anchors.insert(open.anchor, (Rc::clone(&node), open.weight));
        }
        self.add(node, open.weight, line)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        line: usize,
    ) -> Result<(), Error> {
        // `<<` means merge only where it is a plain key.
        if style == ScalarStyle::Plain
            && text == "<<"
            && let Some(Open { kind: OpenKind::Mapping { key: key @ Key::Expected, .. }, .. }) = self.open.last_mut()
        {
            *key = Key::Merge;
            return Ok(());
        }
        let value = resolve(text, style, tag).map_err(|reason| Error { line, reason })?;
        let node = Rc::new(Node { line, value });
        if anchor > 0 {
            self.anchors.insert(anchor, (Rc::clone(&node), 1));
        }
        self.add(node, 1, line)
    }

    /// Puts a complete node where it belongs.
    fn add(&mut self, node: Rc<Node>, weight: usize, line: usize) -> Result<(), Error> {
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        parent.weight = parent.weight.saturating_add(weight);
        match &mut parent.kind {
            OpenKind::Sequence(items) => items.push(node),
            OpenKind::Mapping { entries, merges, key } => match std::mem::replace(key, Key::Expected) {
                Key::Expected => *key = Key::Read { text: key_text(&node, line)?, line },
                Key::Merge => merges.push(node),
                Key::Read { text, line } => {
                    if let Some(first) = entries.iter().find(|entry| *entry.key == *text) {
                        return fail(line, format!("the key `{text}` is already on line {}", first.line));
                    }
                    entries.push(Entry { key: text.into(), line, node });
                }
            },
        }
        Ok(())
    }
}

fn fail<T>(line: usize, reason: impl Into<String>) -> Result<T, Error> {
    Err(Error { line, reason: reason.into() })
}

/// JSON has nothing but strings for keys; numbers and booleans become what Go prints.
fn key_text(node: &Node, line: usize) -> Result<String, Error> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Ok(text.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Null => fail(line, "a key is null"),
        Value::Sequence(_) | Value::Mapping(_) => fail(line, "a key is a list or a map, not a name"),
    }
}

/// The name that a scalar stands for where it is a key; nothing if it cannot be one.
pub(crate) fn key_name(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Option<String> {
    let value = resolve(text, style, tag).ok()?;
    key_text(&Node { line: 0, value }, 0).ok()
}

/// Whether a scalar without quotes is null.
pub(crate) fn is_null(text: &str) -> bool {
    matches!(resolve_plain(text), Ok(Value::Null))
}

/// Whether a scalar without quotes is the string that it looks like.
pub(crate) fn is_plain_string(text: &str) -> bool {
    matches!(resolve_plain(text), Ok(Value::String(value)) if *value == *text)
}

/// Adds what `source` has and `entries` has not: a key that is written wins over one that is merged.
fn merge(source: &Node, entries: &mut Vec<Entry>, line: usize) -> Result<(), Error> {
    match &source.value {
        Value::Mapping(merged) => {
            for entry in merged {
                if !entries.iter().any(|present| present.key == entry.key) {
                    entries.push(entry.clone());
                }
            }
            Ok(())
        }
        // A list of maps; the first that has a key wins.
        Value::Sequence(sources) => {
            for source in sources {
                if !matches!(source.value, Value::Mapping(_)) {
                    return fail(line, "`<<` merges something that is not a map");
                }
                merge(source, entries, line)?;
            }
            Ok(())
        }
        _ => fail(line, "`<<` merges something that is not a map"),
    }
}

/// The value of a scalar, by its style and tag.
fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let core = tag.and_then(|tag| tag.suffix_in_namespace("tag:yaml.org,2002:"));
    match core.as_deref() {
        Some("str") => Ok(Value::String(text.into())),
        Some("binary") => {
            let compact: String = text.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(compact)
                .map_err(|_| "a !!binary value is not base64")?;
            String::from_utf8(bytes).map(|text| Value::String(text.into())).map_err(|_| "a !!binary value is not text".to_owned())
        }
        Some(kind @ ("int" | "float" | "bool" | "null")) => {
            let value = resolve_plain(text)?;
            match (kind, &value) {
                ("int" | "float", Value::Number(_)) | ("bool", Value::Bool(_)) | ("null", Value::Null) => Ok(value),
                _ => Err(format!("`{text}` is not a !!{kind}")),
            }
        }
        // A tag of the user's own, `!vault` say: Kubernetes has no use for it and takes the text.
        _ if tag.is_some() => Ok(Value::String(text.into())),
        _ if style == ScalarStyle::Plain => resolve_plain(text),
        _ => Ok(Value::String(text.into())),
    }
}

/// The value of a scalar without quotes.
fn resolve_plain(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => {
            return Ok(Value::Bool(true));
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
            return Ok(Value::Bool(false));
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" | ".nan" | ".NaN"
        | ".NAN" => return Err(format!("`{text}` is a number that JSON cannot hold; quote it if it is a text")),
        _ => {}
    }
    // Only these can start a number, and most scalars of a manifest are no numbers.
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Ok(Value::String(text.into()));
    }
    Ok(match integer(text).or_else(|| float(text)) {
        Some(number) => Value::Number(number.into()),
        None => Value::String(text.into()),
    })
}

/// An integer with an optional sign, in any base that Go knows, `_` between its digits, as decimal text.
fn integer(text: &str) -> Option<String> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = digits.replace('_', "");
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    // `from_str_radix` would take a second sign.
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    if negative && magnitude > i64::MIN.unsigned_abs() {
        return None;
    }
    let sign = if negative && magnitude != 0 { "-" } else { "" };
    Some(format!("{sign}{magnitude}"))
}

/// A floating point number as JSON text, as written where JSON allows.
fn float(text: &str) -> Option<String> {
    let plain = text.replace('_', "");
    let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    // What Go's yaml takes for a float; Rust's `parse` also knows `inf` and `nan`.
    let shape = unsigned.trim_start_matches(|c: char| c.is_ascii_digit());
    let whole = unsigned.len() - shape.len();
    let (fraction, exponent) = match shape.strip_prefix('.') {
        Some(rest) => {
            let exponent = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            (rest.len() - exponent.len(), exponent)
        }
        None => (0, shape),
    };
    if whole == 0 && fraction == 0 {
        return None;
    }
    if !exponent.is_empty() {
        let digits = exponent.strip_prefix(['e', 'E'])?;
        let digits = digits.strip_prefix(['-', '+']).unwrap_or(digits);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    let value: f64 = plain.parse().ok()?;
    if !value.is_finite() {
        return None;
    }
    // Go prints a float without a fraction as an integer, and so `port: 8e3` is a port for Kubernetes.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return Some(format!("{}", value as i64));
    }
    // Everything else keeps its text, where it is JSON: `.5` and `+5.5` are numbers in YAML alone.
    if serde_json::from_str::<serde_json::Number>(&plain).is_ok() {
        Some(plain)
    } else {
        serde_json::Number::from_f64(value).map(|number| number.to_string())
    }
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
        assert_eq!(error, Error { line: 4, reason: "the key `c` is already on line 3".to_owned() });
    }

    #[test]
    fn aliases_and_merge_keys() {
        assert_eq!(json("a: &x [1, 2]\nb: *x"), r#"{"a":[1,2],"b":[1,2]}"#);
        assert_eq!(
            json("base: &b {x: 1, z: 2}\nit:\n  <<: *b\n  z: 3\n"),
            r#"{"base":{"x":1,"z":2},"it":{"z":3,"x":1}}"#
        );
        assert_eq!(
            json("- &a {x: 1}\n- &b {x: 2, z: 2}\n- <<: [*a, *b]\n"),
            r#"[{"x":1},{"x":2,"z":2},{"x":1,"z":2}]"#
        );
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
        assert!(error(&bomb).reason.contains("unfold"));
    }

    #[test]
    fn values_that_are_written_are_not_limited() {
        let list = format!("[{}]", "a,".repeat(MAX_UNFOLDED + 1));
        assert!(load(&list, 1).is_ok());
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
