//! A line a finding, for editors and `grep`.

use std::io::{self, Write};

use super::model::Report;
use super::summary::Counts;
use super::text::style;
use super::words::{self, clean};

/// Writes a line a finding that needs somebody's attention, a line for each thing that could not be read, and all counts
/// in the last line. Whether the colours come through is for `out` to decide.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for (object, finding) in report.findings().filter(|(_, finding)| finding.is_shown()) {
        let standing = finding.standing();
        let style = style(standing);
        writeln!(
            out,
            "{}: {style}{}{style:#} {} {}, {}: {}",
            words::place(object, &finding.location),
            standing.word(),
            clean(&finding.rule),
            clean(&object.title()),
            clean(&words::field(finding)),
            clean(&words::message(finding)),
        )?;
    }
    for entry in &report.unreadable {
        let file = entry.location.file.as_deref().unwrap_or_default();
        let place = words::file_place(file, &entry.location);
        let object = entry.object.as_ref().map_or(String::new(), |object| format!(" {}:", clean(object)));
        let reason = words::one_line(&entry.reason);
        let style = style(super::model::Standing::Denies);
        writeln!(out, "{place}: {style}unreadable{style:#}{object} {}", clean(&reason))?;
    }
    writeln!(out, "{}", Counts::of(report).sentence())
}
