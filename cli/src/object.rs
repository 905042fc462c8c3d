//! A Kubernetes object of a manifest, as JSON that knows the places in the file.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::json;
use crate::kinds;
use crate::node::{Node, Place, Position};
use crate::path::Step;

/// A Kubernetes object and its place.
#[derive(Debug)]
pub struct Object {
    /// `apiVersion`. An item of a typed list has it from its list.
    pub api_version: String,
    /// `kind`, likewise.
    pub kind: String,
    /// The line where it starts.
    pub line: usize,
    /// The column where it starts.
    pub column: usize,
    /// The place in the text of its file.
    pub origin: Origin,
    name: Option<String>,
    generate_name: Option<String>,
    namespace: Option<String>,
    /// Without blanks. Thousands of objects take much less room like this than as trees.
    json: String,
    /// The place of each value in `json`, in the order of the text. For a value in a map it is that of its key.
    places: Vec<Place>,
}

/// The place of an object.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The index of its text in `Manifests::sources`.
    pub source: usize,
    /// The part of the text that was read at once.
    pub piece: Piece,
    /// The number of the document in that part.
    pub document: usize,
    /// The way from the document to the object: through the items of lists.
    pub path: Vec<Step>,
}

/// A part of a text that is read at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The bytes of the text.
    pub range: Range<usize>,
    /// The line where it starts, from 1.
    pub line: usize,
    /// Whether it is JSON.
    pub is_json: bool,
}

impl Object {
    /// The object in a node of a document.
    #[must_use]
    pub fn new(api_version: String, kind: String, node: &Node, origin: Origin) -> Self {
        let metadata = |key| node.get("metadata").and_then(|metadata| metadata.text_of(key)).map(str::to_owned);
        let (mut json, mut places) = (String::new(), Vec::new());
        node.write_json(&mut json, &mut places);
        Self {
            line: node.line,
            column: node.column,
            name: metadata("name"),
            generate_name: metadata("generateName"),
            namespace: metadata("namespace"),
            api_version,
            kind,
            origin,
            json,
            places,
        }
    }

    /// The API group; empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The version within the group.
    #[must_use]
    pub fn version(&self) -> &str {
        self.api_version.split_once('/').map_or(&self.api_version, |(_, version)| version)
    }

    /// `metadata.name`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The namespace that the object goes to; `None` for a kind that lives outside of namespaces.
    #[must_use]
    pub fn namespace<'a>(&'a self, default: &'a str) -> Option<&'a str> {
        if kinds::is_cluster_scoped(self.group(), &self.kind) {
            return None;
        }
        Some(self.namespace.as_deref().unwrap_or(default))
    }

    /// The name for people: `shop/web`, or `web-*` if the server makes the name up.
    #[must_use]
    pub fn display_name(&self, default_namespace: &str) -> String {
        let name = match (&self.name, &self.generate_name) {
            (Some(name), _) => name.clone(),
            (None, Some(prefix)) => format!("{prefix}*"),
            (None, None) => "(no name)".to_owned(),
        };
        match self.namespace(default_namespace) {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name,
        }
    }

    /// The object as JSON. It has the `apiVersion` and `kind` of its list if it has none of its own.
    #[must_use]
    pub fn json(&self) -> Cow<'_, str> {
        let has =
            |key: &str| self.value_at(&[Step::Key(key.to_owned())]).is_some_and(|own| own.is_string() && own != "");
        if has("kind") && has("apiVersion") {
            return Cow::Borrowed(&self.json);
        }
        let mut object: serde_json::Map<String, Value> = serde_json::from_str(&self.json).unwrap_or_default();
        object.insert("apiVersion".to_owned(), self.api_version.as_str().into());
        object.insert("kind".to_owned(), self.kind.as_str().into());
        Cow::Owned(Value::Object(object).to_string())
    }

    /// The line of a field, or of its nearest parent that is there.
    #[must_use]
    pub fn line_of(&self, steps: &[Step]) -> usize {
        self.position_of(steps).line
    }

    /// The place of a field, or of its nearest parent that is there.
    #[must_use]
    pub fn position_of(&self, steps: &[Step]) -> Position {
        let (index, _) = self.walk(steps);
        self.places.get(index).copied().map_or(Position { line: self.line, column: self.column }, Position::from)
    }

    /// The value of a field; `None` if it isn't there.
    #[must_use]
    pub fn value_at(&self, steps: &[Step]) -> Option<Value> {
        let (_, raw) = self.walk(steps);
        serde_json::from_str(raw?).ok()
    }

    /// The index in `places` of the last value on the way that is there, and the JSON of the value at its end.
    fn walk(&self, steps: &[Step]) -> (usize, Option<&str>) {
        let (mut index, mut text) = (0, self.json.as_str());
        for step in steps {
            let mut below = index + 1;
            let found = children(text).into_iter().find_map(|(own, raw)| {
                let is_it = own == *step;
                let start = below;
                below += count_values(raw.get());
                is_it.then_some((start, raw.get()))
            });
            let Some(found) = found else { return (index, None) };
            (index, text) = found;
        }
        (index, Some(text))
    }
}

