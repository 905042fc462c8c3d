//! The changes of files, as unified diffs.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::model::{FileFix, Report};
use super::words::clean;

/// Writes the diffs of all files that change. With `colours` it is for a person, else byte for byte for `patch`.
pub fn write(report: &Report, colours: bool, out: &mut impl Write) -> io::Result<()> {
    for file in &report.files {
        let FileFix::Fixed { diff, .. } = file else { continue };
        if !colours {
            write!(out, "{diff}")?;
            continue;
        }
        for (index, line) in diff.lines().enumerate() {
            let style = style(index, line);
            writeln!(out, "{style}{}{style:#}", clean(line))?;
        }
    }
    Ok(())
}

/// The style of a line of a diff, whose first two lines are its head.
fn style(index: usize, line: &str) -> Style {
    match line.as_bytes().first() {
        _ if index < 2 => Style::new().bold(),
        Some(b'+') => AnsiColor::Green.on_default(),
        Some(b'-') => AnsiColor::Red.on_default(),
        Some(b'@') => Style::new().dimmed(),
        _ => Style::new(),
    }
}
