//! From paths to files: what is to be read, what is to be rendered, and what is plainly something else.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::Exclude;
use super::documents::Expected;
use super::kustomization::Kustomization;
use super::outcome::{Reason, Skipped, Unreadable};
use super::text::why;
use crate::node::Value;
use crate::yaml;

/// The directories of a chart from which helm renders it.
const OF_CHARTS: [&str; 3] = ["templates", "charts", "crds"];

/// Files of other programs that no manifest is called like. They need not parse.
const OTHER_FILES: [&str; 11] = [
    "Chart.lock",
    "Chart.yaml",
    "composer.json",
    "deno.json",
    "jsconfig.json",
    "package-lock.json",
    "package.json",
    "requirements.lock",
    "tsconfig.json",
    "values.schema.json",
    "values.yaml",
];

/// What is to be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf, Expected),
    /// The directory of a chart.
    Chart(PathBuf),
    /// A directory with a kustomization.
    Overlay(PathBuf),
}

/// What the paths name, in their order and in that of the file names.
#[derive(Debug, Default)]
pub(super) struct Walk<'e> {
    /// What is to be read, with the index of the path that it belongs to.
    pub(super) entries: Vec<(usize, Entry)>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) unreadable: Vec<Unreadable>,
    /// Of each path, what was read for another one.
    pub(super) repeated: BTreeSet<usize>,
    /// The files that are to be read, resolved, so that each is read once.
    seen: HashSet<PathBuf>,
    has_stdin: bool,
    renders: bool,
    exclude: Option<&'e Exclude>,
}

impl<'e> Walk<'e> {
    /// Finds everything that the paths name: files, directories with all that is below them, `-` for standard input.
    /// `renders` says whether charts and overlays are to be rendered, `exclude` what is left out of directories.
    pub(super) fn new(paths: &[PathBuf], renders: bool, exclude: Option<&'e Exclude>) -> Self {
        let mut walk = Self { renders, exclude, ..Self::default() };
        for (root, path) in paths.iter().enumerate() {
            if path.as_os_str() == "-" {
                walk.stdin(root);
            } else if path.is_dir() {
                Directory { walk: &mut walk, root, charts: Vec::new(), kustomizations: BTreeMap::new() }.read(path);
            } else {
                walk.file(root, path, Expected::Named);
            }
        }
        walk
    }

    fn stdin(&mut self, root: usize) {
        if std::mem::replace(&mut self.has_stdin, true) {
            self.repeated.insert(root);
        } else {
            self.entries.push((root, Entry::Stdin));
        }
    }

    fn file(&mut self, root: usize, path: &Path, expected: Expected) {
        match path.canonicalize() {
            Ok(resolved) => {
                let entry = Entry::File(path.to_owned(), expected);
                self.once(root, resolved, entry);
            }
            Err(error) => self.fail(path, why(path, &error)),
        }
    }

    fn once(&mut self, root: usize, resolved: PathBuf, entry: Entry) {
        if self.seen.insert(resolved) {
            self.entries.push((root, entry));
        } else {
            self.repeated.insert(root);
        }
    }

    fn fail(&mut self, path: &Path, reason: String) {
        self.unreadable.push(Unreadable { file: path.display().to_string(), at: None, reason });
    }

    fn skip(&mut self, path: &Path, reason: Reason) {
        self.skipped.push(Skipped { file: path.display().to_string(), line: None, reason });
    }
}

/// A directory that was named, and all that is below it.
struct Directory<'w, 'e> {
    walk: &'w mut Walk<'e>,
    root: usize,
    /// The charts that the walk is in.
    charts: Vec<PathBuf>,
    kustomizations: BTreeMap<PathBuf, Kustomization>,
}

impl Directory<'_, '_> {
    fn read(mut self, root: &Path) {
        let (found, failed) = list(root);
        let found = self.without_excluded(found);
        self.find_kustomizations(&found);
        let overlays = self.overlays();
        let included = self.included(&overlays);
        let mut left_out: Option<&Path> = None;
        for entry in &found {
            let path = entry.path();
            if left_out.is_some_and(|directory| path.starts_with(directory)) {
                continue;
            }
            if is_hidden(entry) {
                self.walk.skip(path, Reason::Hidden);
                left_out = Some(path);
            } else if entry.file_type().is_dir() {
                if !self.directory(path, &overlays) {
                    left_out = Some(path);
                }
            } else if entry.file_type().is_file() && is_manifest(path) {
                self.file(path, &included);
            }
        }
        for error in failed {
            self.failed(&error);
        }
    }

    /// Leaves out what the configuration excludes, with all that is below it.
    fn without_excluded(&mut self, found: Vec<DirEntry>) -> Vec<DirEntry> {
        let Some(exclude) = self.walk.exclude else { return found };
        let (mut kept, mut left_out) = (Vec::new(), None::<PathBuf>);
        for entry in found {
            let path = entry.path();
            if left_out.as_ref().is_some_and(|directory| path.starts_with(directory)) {
                continue;
            }
            let is_directory = entry.file_type().is_dir();
            if entry.depth() == 0 || !exclude.matches(path) {
                kept.push(entry);
            } else if is_directory || is_manifest(path) {
                self.walk.skip(path, Reason::Excluded);
                left_out = is_directory.then(|| path.to_owned());
            }
        }
        kept
    }

    fn find_kustomizations(&mut self, found: &[DirEntry]) {
        for entry in found.iter().filter(|entry| entry.file_type().is_dir()) {
            let kustomization = Kustomization::find(entry.path());
            if let Some((kustomization, resolved)) = kustomization.zip(entry.path().canonicalize().ok()) {
                self.kustomizations.insert(resolved, kustomization);
            }
        }
    }

