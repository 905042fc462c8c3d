//! From paths to objects: finds the files, cuts them into documents, and the documents into objects.

use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::value::RawValue;
use walkdir::WalkDir;

use crate::edit::Step;
use crate::kinds;
use crate::node::{Node, Value};
use crate::{json, yaml};

/// How standard input is called in a report.
pub const STDIN: &str = "<stdin>";

/// A file larger than this is no manifest; an API server takes 3 MiB for an object.
const MAX_FILE: u64 = 256 << 20;

/// A Kubernetes object and where it stands.
#[derive(Debug)]
pub struct Object {
    /// The file, as the user named it.
    pub file: String,
    /// `apiVersion`. An item of a typed list has it from its list.
    pub api_version: String,
    /// `kind`, likewise.
    pub kind: String,
    /// The object itself.
    pub node: Rc<Node>,
    /// Where it stands in the text of its file.
    pub origin: Origin,
}

/// Where an object stands.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The index of its text in [`Manifests::sources`].
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

impl Piece {
    /// Reads the documents in this part of `text`.
    pub fn load(&self, text: &str) -> Result<Vec<Rc<Node>>, yaml::Error> {
        if self.is_json {
            json::load(text).map_err(|error| yaml::Error { line: error.line().max(1), reason: error.to_string() })
        } else {
            yaml::load(text, self.line)
        }
    }
}

/// A text with manifests.
#[derive(Debug)]
pub struct Source {
    /// The file, as the user named it.
    pub name: String,
    /// Where it is; nothing for standard input.
    pub path: Option<PathBuf>,
    /// The text, without a byte order mark.
    pub text: String,
    /// Whether it started with a byte order mark.
    pub has_bom: bool,
}

/// Something that was not judged.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Skipped {
    /// The file.
    pub file: String,
    /// The line where it starts, or where it is broken.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Manifests {
    /// The texts that were read.
    pub sources: Vec<Source>,
    /// The objects, in the order of the files and in these.
    pub objects: Vec<Object>,
    /// What is not an object.
    pub skipped: Vec<Skipped>,
    /// Paths that could not be read at all. They are errors, and everything else is judged all the same.
    pub unreadable: Vec<String>,
}

impl Object {
    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The version within the group.
    pub fn version(&self) -> &str {
        self.api_version.split_once('/').map_or(&self.api_version, |(_, version)| version)
    }

    /// `metadata.name`.
    pub fn name(&self) -> Option<&str> {
        self.metadata("name")
    }

    /// The namespace that the object goes to; nothing for a kind that lives outside of namespaces.
    pub fn namespace<'a>(&'a self, default: &'a str) -> Option<&'a str> {
        if kinds::is_cluster_scoped(self.group(), &self.kind) {
            return None;
        }
        Some(self.metadata("namespace").unwrap_or(default))
    }

    /// The name for people: `shop/web`, or `web-*` where the server makes the name up.
    pub fn display_name(&self, default_namespace: &str) -> String {
        let name = match (self.name(), self.metadata("generateName")) {
            (Some(name), _) => name.to_owned(),
            (None, Some(prefix)) => format!("{prefix}*"),
            (None, None) => "(no name)".to_owned(),
        };
        match self.namespace(default_namespace) {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name,
        }
    }

    /// The object as JSON, with the `apiVersion` and `kind` of its list where it has none of its own.
    pub fn to_raw_value(&self) -> Result<Box<RawValue>, serde_json::Error> {
        let raw = self.node.to_raw_value()?;
        if self.node.text_of("kind").is_some() && self.node.text_of("apiVersion").is_some() {
            return Ok(raw);
        }
        let mut object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(raw.get())?;
        object.insert("apiVersion".to_owned(), self.api_version.as_str().into());
        object.insert("kind".to_owned(), self.kind.as_str().into());
        serde_json::value::to_raw_value(&object)
    }

    fn metadata(&self, key: &str) -> Option<&str> {
        self.node.get("metadata").and_then(|metadata| metadata.text_of(key))
    }
}

impl Manifests {
    /// Reads everything that the paths name: files, directories with all that is below them, `-` for standard input.
    pub fn read(paths: &[PathBuf]) -> Self {
        let mut manifests = Self::default();
        for path in paths {
            if path.as_os_str() == "-" {
                let mut bytes = Vec::new();
                match std::io::stdin().lock().take(MAX_FILE).read_to_end(&mut bytes) {
                    Ok(_) => manifests.bytes(STDIN, None, bytes, false),
                    Err(error) => manifests.unreadable.push(format!("cannot read standard input: {error}")),
                }
            } else if path.is_dir() {
                manifests.directory(path);
            } else {
                manifests.file(path);
            }
        }
        manifests
    }

