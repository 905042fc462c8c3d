//! What the tests share: a minimal valid object of each kind, the request around it, and what the policy says.

#![allow(dead_code, unused_imports, reason = "each test uses a part of it")]

pub mod answers;
pub mod clusters;
pub mod custom;
pub mod fixtures;
pub mod objects;
pub mod policy;
pub mod requests;

use std::path::{Path, PathBuf};

pub use answers::*;
pub use clusters::{Recorded, Witness};
pub use objects::*;
pub use policy::{Found, Verdict};
pub use requests::*;

/// Panics with what is wrong, or with as much of it as can be read.
pub fn assert_nothing(wrong: &[String]) {
    let shown: Vec<_> = wrong.iter().take(40).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), shown.join("\n"));
}

/// A value from YAML.
pub fn yaml<T: serde::de::DeserializeOwned>(text: &str) -> T {
    yaml_serde::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The value of a YAML file in `test_data`.
pub fn data<T: serde::de::DeserializeOwned>(path: &str) -> T {
    let path = test_data(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    yaml(&text)
}

/// The line, cut where Kubernetes would cut a warning.
pub fn cut(line: &str, most: usize) -> String {
    if line.len() <= most { line.to_owned() } else { format!("{}...", &line[..most - 3]) }
}

/// A file or directory of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The text of all Rust files below a directory of the repository, in the order of their names.
pub fn sources(directory: &str) -> String {
    rust_files(&repository(directory)).into_iter().map(|(_, text)| text).collect()
}

/// The Rust files below a directory, with their text, in the order of their names.
pub fn rust_files(directory: &Path) -> Vec<(PathBuf, String)> {
    let entries = directory.read_dir().unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry of a directory").path()).collect();
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            files.push((path, text));
        }
    }
    files
}

/// A file or directory in `test_data`.
pub fn test_data(path: &str) -> PathBuf {
    repository("test_data").join(path)
}

/// The files in a directory of `test_data`, sorted by name, with their text.
pub fn files(path: &str, extension: &str) -> Vec<(String, String)> {
    let directory = test_data(path);
    let entries = directory.read_dir().unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry of a directory").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| {
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        })
        .collect();
    files.sort();
    files
}