    /// The kustomizations to be rendered, and whether for themselves or for another one that includes them.
    fn overlays(&self) -> BTreeMap<PathBuf, bool> {
        let mut overlays = BTreeMap::new();
        if !self.walk.renders {
            return overlays;
        }
        let is_included = |at: &PathBuf| self.kustomizations.values().any(|one| one.resources.contains(at));
        let all = || self.kustomizations.iter().filter(|(_, one)| !one.is_component).map(|(at, _)| at);
        let first: Vec<_> = all().filter(|at| !is_included(at)).collect();
        // What includes each other in a circle is rendered too: kustomize says what is wrong.
        for root in first.into_iter().chain(all()) {
            let mut below = match overlays.contains_key(root) {
                true => continue,
                false => vec![root],
            };
            overlays.insert(root.clone(), true);
            while let Some(at) = below.pop() {
                let resources = self.kustomizations.get(at).into_iter().flat_map(|one| &one.resources);
                for directory in resources.filter(|path| self.kustomizations.contains_key(*path)) {
                    if !overlays.contains_key(directory) {
                        overlays.insert(directory.clone(), false);
                        below.push(directory);
                    }
                }
            }
        }
        overlays
    }

    /// The files that aren't inputs by themselves, because kustomizations include them, and why.
    fn included(&self, overlays: &BTreeMap<PathBuf, bool>) -> BTreeMap<PathBuf, Reason> {
        let rendered = self.kustomizations.iter().filter(|(at, _)| overlays.contains_key(*at));
        let resources = rendered.flat_map(|(_, one)| &one.resources).map(|path| (path.clone(), Reason::Included));
        let parts = self.kustomizations.values().flat_map(|one| &one.parts).map(|path| (path.clone(), Reason::Patch));
        let files = self.kustomizations.values().filter_map(|one| one.file.canonicalize().ok());
        resources.chain(parts).chain(files.map(|file| (file, Reason::Kustomization))).collect()
    }

    /// Takes a directory. Whether the walk goes on in it.
    fn directory(&mut self, path: &Path, overlays: &BTreeMap<PathBuf, bool>) -> bool {
        self.charts.retain(|chart| path.starts_with(chart));
        let name = path.file_name().unwrap_or_default();
        let is_of_chart = OF_CHARTS.iter().any(|of_chart| name == *of_chart);
        if is_of_chart && self.charts.last().is_some_and(|chart| path.parent() == Some(chart)) {
            if !self.walk.renders {
                self.walk.skip(path, Reason::NotRendered);
            }
            return false;
        }
        let Ok(resolved) = path.canonicalize() else { return true };
        if path.join("Chart.yaml").is_file() {
            self.charts.push(path.to_owned());
            if is_library(path) {
                self.walk.skip(path, Reason::LibraryChart);
            } else if self.walk.renders {
                self.walk.once(self.root, resolved.join("Chart.yaml"), Entry::Chart(path.to_owned()));
            }
        }
        if overlays.get(&resolved) == Some(&true) {
            self.walk.once(self.root, resolved, Entry::Overlay(path.to_owned()));
        }
        true
    }

    fn file(&mut self, path: &Path, included: &BTreeMap<PathBuf, Reason>) {
        self.charts.retain(|chart| path.starts_with(chart));
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let reason = path.canonicalize().ok().and_then(|resolved| included.get(&resolved).copied());
        match reason {
            Some(reason) => self.walk.skip(path, reason),
            None if OTHER_FILES.contains(&name) => self.walk.skip(path, Reason::OtherFile),
            None => {
                let expected = if self.charts.is_empty() { Expected::Found } else { Expected::InChart };
                self.walk.file(self.root, path, expected);
            }
        }
    }

    fn failed(&mut self, error: &walkdir::Error) {
        // The target of a link that leads back is read where it really is.
        let Some(path) = error.path().filter(|_| error.loop_ancestor().is_none()) else { return };
        // A link that leads nowhere hides no manifest if it isn't called like one.
        if path.is_symlink() && !is_manifest(path) {
            return;
        }
        if let Some(error) = error.io_error() {
            self.walk.fail(path, why(path, error));
        }
    }
}

/// All that is below a directory, in the order of the names, and what cannot be read. Of what is hidden only the name.
fn list(root: &Path) -> (Vec<DirEntry>, Vec<walkdir::Error>) {
    let (mut found, mut failed) = (Vec::new(), Vec::new());
    let mut walk = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        match entry {
            Ok(entry) => {
                if is_hidden(&entry) && entry.file_type().is_dir() {
                    walk.skip_current_dir();
                }
                found.push(entry);
            }
            Err(error) => failed.push(error),
        }
    }
    (found, failed)
}

/// `.git`, `.github` and the like hold no manifests for a cluster. A path that the user names is taken.
fn is_hidden(entry: &DirEntry) -> bool {
    let is_for_cluster = entry.file_type().is_dir() || is_manifest(entry.path());
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.') && is_for_cluster
}

fn is_manifest(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

fn is_library(chart: &Path) -> bool {
    let text = std::fs::read_to_string(chart.join("Chart.yaml")).unwrap_or_default();
    let document = yaml::load(&text, 1).ok().and_then(|documents| documents.into_iter().next());
    document.is_some_and(|document| {
        matches!(document.value, Value::Mapping(_)) && document.text_of("type") == Some("library")
    })
}