/// The values in a map or a list, each with the step to it.
fn children(text: &str) -> Vec<(Step, &RawValue)> {
    match text.as_bytes().first() {
        Some(b'{') => {
            let fields = json::fields(text);
            fields.into_iter().map(|(key, raw)| (Step::Key(key), raw)).collect()
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
            items.into_iter().enumerate().map(|(index, raw)| (Step::Index(index), raw)).collect()
        }
        _ => Vec::new(),
    }
}

/// The number of values in JSON without blanks: of the value itself and of all below it.
fn count_values(json: &str) -> usize {
    let bytes = json.as_bytes();
    let (mut count, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'{' | b'[' => at + 1,
            b'}' | b']' | b',' | b':' => {
                at += 1;
                continue;
            }
            b'"' => string_end(bytes, at),
            _ => at + bytes[at..].iter().take_while(|byte| !matches!(byte, b',' | b'}' | b']')).count(),
        };
        let is_key = *byte == b'"' && bytes.get(end) == Some(&b':');
        count += usize::from(!is_key);
        at = end;
    }
    count
}

/// The index behind the string that starts at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn object(text: &str, first_line: usize) -> Object {
        let node = yaml::load(text, first_line).unwrap().remove(0);
        let piece = Piece { range: 0..text.len(), line: first_line, is_json: false };
        let origin = Origin { source: 0, piece, document: 0, path: Vec::new() };
        Object::new("v1".to_owned(), "Pod".to_owned(), &node, origin)
    }

    fn steps(json: &str) -> Vec<Step> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn lines_are_those_of_the_keys() {
        let object = object(
            "spec:\n  containers:\n  - name: 'a\\\"b: {'\n    ports:\n    - hostPort:\n        80\n  - {x: [1, 2]}\n  z: .5\n",
            11,
        );
        for (path, line) in [
            (r#"["spec", "containers", 0, "ports", 0, "hostPort"]"#, 15),
            (r#"["spec", "containers", 0, "ports", 0, "absent"]"#, 15),
            (r#"["spec", "containers", 0, "image"]"#, 13),
            (r#"["spec", "containers", 1, "x", 1]"#, 17),
            (r#"["spec", "containers", 7]"#, 12),
            (r#"["spec", "z"]"#, 18),
            (r#"["nothing"]"#, 11),
            ("[]", 11),
        ] {
            assert_eq!(object.line_of(&steps(path)), line, "{path}");
        }
        let column = |path: &str| object.position_of(&steps(path)).column;
        assert_eq!((column(r#"["spec", "containers", 1, "x", 1]"#), column(r#"["spec", "containers", 0]"#)), (13, 5));
        assert_eq!(object.value_at(&steps(r#"["spec", "containers", 1, "x", 1]"#)), Some(2.into()));
        assert_eq!(object.value_at(&steps(r#"["spec", "containers", 1, "y"]"#)), None);
    }

    #[test]
    fn each_value_is_counted() {
        for (json, count) in [
            ("7", 1),
            ("\"a:\\\",{\"", 1),
            ("{}", 1),
            ("{\"a\":null,\"b\\\"\":[1,-2.5e3,\"x\",{}],\"c\":{\"d\":true}}", 9),
        ] {
            assert_eq!(count_values(json), count, "{json}");
        }
    }

    #[test]
    fn an_item_of_a_list_has_the_kind_of_the_list() {
        assert_eq!(object("{}", 1).json(), r#"{"apiVersion":"v1","kind":"Pod"}"#);
        assert_eq!(object("kind: ''\na: 1", 1).json(), r#"{"a":1,"apiVersion":"v1","kind":"Pod"}"#);
        assert_eq!(object("{kind: Own, apiVersion: v2}", 1).json(), r#"{"kind":"Own","apiVersion":"v2"}"#);
    }
}
