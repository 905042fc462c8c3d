//! A report as a page of its own: no scripts, and nothing that is loaded from elsewhere.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::document::{Section, Table};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:110rem;padding:0 1rem}\
table{border-collapse:collapse;margin:1rem 0}th,td{border-bottom:1px solid #8888;padding:.25rem .75rem;text-align:left;\
vertical-align:top}td:not(.number){min-width:11rem}.number{text-align:right;white-space:nowrap}.sum{font-weight:bold}div{overflow-x:auto}\
@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}";

/// Writes the sections.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write(sections: &[Section], out: &mut dyn Write) -> io::Result<()> {
    let title = sections.first().map_or("", |section| section.title);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { @for (index, section) in sections.iter().enumerate() { (of_section(section, index == 0)) } }
        }
    };
    writeln!(out, "{}", page.into_string())
}

fn of_section(section: &Section, is_first: bool) -> Markup {
    html! {
        @if is_first { h1 { (section.title) } } @else { h2 { (section.title) } }
        @if !section.lines.is_empty() { ul { @for line in &section.lines { li { (line) } } } }
        @if let Some(table) = &section.table { div { (of_table(table)) } }
        @if !section.notes.is_empty() { ul { @for note in &section.notes { li { (note) } } } }
    }
}

fn of_table(table: &Table) -> Markup {
    let class = |index: usize| table.columns.get(index).filter(|column| column.is_number).map(|_| "number");
    let cells = |row: &[String]| {
        html! { @for (index, cell) in row.iter().enumerate() { td class=[class(index)] { (cell) } } }
    };
    html! {
        table {
            thead {
                tr { @for (index, column) in table.columns.iter().enumerate() { th class=[class(index)] { (column.title) } } }
            }
            tbody {
                @for row in &table.rows { tr { (cells(row)) } }
                @if !table.sum.is_empty() { tr class="sum" { (cells(&table.sum)) } }
            }
        }
    }
}
