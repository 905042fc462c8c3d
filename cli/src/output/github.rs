//! Annotations of a GitHub workflow, and the summary of a step.
//!
//! GitHub shows at most ten annotations of a kind for a step, so the ten worst are chosen here, and one more says how many
//! there are besides.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::model::{Finding, Fix, Location, Report, Standing};
use super::summary::Counts;
use super::words::{self, plural};

/// How many annotations are written.
const SHOWN: usize = 10;
/// What GitHub takes as the summary of a step.
const SUMMARY_LIMIT: usize = 1 << 20;
/// The same, less some air.
const MAX_SUMMARY: usize = 1000 << 10;

/// An annotation, before it is written.
struct Annotation {
    command: &'static str,
    file: Option<String>,
    location: Location,
    title: String,
    text: String,
}

/// Writes the annotations for standard output, where GitHub reads them, and all counts in the last line.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let annotations = annotations(report);
    for annotation in annotations.iter().take(SHOWN) {
        annotation.write(out)?;
    }
    let more = annotations.len().saturating_sub(SHOWN);
    if more > 0 {
        let text = format!("{} not shown here: see the summary of the step.", plural(more, "more problem"));
        writeln!(out, "::notice title=oke-vn::{}", data(&text))?;
    }
    // A line that starts with `::` would be a command.
    writeln!(out, "{}", Counts::of(report).sentence())
}

/// Writes the summary of a step: Markdown that is no longer than GitHub takes.
pub fn write_summary(report: &Report, out: &mut impl Write) -> io::Result<()> {
    super::markdown::write_within(report, MAX_SUMMARY, out)
}

/// Appends the summary of a step to its file. GitHub shows none of it if the file is too long, so one that is full already
/// stays as it is.
///
/// # Errors
/// If the file cannot be read or written.
pub fn step_summary(report: &Report, path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let room = MAX_SUMMARY.saturating_sub(length);
    // What somebody else wrote may lack the end of its last line.
    let mut summary = if length > 0 { b"\n\n".to_vec() } else { Vec::new() };
    super::markdown::write_within(report, room, &mut summary)?;
    if length.saturating_add(summary.len()) > SUMMARY_LIMIT {
        return Ok(());
    }
    file.write_all(&summary)
}

/// The file that the summary of a step is appended to, when this runs in a GitHub workflow.
pub fn summary_file() -> Option<PathBuf> {
    std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Everything that somebody has to look at, the worst first.
fn annotations(report: &Report) -> Vec<Annotation> {
    let unreadable = report.unreadable.iter().map(|entry| Annotation {
        command: "error",
        file: entry.location.file.as_ref().map(|file| report.workspace.relative(file)),
        location: entry.location.clone(),
        title: "unreadable".to_owned(),
        text: words::one_line(&entry.reason),
    });
    let of = |wanted: Standing, by_hand: bool| {
        let is_wanted = move |finding: &Finding| {
            finding.standing() == wanted && !finding.is_known() && by_hand == (finding.fix == Fix::Manual)
        };
        report.findings().filter(move |(_, finding)| is_wanted(finding)).map(move |(object, finding)| Annotation {
            command: if wanted == Standing::Denies { "error" } else { "warning" },
            file: finding
                .location
                .file
                .as_ref()
                .or(object.location.file.as_ref())
                .map(|file| report.workspace.relative(file)),
            location: finding.location.clone(),
            title: finding.rule.clone(),
            text: format!("{}, {}: {}", object.title(), words::field(finding), words::message(finding)),
        })
    };
    // What a person must decide comes before what a command fixes.
    let ranks =
        [(Standing::Denies, true), (Standing::Denies, false), (Standing::Warns, true), (Standing::Warns, false)];
    unreadable.chain(ranks.into_iter().flat_map(|(standing, by_hand)| of(standing, by_hand))).collect()
}

impl Annotation {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        // In the order of `@actions/core`.
        let mut properties = vec![format!("title={}", property(&self.title))];
        if let Some(file) = &self.file {
            properties.push(format!("file={}", property(file)));
            properties.extend(self.location.line.map(|line| format!("line={line}")));
            properties.extend(self.location.column.map(|column| format!("col={column}")));
        }
        writeln!(out, "::{} {}::{}", self.command, properties.join(","), data(&self.text))
    }
}

/// The text of a command, escaped as `@actions/core` does.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, likewise.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
