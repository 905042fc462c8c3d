//! Reports: what they say, and the formats that they are written in.
//!
//! [`model`] is a report as data. [`summary`] calculates counts, tables and sentences from it. Each format has a module
//! with a function `write`. [`baseline`] and [`diff`] compare reports by the keys of [`fingerprint`]; [`config`] reads
//! `.oke-vn.yaml`, and [`ignore`] applies its ignore entries and the comments in manifests.

use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

pub mod baseline;
pub mod compact;
pub mod config;
pub mod csv;
pub mod diff;
pub mod edits;
pub mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod ignore;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod model;
pub mod outline;
pub mod patch;
pub mod sarif;
pub mod summary;
pub mod text;
pub mod words;
pub mod workspace;

use model::Report;

/// The form that a report is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people, in a terminal.
    #[default]
    Text,
    /// A line a finding.
    Compact,
    /// For programs: `docs/report.schema.json`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit, for the test report of a pipeline.
    Junit,
    /// Annotations of a GitHub workflow.
    Github,
    /// GitLab Code Quality.
    Gitlab,
    /// Markdown, for a comment or a page.
    Markdown,
    /// One self-contained page, for a browser.
    Html,
    /// A row a workload and rule, for a spreadsheet.
    Csv,
}

impl Format {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Compact,
        Self::Json,
        Self::Sarif,
        Self::Junit,
        Self::Github,
        Self::Gitlab,
        Self::Markdown,
        Self::Html,
        Self::Csv,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Compact => "compact",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Csv => "csv",
        }
    }

    /// Whether it may contain the colours of a terminal. They go through `anstream`, which removes them where they are
    /// not wanted.
    pub fn is_colored(self) -> bool {
        matches!(self, Self::Text | Self::Compact)
    }
}

/// A format, and the file that it is written to: `text`, or `html=report.html`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The format.
    pub format: Format,
    /// The file; nothing for standard output.
    pub file: Option<PathBuf>,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err(format!("`{text}` names no file after `=`")),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = Format::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            let names = Format::ALL.map(Format::name);
            match nearest(name, names) {
                Some(meant) => format!("there is no format `{name}`; did you mean `{meant}`?"),
                None => format!("there is no format `{name}`; there are {}", names.join(", ")),
            }
        })?;
        Ok(Self { format, file })
    }
}

/// How a report for people looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The columns of a line; see [`words::width`].
    pub width: usize,
    /// Whether to list everything that is counted: skipped files, what is exempt or known.
    pub verbose: bool,
    /// What the table of workloads is grouped by.
    pub by: summary::GroupBy,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: words::DEFAULT_WIDTH, verbose: false, by: summary::GroupBy::Namespace }
    }
}

/// Writes a report. An error is one of `out`; where a report cannot be expressed in a format, it has the kind
/// [`io::ErrorKind::InvalidData`].
pub fn write(format: Format, report: &Report, options: &Options, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(report, options, out),
        Format::Compact => compact::write(report, out),
        Format::Json => json::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Junit => junit::write(report, out),
        Format::Github => github::write(report, out),
        Format::Gitlab => gitlab::write(report, out),
        Format::Markdown => markdown::write(report, out),
        Format::Html => html::write(report, out),
        Format::Csv => csv::write(report, out),
    }
}

/// The name that was probably meant.
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&wrong.to_lowercase(), name), name))
        .filter(|(distance, name)| distance * 3 <= name.len())
        .min()
        .map(|(_, name)| name)
}
