//! A report in Markdown, for a merge request.

use std::io::{self, Write};

use super::document::{Section, Table};

/// Writes the sections.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write(sections: &[Section], out: &mut dyn Write) -> io::Result<()> {
    for (index, section) in sections.iter().enumerate() {
        let level = if index == 0 { "#" } else { "\n##" };
        writeln!(out, "{level} {}\n", section.title)?;
        for line in &section.lines {
            writeln!(out, "* {}", escape(line))?;
        }
        if let Some(table) = &section.table {
            if !section.lines.is_empty() {
                writeln!(out)?;
            }
            write_table(table, out)?;
        }
        if !section.notes.is_empty() {
            writeln!(out)?;
        }
        for note in &section.notes {
            writeln!(out, "* {}", escape(note))?;
        }
    }
    Ok(())
}

fn write_table(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    let titles: Vec<&str> = table.columns.iter().map(|column| column.title).collect();
    let rules: Vec<&str> = table.columns.iter().map(|column| if column.is_number { "---:" } else { "---" }).collect();
    writeln!(out, "| {} |\n| {} |", titles.join(" | "), rules.join(" | "))?;
    let line = |row: &[String]| row.iter().map(|cell| escape(cell)).collect::<Vec<_>>().join(" | ");
    for row in &table.rows {
        writeln!(out, "| {} |", line(row))?;
    }
    if !table.sum.is_empty() {
        let bold: Vec<String> = table
            .sum
            .iter()
            .map(|cell| if cell.is_empty() { String::new() } else { format!("**{}**", escape(cell)) })
            .collect();
        writeln!(out, "| {} |", bold.join(" | "))?;
    }
    Ok(())
}

/// Keeps a text from being markup. Addresses of pages stay links.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
