//! From paths to objects: everything that a check is given, and nothing lost on the way.
//!
//! [`read`] walks the paths, reads the files, has charts and overlays rendered, and cuts it all into objects. What cannot be
//! read is an error with a place, what is plainly something else is counted, and every object is there once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use globset::GlobMatcher;

use crate::object::Object;
use crate::parallel;

mod documents;
mod kustomization;
mod outcome;
mod render;
mod text;
mod walk;

pub(crate) use documents::split;
pub use documents::{Expected, Source};
pub use outcome::{Reason, Skipped, Unreadable, by_reason};
pub use render::Rendering;
pub use text::{Encoding, MAX_FILE, NotText, decode, read_file, read_stdin};

use walk::{Entry, Walk};

/// The name of standard input in a report.
pub const STDIN: &str = "<stdin>";

/// How to read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How to render charts and overlays; `None` to leave them out.
    pub rendering: Option<Rendering>,
    /// Whether a path may hold no object.
    pub allows_empty: bool,
    /// Whether the texts are kept, for changes in them. They are a large part of the memory that a check takes.
    pub keeps_texts: bool,
    /// What keeps a text in any case: it contains this.
    pub keeps_texts_with: Option<&'static str>,
    /// What is left out of directories.
    pub exclude: Option<Exclude>,
}

/// Files and directories that are left out of the directories that are named.
#[derive(Debug, Clone, Default)]
pub struct Exclude {
    /// The absolute path of the directory that the patterns start at.
    pub directory: PathBuf,
    /// Patterns for the names from there.
    pub patterns: Vec<GlobMatcher>,
}

impl Exclude {
    fn matches(&self, path: &Path) -> bool {
        let Ok(path) = std::path::absolute(path) else { return false };
        let Ok(name) = path.strip_prefix(&self.directory) else { return false };
        self.patterns.iter().any(|pattern| pattern.is_match(name))
    }
}

/// The manifests of a check.
#[derive(Debug, Default)]
pub struct Manifests {
    /// The texts that were read, in the order of the paths and files; empty unless they are kept.
    pub sources: Vec<Source>,
    /// The objects, in the order of the texts and in these.
    pub objects: Vec<Object>,
    /// Everything that is not for a cluster, by file and line.
    pub skipped: Vec<Skipped>,
    /// Everything that should have been read and could not be, by file and place. They are errors, and the objects are
    /// judged all the same.
    pub unreadable: Vec<Unreadable>,
}

/// Reads everything that the paths name: files, directories with all that is below them, `-` for standard input.
#[must_use]
pub fn read(paths: &[PathBuf], options: &Options) -> Manifests {
    let Walk { entries, skipped, unreadable, repeated, .. } =
        Walk::new(paths, options.rendering.is_some(), options.exclude.as_ref());
    let mut manifests = Manifests { skipped, unreadable, ..Manifests::default() };
    let mut work = Vec::new();
    for result in parallel::map(&entries, |(root, entry)| open(*root, entry, options.rendering.as_ref())) {
        match result {
            Ok(sources) => {
                for source in sources {
                    work.extend(documents::share_out(manifests.sources.len(), &source.text));
                    manifests.sources.push(source);
                }
            }
            Err(unreadable) => manifests.unreadable.push(unreadable),
        }
    }
    for content in parallel::map(&work, |work| work.read(&manifests.sources)) {
        manifests.objects.extend(content.objects);
        manifests.skipped.extend(content.skipped);
        manifests.unreadable.extend(content.unreadable);
    }
    if !options.allows_empty {
        let empty = manifests.empty(paths, &repeated);
        manifests.unreadable.extend(empty);
    }
    if !options.keeps_texts {
        let is_kept = |text: &str| options.keeps_texts_with.is_some_and(|part| text.contains(part));
        let dropped = manifests.sources.iter_mut().filter(|source| !is_kept(&source.text));
        dropped.for_each(|source| source.text = String::new());
    }
    manifests.skipped.sort_by(|a, b| (&a.file, a.line, a.reason).cmp(&(&b.file, b.line, b.reason)));
    manifests.skipped.dedup();
    manifests.unreadable.sort_by(|a, b| (&a.file, a.at).cmp(&(&b.file, b.at)));
    manifests
}

/// The texts of an entry: one, or those that it is rendered to.
fn open(root: usize, entry: &Entry, rendering: Option<&Rendering>) -> Result<Vec<Source>, Unreadable> {
    let rendered = |result: Result<Vec<Source>, Unreadable>| {
        result.map(|sources| sources.into_iter().map(|source| Source { root, ..source }).collect())
    };
    let (name, path, bytes, expected) = match (entry, rendering) {
        (Entry::Chart(path), Some(rendering)) => return rendered(rendering.chart(path)),
        (Entry::Overlay(path), Some(rendering)) => return rendered(rendering.overlay(path)),
        (Entry::Chart(_) | Entry::Overlay(_), None) => return Ok(Vec::new()),
        (Entry::Stdin, _) => (STDIN.to_owned(), None, read_stdin(), Expected::Named),
        (Entry::File(path, expected), _) => {
            (path.display().to_string(), Some(path.clone()), read_file(path), *expected)
        }
    };
    let bytes = bytes.map_err(|reason| Unreadable { file: name.clone(), at: None, reason })?;
    let (text, encoding) =
        decode(bytes).map_err(|NotText { at, reason }| Unreadable { file: name.clone(), at: Some(at), reason })?;
    Ok(vec![Source { name, path, text, encoding, expected, root, rendered_by: None }])
}

impl Manifests {
    /// The manifests in a text.
    #[cfg(test)]
    pub(crate) fn of_text(name: &str, text: &str) -> Self {
        let source = Source { name: name.to_owned(), text: text.to_owned(), ..Source::default() };
        let mut manifests = Self { sources: vec![source], ..Self::default() };
        for work in documents::share_out(0, text) {
            manifests.objects.extend(work.read(&manifests.sources).objects);
        }
        manifests
    }

    /// The paths that hold nothing to judge, and of which nothing else is said.
    fn empty(&self, paths: &[PathBuf], repeated: &BTreeSet<usize>) -> Vec<Unreadable> {
        let with_objects: BTreeSet<usize> =
            self.objects.iter().map(|object| self.sources[object.origin.source].root).collect();
        let is_excluded =
            |one: &Skipped, name: &str| one.reason == Reason::Excluded && Path::new(&one.file).starts_with(name);
        let is_said = |name: &str| {
            self.unreadable.iter().any(|one| Path::new(&one.file).starts_with(name))
                || self.skipped.iter().any(|one| is_excluded(one, name))
        };
        let mut empty = Vec::new();
        for (root, path) in paths.iter().enumerate() {
            let is_stdin = path.as_os_str() == "-";
            let file = if is_stdin { STDIN.to_owned() } else { path.display().to_string() };
            if with_objects.contains(&root) || repeated.contains(&root) || is_said(&file) {
                continue;
            }
            let reason =
                if is_stdin { "nothing to judge: no Kubernetes object came in".to_owned() } else { lack(path) };
            empty.push(Unreadable { file, at: None, reason });
        }
        empty
    }
}

/// What to say of a path that holds no object.
fn lack(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if path.is_dir() {
        "nothing to judge: no Kubernetes object in this directory (*.yaml, *.yml and *.json were looked at)".to_owned()
    } else if name == "Chart.yaml" || name.to_ascii_lowercase().starts_with("kustomization") {
        "nothing to judge: name the directory of this file to have it rendered".to_owned()
    } else {
        "nothing to judge: no Kubernetes object in this file".to_owned()
    }
}

#[cfg(all(test, unix))]
mod tests;
