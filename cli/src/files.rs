//! Finds the files that paths name, and reads them.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use walkdir::WalkDir;

/// The name of standard input in a report.
pub const STDIN: &str = "<stdin>";

/// A file larger than this isn't a manifest; an API server takes 3 MiB for an object.
const MAX_FILE: u64 = 256 << 20;

/// A text with manifests.
#[derive(Debug)]
pub struct Source {
    /// The file, as the user named it.
    pub name: String,
    /// Its path; `None` for standard input.
    pub path: Option<PathBuf>,
    /// The text, without a byte order mark.
    pub text: String,
    /// Whether it started with a byte order mark.
    pub has_bom: bool,
}

/// Something that was not judged.
#[derive(Debug, Clone, Serialize)]
pub struct Skipped {
    /// The file.
    pub file: String,
    /// The line where it starts, or where it is broken.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// Why a file has no text.
#[derive(Debug)]
pub enum ReadError {
    /// It cannot be read. That is an error of the whole check.
    Unreadable(String),
    /// It isn't text.
    NotText(Skipped),
}

/// Finds the files that the paths name: files themselves, all manifests below directories, `-` for standard input. What
/// cannot be found is an error in the second list.
#[must_use]
pub fn find(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<String>) {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        if is_stdin(path) || !path.is_dir() {
            files.push(path.clone());
        } else {
            directory(path, &mut files, &mut errors);
        }
    }
    (files, errors)
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn directory(root: &Path, files: &mut Vec<PathBuf>, errors: &mut Vec<String>) {
    let visible = |entry: &walkdir::DirEntry| {
        // `.git`, `.github` and the like hold no manifests for a cluster. A path that the user names is taken.
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    };
    let before = files.len();
    for entry in WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter().filter_entry(visible) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_manifest(entry.path()) => files.push(entry.into_path()),
            Ok(_) => {}
            // The target of a link that leads back is read where it really is.
            Err(error) if error.loop_ancestor().is_some() => {}
            // A link that leads nowhere hides no manifest.
            Err(error) if error.path().is_some_and(|path| path.is_symlink() && !is_manifest(path)) => {}
            Err(error) => errors.push(format!("cannot read {error}")),
        }
    }
    if files.len() == before {
        errors.push(format!(
            "{}: no manifest in this directory (looked for *.yaml, *.yml and *.json, hidden ones left out)",
            root.display()
        ));
    }
}

fn is_manifest(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Reads a file.
///
/// # Errors
/// If it cannot be read, or isn't UTF-8.
pub fn read(path: &Path) -> Result<Source, ReadError> {
    let mut bytes = Vec::new();
    let (name, result) = if is_stdin(path) {
        (STDIN.to_owned(), std::io::stdin().lock().take(MAX_FILE).read_to_end(&mut bytes))
    } else {
        let file = std::fs::File::open(path);
        (path.display().to_string(), file.and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes)))
    };
    if let Err(error) = result {
        let name = if is_stdin(path) { "standard input" } else { &name };
        return Err(ReadError::Unreadable(format!("cannot read {name}: {error}")));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
            return Err(ReadError::NotText(Skipped { file: name, line, reason: "not UTF-8 text".to_owned() }));
        }
    };
    Ok(Source::new(name, (!is_stdin(path)).then(|| path.to_owned()), text))
}

impl Source {
    /// A text, of which a byte order mark at its start is taken off.
    #[must_use]
    pub fn new(name: String, path: Option<PathBuf>, text: String) -> Self {
        match text.strip_prefix('\u{feff}') {
            Some(rest) => Self { name, path, text: rest.to_owned(), has_bom: true },
            None => Self { name, path, text, has_bom: false },
        }
    }

    /// Whether its name says that it is JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        let extension = self.path.as_ref().and_then(|path| path.extension());
        extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
    }
}
