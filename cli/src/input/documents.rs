//! From texts to objects: cuts files into documents, and documents into objects.

use std::path::PathBuf;
use std::rc::Rc;

use super::outcome::{Reason, Skipped, Unreadable};
use super::text::Encoding;
use crate::node::{Node, Position, Value};
use crate::object::{Object, Origin, Piece};
use crate::path::Step;
use crate::{json, yaml};

/// In a part of a text that is larger than this, the items of a list are read one by one.
const LARGE: usize = 1 << 20;

/// A text with manifests.
#[derive(Debug, Default)]
pub struct Source {
    /// The file, as the user named it or as helm names it.
    pub name: String,
    /// Its path; `None` for standard input and for what was rendered.
    pub path: Option<PathBuf>,
    /// The text, without a byte order mark.
    pub text: String,
    /// How it stands in the file.
    pub encoding: Encoding,
    /// The command that rendered it. Its lines are then not those of the file.
    pub rendered_by: Option<String>,
    /// How much is expected of it.
    pub expected: Expected,
    /// Which of the given paths it belongs to.
    pub root: usize,
}

impl Source {
    /// Its documents, as far as they can be told apart without reading them, each with the line that it starts on.
    pub fn documents(&self) -> impl Iterator<Item = (&str, usize)> {
        split(&self.text).into_iter().map(|piece| (&self.text[piece.range], piece.line))
    }
}

/// How much is expected of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expected {
    /// It was named, or rendered: everything in it is for a cluster.
    #[default]
    Named,
    /// It was found in a directory.
    Found,
    /// It was found in a chart, beside its templates. It may be a template itself.
    InChart,
}

/// A part of the work of reading, small enough to be shared out.
#[derive(Debug)]
pub(super) struct Work {
    source: usize,
    piece: Piece,
    /// Whether to mention it if it is empty.
    reports_empty: bool,
}

/// The content of a part.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) objects: Vec<Object>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) unreadable: Vec<Unreadable>,
}

/// Cuts a text into parts that can be read on their own.
pub(super) fn share_out(source: usize, text: &str) -> Vec<Work> {
    // A map in YAML's flow style starts like JSON, too.
    if text.trim_start().starts_with('{') {
        let piece = Piece { range: 0..text.len(), line: 1, is_json: true };
        return vec![Work { source, piece, reports_empty: true }];
    }
    let pieces = split(text);
    let only = pieces.len() == 1;
    // A comment before the first `---` is a heading, not a document.
    let work = |(number, piece)| Work { source, piece, reports_empty: number > 0 || only };
    pieces.into_iter().enumerate().map(work).collect()
}

impl Work {
    /// Reads this part of one of the sources.
    pub(super) fn read(&self, sources: &[Source]) -> Content {
        let mut reader = Reader { source: &sources[self.source], index: self.source, content: Content::default() };
        if self.piece.is_json {
            reader.json(&self.piece);
        } else {
            reader.yaml(&self.piece, self.reports_empty);
        }
        reader.content
    }
}

impl Piece {
    /// Reads the documents in this part of a text. `text` is this part alone.
    ///
    /// # Errors
    /// If it isn't YAML or JSON; with the line in the file.
    pub fn load(&self, text: &str) -> Result<Vec<Rc<Node>>, yaml::Error> {
        if self.is_json { json::load(text) } else { yaml::load(text, self.line) }
    }
}

struct Reader<'s> {
    source: &'s Source,
    index: usize,
    content: Content,
}

