//! `oke-vn diff`: what has changed from one report to the next.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow};
use clap::ValueEnum;
use oke_vn::output::model::Report;
use oke_vn::output::summary::FailOn;
use oke_vn::output::{self, diff, json};

use super::inputs::{Fixing, Judging, print_unreadable};
use super::{Color, DENIED, TROUBLE, columns, stdout};

/// What follows the options in the help.
pub const HELP: &str = "\
Examples:
  oke-vn check --output json=before.json manifests/
  oke-vn diff before.json manifests/
  oke-vn diff monday.json friday.json --output markdown

OLD and NEW are reports in JSON, or paths with manifests, which are judged with the settings that the options name.

Exit status:
  0  nothing new is denied
  1  something new is denied (--fail-on)
  2  something could not be read, or the command line or the settings are wrong";

/// The options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A report in JSON, or a file or directory with manifests
    old: PathBuf,

    /// The same, of later
    new: PathBuf,

    #[command(flatten)]
    judging: Judging,

    /// What ends with status 1, if it is new
    #[arg(long, value_enum, default_value_t = FailOn::Deny)]
    fail_on: FailOn,

    /// The format
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    output: Format,

    /// Whether to print in colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// For a comment or a page
    Markdown,
}

/// Prints the difference of two reports.
pub fn run(options: &Options) -> Result<ExitCode> {
    let (old, new) = (report(options, &options.old)?, report(options, &options.new)?);
    print_unreadable(&old);
    print_unreadable(&new);
    let diff = diff::diff(&old, &new);
    let (mut out, _) = stdout(options.color);
    match options.output {
        Format::Text => {
            let width = columns();
            diff::write_text(&diff, &output::Options { width, ..output::Options::default() }, &mut out)?;
        }
        Format::Json => diff::write_json(&diff, &mut out)?,
        Format::Markdown => diff::write_markdown(&diff, &mut out)?,
    }
    out.flush()?;
    let is_complete = old.unreadable.is_empty() && new.unreadable.is_empty();
    Ok(ExitCode::from(match is_complete {
        false => TROUBLE,
        true if diff::fails(&diff, options.fail_on) => DENIED,
        true => 0,
    }))
}

/// A report that was saved, or the one on the manifests at a path.
fn report(options: &Options, path: &Path) -> Result<Report> {
    if let Some(text) = saved(path)? {
        let mut report = json::read(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
        report.workspace = oke_vn::convert::workspace();
        return Ok(report);
    }
    let setup = options.judging.setup(Fixing::Off)?;
    options.judging.report(&[path.to_owned()], &setup, Fixing::Off)
}

/// The text of a file that says that it is a report, or that is JSON and no manifest.
fn saved(path: &Path) -> Result<Option<String>> {
    if path.is_dir() || path.as_os_str() == "-" {
        return Ok(None);
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let Ok(text) = String::from_utf8(bytes) else { return Ok(None) };
    let is_report = text.trim_start().starts_with('{') && text.contains("\"schemaVersion\"");
    Ok(is_report.then_some(text))
}
