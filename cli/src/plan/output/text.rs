//! A report for people, in a terminal.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table as Grid, presets};

use super::document::{Section, Table};

/// Columns of words are folded at this width.
const MAX_WIDTH: usize = 60;

/// Writes the sections.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write(sections: &[Section], out: &mut dyn Write) -> io::Result<()> {
    for (index, section) in sections.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", section.title)?;
        for line in &section.lines {
            writeln!(out, "  {}", clean(line))?;
        }
        if let Some(table) = &section.table {
            for line in grid(table).to_string().lines() {
                writeln!(out, "  {}", line.trim_end())?;
            }
        }
        for note in &section.notes {
            writeln!(out, "  {}", clean(note))?;
        }
    }
    Ok(())
}

fn grid(table: &Table) -> Grid {
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    grid.set_header(table.columns.iter().map(|column| column.title));
    let sum = Some(&table.sum).filter(|sum| !sum.is_empty());
    for row in table.rows.iter().chain(sum) {
        let cells = row.iter().zip(&table.columns).map(|(text, column)| {
            let alignment = if column.is_number { CellAlignment::Right } else { CellAlignment::Left };
            Cell::new(fold(&clean(text))).set_alignment(alignment)
        });
        grid.add_row(cells);
    }
    for column in grid.column_iter_mut() {
        column.set_padding((0, 2));
    }
    grid
}

/// Breaks a text into lines at blanks.
fn fold(text: &str) -> String {
    let mut folded = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > MAX_WIDTH {
            folded.push('\n');
            width = 0;
        } else if width > 0 {
            folded.push(' ');
            width += 1;
        }
        folded.push_str(word);
        width += length;
    }
    folded
}

/// What comes from a manifest must not steer the terminal that it is printed on.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}