impl Reader<'_> {
    fn json(&mut self, piece: &Piece) {
        let error = match self.documents(piece) {
            Ok(()) => return,
            Err(error) => error,
        };
        let has_json_name = self.source.name.to_ascii_lowercase().ends_with(".json");
        let works = || split(&self.source.text);
        // What is neither of both is most likely JSON, as its name or its braces say.
        if has_json_name || works().iter().any(|piece| piece.load(&self.source.text[piece.range.clone()]).is_err()) {
            return self.broken("JSON", &error, piece);
        }
        for (number, piece) in works().iter().enumerate() {
            self.yaml(piece, number > 0);
        }
    }

    fn yaml(&mut self, piece: &Piece, reports_empty: bool) {
        if is_blank(&self.source.text[piece.range.clone()]) {
            if reports_empty {
                self.skip(piece.line, Reason::EmptyDocument);
            }
            return;
        }
        if let Err(error) = self.documents(piece) {
            self.broken("YAML", &error, piece);
        }
    }

    /// Something that does not parse.
    fn broken(&mut self, language: &str, error: &yaml::Error, piece: &Piece) {
        match self.source.expected {
            Expected::InChart => return self.skip_file(Reason::ChartFile),
            Expected::Found if !names_object(&self.source.text) => return self.skip_file(Reason::OtherText),
            _ => {}
        }
        let is_template = self.source.text[piece.range.clone()].contains("{{");
        let hint = if is_template {
            "; it looks like a template: name the directory of its chart, or render it first, for example with `helm template`"
        } else {
            ""
        };
        let at = Position { line: error.line, column: error.column };
        self.unreadable(at, format!("it does not parse as {language}: {error}{hint}"));
    }

    /// Reads the documents of a part.
    fn documents(&mut self, piece: &Piece) -> Result<(), yaml::Error> {
        let text = &self.source.text[piece.range.clone()];
        if text.len() > LARGE && self.large(piece, text)? {
            return Ok(());
        }
        for (number, node) in piece.load(text)?.iter().enumerate() {
            self.document(node, self.origin(piece, number), &mut Vec::new());
        }
        Ok(())
    }

    /// Reads the documents of a large part, each item of a list by itself, so that the tree of a whole list is never in
    /// memory. Returns false where something that is not a list has items: then nothing is done.
    fn large(&mut self, piece: &Piece, text: &str) -> Result<bool, yaml::Error> {
        let taken: std::cell::RefCell<Vec<Taken>> = std::cell::RefCell::default();
        let take = &mut |document: usize, index: usize, item: &Rc<Node>| {
            let Some((version, kind)) = type_of(item).filter(|(_, kind)| !kind.ends_with("List")) else { return false };
            let mut origin = self.origin(piece, document);
            origin.path = step_to_item(index);
            let object = (!is_patch(item)).then(|| Object::new(version.to_owned(), kind.to_owned(), item, origin));
            taken.borrow_mut().push(Taken { document, index, line: item.line, object });
            true
        };
        let documents = if piece.is_json {
            json::read(text, take)?
        } else {
            yaml::read(text, piece.line, take, &mut || taken.borrow_mut().clear())?
        };
        let mut taken = taken.into_inner();
        if taken.iter().any(|one| list_of(&documents[one.document]).is_none()) {
            return Ok(false);
        }
        taken.reverse();
        for (number, node) in documents.iter().enumerate() {
            self.document(node, self.origin(piece, number), &mut taken);
        }
        Ok(true)
    }

    fn origin(&self, piece: &Piece, document: usize) -> Origin {
        Origin { source: self.index, piece: piece.clone(), document, path: Vec::new() }
    }

    /// Takes a document for an object, or for a list of them. `taken` are the items that are read already, the last first.
    fn document(&mut self, node: &Node, origin: Origin, taken: &mut Vec<Taken>) {
        match &node.value {
            Value::Null => return self.skip(node.line, Reason::EmptyDocument),
            Value::Sequence(items) if items.iter().any(|item| type_of(item).is_some()) => {
                let reason =
                    "a bare list of objects, which kubectl does not take; make it the `items` of a `kind: List`";
                return self.unreadable(node.position(), reason.to_owned());
            }
            _ => {}
        }
        if let Some((version, kind)) = type_of(node) {
            return self.object((version, kind), node, origin, taken);
        }
        match missing(node) {
            // It has a name like an object, so it is meant to be one.
            Some((at, what)) if is_named(node) => self.unreadable(at, format!("no Kubernetes object: {what}")),
            _ => self.skip(node.line, Reason::NoObject),
        }
    }

    fn object(&mut self, (version, kind): (&str, &str), node: &Node, origin: Origin, taken: &mut Vec<Taken>) {
        if list_of(node).is_some() {
            return self.list((version, kind), node, &origin, taken);
        }
        if is_patch(node) {
            return self.skip(node.line, Reason::Patch);
        }
        self.content.objects.push(Object::new(version.to_owned(), kind.to_owned(), node, origin));
    }

    fn list(&mut self, (version, kind): (&str, &str), node: &Node, origin: &Origin, taken: &mut Vec<Taken>) {
        let items = match list_of(node).map(|items| (&items.value, items.position())) {
            Some((Value::Sequence(items), _)) if !items.is_empty() => items,
            None | Some((Value::Sequence(_) | Value::Null, _)) => return self.skip(node.line, Reason::EmptyList),
            Some((other, at)) => {
                let reason = format!("the items of this {kind} are {}, not a list", other.type_name());
                return self.unreadable(at, reason);
            }
        };
        // The items of a `PodList` need not repeat what they are; those of a plain `List` have to.
        let of_list = kind.strip_suffix("List").filter(|kind| !kind.is_empty()).map(|kind| (version, kind));
        for (index, item) in items.iter().enumerate() {
            let is_next = |one: &mut Taken| one.document == origin.document && one.index == index;
            if let Some(Taken { object, line, .. }) = taken.pop_if(is_next) {
                match object {
                    Some(object) => self.content.objects.push(object),
                    None => self.skip(line, Reason::Patch),
                }
                continue;
            }
            let is_bare = item.get("apiVersion").is_none() && item.get("kind").is_none();
            let of_list = of_list.filter(|_| is_bare && matches!(item.value, Value::Mapping(_)));
            match type_of(item).or(of_list) {
                Some(own) => {
                    let mut origin = origin.clone();
                    origin.path.extend(step_to_item(index));
                    self.object(own, item, origin, &mut Vec::new());
                }
                None => {
                    let (at, what) = missing(item).unwrap_or((item.position(), "it is not a map".to_owned()));
                    self.unreadable(at, format!("an item of this {kind} is not a Kubernetes object: {what}"));
                }
            }
        }
    }

    fn skip(&mut self, line: usize, reason: Reason) {
        self.content.skipped.push(Skipped { file: self.source.name.clone(), line: Some(line), reason });
    }

    fn skip_file(&mut self, reason: Reason) {
        self.content.skipped.push(Skipped { file: self.source.name.clone(), line: None, reason });
    }

    fn unreadable(&mut self, at: Position, reason: String) {
        self.content.unreadable.push(Unreadable { file: self.source.name.clone(), at: Some(at), reason });
    }
}