    fn directory(&mut self, root: &Path) {
        let visible = |entry: &walkdir::DirEntry| {
            // `.git`, `.github` and the like hold no manifests for a cluster. A path that the user names is taken.
            entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
        };
        let mut files = 0;
        for entry in WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter().filter_entry(visible) {
            match entry {
                Ok(entry) if entry.file_type().is_file() && is_manifest(entry.path()) => {
                    files += 1;
                    self.file(entry.path());
                }
                Ok(_) => {}
                // What a link leads back to is read where it really is.
                Err(error) if error.loop_ancestor().is_some() => {}
                // A link that leads nowhere is no loss where no manifest is missed.
                Err(error) if error.path().is_some_and(|path| path.is_symlink() && !is_manifest(path)) => {}
                Err(error) => self.unreadable.push(format!("cannot read {error}")),
            }
        }
        if files == 0 {
            self.unreadable.push(format!(
                "{}: no manifest in this directory (looked for *.yaml, *.yml and *.json, hidden ones left out)",
                root.display()
            ));
        }
    }

    fn file(&mut self, path: &Path) {
        let name = path.display().to_string();
        let read = std::fs::File::open(path).and_then(|file| {
            let mut bytes = Vec::new();
            file.take(MAX_FILE).read_to_end(&mut bytes).map(|_| bytes)
        });
        match read {
            Ok(bytes) => {
                let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
                self.bytes(&name, Some(path), bytes, is_json);
            }
            Err(error) => self.unreadable.push(format!("cannot read {name}: {error}")),
        }
    }

    fn bytes(&mut self, file: &str, path: Option<&Path>, bytes: Vec<u8>, is_json: bool) {
        match String::from_utf8(bytes) {
            Ok(text) => self.text(file, path, text, is_json),
            Err(error) => {
                let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
                self.skip(file, line, "not UTF-8 text");
            }
        }
    }

    fn text(&mut self, file: &str, path: Option<&Path>, text: String, is_json: bool) {
        let (text, has_bom) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (rest.to_owned(), true),
            None => (text, false),
        };
        self.documents(file, &text, is_json);
        self.sources.push(Source { name: file.to_owned(), path: path.map(Path::to_owned), text, has_bom });
    }

    /// Takes the documents of the text that is going to be the last of the sources.
    fn documents(&mut self, file: &str, text: &str, is_json: bool) {
        if is_json || text.trim_start().starts_with('{') {
            let piece = Piece { range: 0..text.len(), line: 1, is_json: true };
            match json::load(text) {
                Ok(documents) if documents.is_empty() => return self.skip(file, 1, "empty document"),
                Ok(documents) => return self.piece(file, &piece, documents),
                Err(error) if is_json => {
                    return self.skip(file, error.line().max(1), format!("does not parse as JSON: {error}"));
                }
                // A map in YAML's flow style starts like JSON, too.
                Err(_) => {}
            }
        }
        let pieces = split(text);
        let only = pieces.len() == 1;
        for (index, piece) in pieces.into_iter().enumerate() {
            let part = &text[piece.range.clone()];
            if is_blank(part) {
                // What stands before the first `---` is a heading, not a document.
                if index > 0 || only {
                    self.skip(file, piece.line, "empty document");
                }
                continue;
            }
            match piece.load(part) {
                Ok(documents) => self.piece(file, &piece, documents),
                Err(error) => {
                    let hint = if part.contains("{{") {
                        " (it looks like a template: render it first, for example with `helm template`)"
                    } else {
                        ""
                    };
                    self.skip(file, error.line, format!("does not parse as YAML: {error}{hint}"));
                }
            }
        }
    }

    fn piece(&mut self, file: &str, piece: &Piece, documents: Vec<Rc<Node>>) {
        for (document, node) in documents.into_iter().enumerate() {
            let origin = Origin { source: self.sources.len(), piece: piece.clone(), document, path: Vec::new() };
            self.document(file, node, origin);
        }
    }

    /// Takes a document for an object, or for a list of them.
    fn document(&mut self, file: &str, node: Rc<Node>, origin: Origin) {
        if let Value::Null = node.value {
            return self.skip(file, node.line, "empty document");
        }
        match (node.text_of("apiVersion").map(str::to_owned), node.text_of("kind").map(str::to_owned)) {
            (Some(api_version), Some(kind)) => self.object(file, api_version, kind, node, origin),
            (None, None) => self.skip(file, node.line, "not a Kubernetes object: no apiVersion and no kind"),
            (None, Some(_)) => self.skip(file, node.line, "not a Kubernetes object: no apiVersion"),
            (Some(_), None) => self.skip(file, node.line, "not a Kubernetes object: no kind"),
        }
    }

    fn object(&mut self, file: &str, api_version: String, kind: String, node: Rc<Node>, origin: Origin) {
        let Some((item_kind, items)) = kind.strip_suffix("List").zip(node.get("items")) else {
            self.objects.push(Object { file: file.to_owned(), api_version, kind, node, origin });
            return;
        };
        let items = match &items.value {
            Value::Sequence(items) if !items.is_empty() => items,
            Value::Sequence(_) | Value::Null => return self.skip(file, node.line, format!("empty {kind}")),
            _ => return self.skip(file, items.line, format!("the items of this {kind} are not a list")),
        };
        for (index, item) in items.iter().enumerate() {
            // The items of a `PodList` need not repeat what they are; those of a plain `List` have to.
            let typed = !item_kind.is_empty();
            let of_list =
                |own: Option<&str>, list: &str| own.map(str::to_owned).or_else(|| typed.then(|| list.to_owned()));
            let item_version = of_list(item.text_of("apiVersion"), &api_version);
            let own_kind = of_list(item.text_of("kind"), item_kind);
            match (item_version, own_kind, &item.value) {
                (Some(version), Some(kind), Value::Mapping(_)) => {
                    let mut origin = origin.clone();
                    origin.path.extend([Step::Key("items".to_owned()), Step::Index(index)]);
                    self.object(file, version, kind, Rc::clone(item), origin);
                }
                _ => self.skip(file, item.line, format!("an item of this {kind} is not a Kubernetes object")),
            }
        }
    }

    fn skip(&mut self, file: &str, line: usize, reason: impl Into<String>) {
        self.skipped.push(Skipped { file: file.to_owned(), line, reason: reason.into() });
    }
}

