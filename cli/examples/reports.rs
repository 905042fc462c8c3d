//! Writes a saved report, or a sample, in every format: `cargo run --example reports -- DIRECTORY [REPORT.json]`.
//!
//! The checks of the formats in `tests/formats` read what it writes.

use std::error::Error;
use std::fs;
use std::path::Path;

use oke_vn::output::{self, Format, Options, baseline, config, diff, github, json};

#[path = "../tests/output/sample.rs"]
mod sample;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("name the directory that is written to")?;
    let directory = Path::new(&directory);
    fs::create_dir_all(directory)?;
    let mut report = match arguments.next() {
        Some(file) => json::read(&fs::read_to_string(file)?)?,
        None => sample::report(),
    };
    report.finish();
    for format in Format::ALL {
        let mut out = Vec::new();
        output::write(format, &report, &Options::default(), &mut out)?;
        fs::write(directory.join(name(format)), out)?;
    }
    let mut out = Vec::new();
    github::write_summary(&report, &mut out)?;
    fs::write(directory.join("summary.md"), out)?;
    let mut out = Vec::new();
    baseline::write(&baseline::of(&report), &mut out)?;
    fs::write(directory.join("baseline.json"), out)?;
    let mut out = Vec::new();
    diff::write_markdown(&diff::diff(&sample::before(), &report), &mut out)?;
    fs::write(directory.join("diff.md"), out)?;
    fs::write(directory.join("report.schema.json"), json::schema())?;
    fs::write(directory.join("config.schema.json"), config::schema())?;
    Ok(())
}

fn name(format: Format) -> &'static str {
    match format {
        Format::Text => "report.txt",
        Format::Compact => "compact.txt",
        Format::Json => "report.json",
        Format::Sarif => "report.sarif",
        Format::Junit => "report.xml",
        Format::Github => "github.txt",
        Format::Gitlab => "gitlab.json",
        Format::Markdown => "report.md",
        Format::Html => "report.html",
        Format::Csv => "report.csv",
    }
}
