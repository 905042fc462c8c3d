//! What is not judged, and why: documents that nobody can read, and files that are plainly something else.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::node::Position;

/// Something that was named or found and cannot be read. It is an error, and the rest is judged all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// The file or directory, as the user named it.
    pub file: String,
    /// The place in the file; `None` if it is about the whole of it.
    #[serde(flatten)]
    pub at: Option<Position>,
    /// What is wrong and what to do, on one line.
    pub reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(Position { line, column }) => write!(f, "{}:{line}:{column}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

/// Something that is not for a cluster. It is counted by its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The file or directory, as the user named it.
    pub file: String,
    /// The line of the document; `None` if it is about the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Why.
    pub reason: Reason,
}

/// Why something is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A document without `apiVersion` and `kind`.
    NoObject,
    /// A file of another program, by its name.
    OtherFile,
    /// Not YAML or JSON, and neither `apiVersion` nor `kind` anywhere in it.
    OtherText,
    /// A file of a chart that is not rendered by itself.
    ChartFile,
    /// A chart that only lends templates to others.
    LibraryChart,
    /// A chart's templates or an overlay that was not to be rendered.
    NotRendered,
    /// What kustomize builds an overlay from.
    Kustomization,
    /// A file that an overlay includes; it is judged as the overlay renders it.
    Included,
    /// A change of an object, and no object.
    Patch,
    /// A directory or file whose name begins with a dot.
    Hidden,
    /// The configuration excludes it.
    Excluded,
    /// A document with nothing in it.
    EmptyDocument,
    /// A list without items.
    EmptyList,
}

impl Reason {
    /// The reason for people, to follow this number of documents or files.
    #[must_use]
    pub fn describe(self, count: usize) -> &'static str {
        match self {
            Self::OtherText if count == 1 => "that is neither YAML nor JSON and names no apiVersion and kind",
            Self::LibraryChart if count == 1 => "library chart, which installs nothing",
            Self::NotRendered if count == 1 => "of a chart or an overlay that was not to be rendered",
            Self::Kustomization if count == 1 => "kustomization",
            Self::Patch if count == 1 => "patch",
            Self::EmptyDocument if count == 1 => "empty document",
            Self::EmptyList if count == 1 => "empty list",
            Self::NoObject => "without apiVersion and kind",
            Self::OtherFile => "for other programs",
            Self::OtherText => "that are neither YAML nor JSON and name no apiVersion and kind",
            Self::ChartFile => "of charts, beside their templates",
            Self::LibraryChart => "library charts, which install nothing",
            Self::NotRendered => "of charts or overlays that were not to be rendered",
            Self::Kustomization => "kustomizations",
            Self::Included => "included by overlays",
            Self::Patch => "patches",
            Self::Hidden => "hidden",
            Self::Excluded => "excluded by .oke-vn.yaml",
            Self::EmptyDocument => "empty documents",
            Self::EmptyList => "empty lists",
        }
    }
}

/// The skipped things by their reasons.
#[must_use]
pub fn by_reason(skipped: &[Skipped]) -> BTreeMap<Reason, Vec<&Skipped>> {
    let mut by_reason = BTreeMap::<_, Vec<_>>::new();
    for one in skipped {
        by_reason.entry(one.reason).or_default().push(one);
    }
    by_reason
}