fn is_manifest(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known)))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Manifests {
        let mut manifests = Manifests::default();
        manifests.text("f", None, text.to_owned(), false);
        manifests
    }

    fn reasons(manifests: &Manifests) -> Vec<(usize, &str)> {
        manifests.skipped.iter().map(|skipped| (skipped.line, skipped.reason.as_str())).collect()
    }

    #[test]
    fn documents_keep_their_lines() {
        let manifests = read(
            "# heading\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n# nothing\n---   # b\napiVersion: v1\nkind: Pod\nmetadata:\n  name: b\n---\n",
        );
        assert_eq!(manifests.objects.len(), 2);
        assert_eq!(manifests.objects[0].node.line, 3);
        assert_eq!(manifests.objects[1].node.line_of("metadata.name"), 12);
        assert_eq!(reasons(&manifests), [(6, "empty document"), (13, "empty document")]);
    }

    #[test]
    fn a_broken_document_hides_no_other() {
        let manifests = read("a: [\n---\napiVersion: v1\nkind: Pod\n---\nname: {{ .x }}\n---\nx: 1\n");
        assert_eq!(manifests.objects.len(), 1);
        assert_eq!(manifests.skipped.len(), 3);
        assert!(manifests.skipped[0].reason.starts_with("does not parse as YAML"));
        assert!(manifests.skipped[1].reason.contains("helm template"));
        assert_eq!(manifests.skipped[2].line, 8);
    }

    #[test]
    fn lists_are_taken_apart() {
        let manifests = read(
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: a, namespace: shop}\n- apiVersion: v1\n  kind: PodList\n  items:\n  - metadata: {generateName: b-}\n- 7\n",
        );
        assert_eq!(manifests.objects.len(), 2);
        assert_eq!(manifests.objects[0].display_name("default"), "shop/a");
        assert_eq!(manifests.objects[0].node.line, 4);
        let pod = &manifests.objects[1];
        assert_eq!((pod.kind.as_str(), pod.display_name("default")), ("Pod", "default/b-*".to_owned()));
        assert!(pod.to_raw_value().unwrap().get().contains(r#""kind":"Pod""#));
        assert_eq!(reasons(&manifests), [(11, "an item of this List is not a Kubernetes object")]);
    }

    #[test]
    fn marks_at_the_end_of_lines_are_no_matter() {
        let manifests = read("apiVersion: v1\r\nkind: Pod\r\n---\r\napiVersion: v1\r\nkind: Service\r\n");
        assert_eq!(manifests.objects.len(), 2);
        assert_eq!(manifests.objects[1].kind, "Service");
    }

    #[test]
    fn dashes_that_are_no_marker() {
        assert_eq!(split("a: 1\n---x\n----\n").len(), 1);
        assert_eq!(split("---\na: 1").len(), 1);
    }
}