/// An item of a list that was read by itself; no object if it is a patch.
struct Taken {
    document: usize,
    index: usize,
    line: usize,
    object: Option<Object>,
}

fn step_to_item(index: usize) -> Vec<Step> {
    vec![Step::Key("items".to_owned()), Step::Index(index)]
}

/// `apiVersion` and `kind` of an object.
fn type_of(node: &Node) -> Option<(&str, &str)> {
    node.text_of("apiVersion").zip(node.text_of("kind"))
}

/// The items of a list. As `kubectl` does, everything that has nothing but objects as `items` is taken for a list.
fn list_of(node: &Node) -> Option<&Node> {
    let items = node.get("items")?;
    let is_list = node.text_of("kind").is_some_and(|kind| kind.ends_with("List"));
    let has_objects = || {
        let items = items.items().unwrap_or_default();
        !items.is_empty() && items.iter().all(|item| type_of(item).is_some())
    };
    (is_list || has_objects()).then_some(&**items)
}

/// What a map lacks to be an object, and where; `None` if it isn't a map or lacks both `apiVersion` and `kind`.
fn missing(node: &Node) -> Option<(Position, String)> {
    let Value::Mapping(_) = node.value else { return None };
    let (version, kind) = (node.entry("apiVersion"), node.entry("kind"));
    if version.is_none() && kind.is_none() {
        return None;
    }
    for (name, entry) in [("apiVersion", version), ("kind", kind)] {
        match entry {
            None => return Some((node.position(), format!("no {name}"))),
            Some(entry) if entry.node.text().is_none() => {
                let found = match &entry.node.value {
                    Value::String(_) => "empty",
                    other => other.type_name(),
                };
                return Some((entry.position(), format!("{name} is {found}, not a text")));
            }
            Some(_) => {}
        }
    }
    None
}

/// Whether a map has metadata with a name, as objects have.
fn is_named(node: &Node) -> bool {
    let metadata = node.get("metadata");
    let has = |key| metadata.is_some_and(|metadata| metadata.get(key).is_some());
    has("name") || has("generateName") || has("namespace")
}

/// Whether this is a change of an object: a directive of a strategic merge patch is somewhere in it.
fn is_patch(node: &Node) -> bool {
    match &node.value {
        Value::Mapping(map) => map.entry("$patch").is_some() || map.iter().any(|entry| is_patch(&entry.node)),
        Value::Sequence(items) => items.iter().any(|item| is_patch(item)),
        _ => false,
    }
}

/// Whether a text that does not parse may have been meant to hold an object.
fn names_object(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("apiversion") || text.contains("kind")
}

/// Cuts a file at its `---` lines, so that one broken document does not hide the others.
///
/// Such a line at the margin ends a document in YAML wherever it stands, within a block of text, too.
pub(crate) fn split(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut start, mut start_line, mut at) = (0, 1, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let marker =
            line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        if marker && at > 0 {
            pieces.push(Piece { range: start..at, line: start_line, is_json: false });
            (start, start_line) = (at, index + 1);
        }
        at += line.len();
    }
    pieces.push(Piece { range: start..text.len(), line: start_line, is_json: false });
    pieces
}

/// Whether a piece has nothing but comments, directives and markers.
fn is_blank(text: &str) -> bool {
    text.lines().all(|line| {
        let line = match line.strip_prefix("---").or_else(|| line.strip_prefix("...")) {
            Some(rest) if rest.is_empty() || rest.starts_with(char::is_whitespace) => rest,
            _ => line,
        };
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line.starts_with("%YAML") || line.starts_with("%TAG")
    })
}
