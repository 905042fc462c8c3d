//! Prints a plan.
//!
//! [`document`] says what is in a report for people; text, Markdown and HTML only lay it out.

mod csv;
mod document;
mod html;
mod json;
mod markdown;
mod text;

use std::io::{self, Write};

use super::Plan;
use super::args::Format;

/// Writes a plan in a format.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write(plan: &Plan, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(&document::of(plan), out),
        Format::Markdown => markdown::write(&document::of(plan), out),
        Format::Html => html::write(&document::of(plan), out),
        Format::Csv => csv::write(plan, out),
        Format::Json => json::write(plan, out),
    }
}

#[cfg(test)]
mod tests;
