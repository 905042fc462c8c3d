//! From texts to objects: cuts files into documents, and documents into objects.

use std::path::PathBuf;
use std::rc::Rc;

use crate::files::{self, ReadError, Skipped, Source};
use crate::node::{Node, Value};
use crate::object::{Object, Origin, Piece};
use crate::path::Step;
use crate::{json, parallel, yaml};

/// The manifests of a check.
#[derive(Debug, Default)]
pub struct Manifests {
    /// The texts that were read.
    pub sources: Vec<Source>,
    /// The objects, in the order of the files and in these.
    pub objects: Vec<Object>,
    /// Everything else in the files.
    pub skipped: Vec<Skipped>,
    /// Paths that could not be read at all. They are errors, and everything else is judged all the same.
    pub unreadable: Vec<String>,
}

/// A part of the work of reading, small enough to be shared out.
enum Work {
    /// A file that may be JSON as a whole.
    Json(usize),
    /// A document of a YAML file; whether to report it if it is empty.
    Yaml(usize, Piece, bool),
    /// Nothing.
    Done(Skipped),
}

/// The content of a part.
#[derive(Default)]
struct Found {
    objects: Vec<Object>,
    skipped: Vec<Skipped>,
}

impl Manifests {
    /// Reads everything that the paths name: files, directories with all that is below them, `-` for standard input.
    #[must_use]
    pub fn read(paths: &[PathBuf]) -> Self {
        let (files, unreadable) = files::find(paths);
        Self::of_sources(parallel::map(&files, |path| files::read(path)), unreadable)
    }

    /// The manifests in a text.
    #[cfg(test)]
    pub(crate) fn of_text(name: &str, text: &str) -> Self {
        Self::of_sources(vec![Ok(Source::new(name.to_owned(), None, text.to_owned()))], Vec::new())
    }

    fn of_sources(read: Vec<Result<Source, ReadError>>, unreadable: Vec<String>) -> Self {
        let mut manifests = Self { unreadable, ..Self::default() };
        let mut work = Vec::new();
        for source in read {
            match source {
                Ok(source) => {
                    share_out(manifests.sources.len(), &source, &mut work);
                    manifests.sources.push(source);
                }
                Err(ReadError::NotText(skipped)) => work.push(Work::Done(skipped)),
                Err(ReadError::Unreadable(error)) => manifests.unreadable.push(error),
            }
        }
        for found in parallel::map(&work, |work| work.read(&manifests.sources)) {
            manifests.objects.extend(found.objects);
            manifests.skipped.extend(found.skipped);
        }
        manifests
    }
}

/// Cuts a file into parts that can be read on their own.
fn share_out(index: usize, source: &Source, work: &mut Vec<Work>) {
    // A map in YAML's flow style starts like JSON, too.
    if source.is_json() || source.text.trim_start().starts_with('{') {
        return work.push(Work::Json(index));
    }
    let pieces = split(&source.text);
    let only = pieces.len() == 1;
    // A comment before the first `---` is a heading, not a document.
    let yaml = |(number, piece)| Work::Yaml(index, piece, number > 0 || only);
    work.extend(pieces.into_iter().enumerate().map(yaml));
}

impl Work {
    fn read(&self, sources: &[Source]) -> Found {
        let mut found = Found::default();
        match self {
            Work::Done(skipped) => found.skipped.push(skipped.clone()),
            Work::Yaml(index, piece, reports_empty) => found.yaml(*index, &sources[*index], piece, *reports_empty),
            Work::Json(index) => found.json(*index, &sources[*index]),
        }
        found
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

impl Found {
    fn json(&mut self, index: usize, source: &Source) {
        let name = &source.name;
        let piece = Piece { range: 0..source.text.len(), line: 1, is_json: true };
        match json::load(&source.text) {
            Ok(documents) if documents.is_empty() => self.skip(name, 1, "empty document"),
            Ok(documents) => self.documents(index, name, &piece, documents),
            Err(error) if source.is_json() => {
                self.skip(name, error.line, format!("does not parse as JSON: {error}"));
            }
            Err(_) => {
                let pieces = split(&source.text);
                let only = pieces.len() == 1;
                for (number, piece) in pieces.iter().enumerate() {
                    self.yaml(index, source, piece, number > 0 || only);
                }
            }
        }
    }

    fn yaml(&mut self, index: usize, source: &Source, piece: &Piece, reports_empty: bool) {
        let name = &source.name;
        let part = &source.text[piece.range.clone()];
        if is_blank(part) {
            if reports_empty {
                self.skip(name, piece.line, "empty document");
            }
            return;
        }
        match piece.load(part) {
            Ok(documents) => self.documents(index, name, piece, documents),
            Err(error) => {
                let hint = if part.contains("{{") {
                    " (it looks like a template: render it first, for example with `helm template`)"
                } else {
                    ""
                };
                self.skip(name, error.line, format!("does not parse as YAML: {error}{hint}"));
            }
        }
    }

    fn documents(&mut self, source: usize, file: &str, piece: &Piece, documents: Vec<Rc<Node>>) {
        for (document, node) in documents.into_iter().enumerate() {
            let origin = Origin { source, piece: piece.clone(), document, path: Vec::new() };
            self.document(file, &node, origin);
        }
    }

    /// Takes a document for an object, or for a list of them.
    fn document(&mut self, file: &str, node: &Node, origin: Origin) {
        if let Value::Null = node.value {
            return self.skip(file, node.line, "empty document");
        }
        match (node.text_of("apiVersion"), node.text_of("kind")) {
            (Some(api_version), Some(kind)) => self.object(file, (api_version, kind), node, origin),
            (None, None) => self.skip(file, node.line, "not a Kubernetes object: no apiVersion and no kind"),
            (None, Some(_)) => self.skip(file, node.line, "not a Kubernetes object: no apiVersion"),
            (Some(_), None) => self.skip(file, node.line, "not a Kubernetes object: no kind"),
        }
    }

    fn object(&mut self, file: &str, (api_version, kind): (&str, &str), node: &Node, origin: Origin) {
        let Some((item_kind, items)) = kind.strip_suffix("List").zip(node.get("items")) else {
            self.objects.push(Object::new(api_version.to_owned(), kind.to_owned(), node, origin));
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
            let own_version = item.text_of("apiVersion").or(typed.then_some(api_version));
            let own_kind = item.text_of("kind").or(typed.then_some(item_kind));
            match (own_version.zip(own_kind), &item.value) {
                (Some(own), Value::Mapping(_)) => {
                    let mut origin = origin.clone();
                    origin.path.extend([Step::Key("items".to_owned()), Step::Index(index)]);
                    self.object(file, own, item, origin);
                }
                _ => self.skip(file, item.line, format!("an item of this {kind} is not a Kubernetes object")),
            }
        }
    }

    fn skip(&mut self, file: &str, line: usize, reason: impl Into<String>) {
        self.skipped.push(Skipped { file: file.to_owned(), line, reason: reason.into() });
    }
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
        Manifests::of_text("f", text)
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
        assert_eq!(manifests.objects[0].line, 3);
        assert_eq!(manifests.objects[1].line_of(&["metadata", "name"].map(|key| Step::Key(key.to_owned()))), 12);
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
        assert_eq!(manifests.objects[0].line, 4);
        let pod = &manifests.objects[1];
        assert_eq!((pod.kind.as_str(), pod.display_name("default")), ("Pod", "default/b-*".to_owned()));
        assert!(pod.json().contains(r#""kind":"Pod""#));
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
