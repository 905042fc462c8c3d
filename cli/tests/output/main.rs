//! Reports: what they count, what they say, and the formats that they are written in.

mod baseline;
mod config;
mod counts;
mod edits;
mod fingerprints;
mod formats;
mod hostile;
mod ignore;
mod people;
mod sample;
mod sarif;

use oke_vn::output::model::Report;
use oke_vn::output::{self, Format, Options};

/// A report in a format.
fn render(format: Format, report: &Report) -> String {
    render_with(format, report, Options::default())
}

/// A report in a format, with options for how it looks.
fn render_with(format: Format, report: &Report, options: Options) -> String {
    let mut out = Vec::new();
    output::write(format, report, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The same without the colours of a terminal.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}
