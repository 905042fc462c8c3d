//! Markdown as text for a terminal: headings are bold, code and tables are indented, links are their words.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::output::words::wrap;

/// The style of a title.
pub const TITLE: Style = AnsiColor::Cyan.on_default().bold();
/// The style of a heading.
pub const HEADING: Style = Style::new().bold();
/// Where code and tables start.
const INDENT: &str = "    ";

/// Prints a page with its texts in lines of at most `width` columns; code and tables stay as they are. HTML, and so
/// comments, is left out.
///
/// # Errors
/// Those of `out`.
pub fn print(markdown: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut printer =
        Printer { out, width, text: String::new(), cells: Vec::new(), rows: Vec::new(), is_below_heading: true };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Text(text) => printer.text.push_str(&text),
            Event::Code(code) => printer.text.extend(["`", &code, "`"]),
            Event::SoftBreak | Event::HardBreak => printer.text.push(' '),
            Event::Start(Tag::Heading { .. } | Tag::Paragraph | Tag::List(_) | Tag::CodeBlock(_) | Tag::Table(_)) => {
                printer.start()?;
            }
            Event::End(tag) => printer.end(tag)?,
            _ => {}
        }
    }
    Ok(())
}

/// A page on its way to the terminal.
struct Printer<'o> {
    out: &'o mut dyn Write,
    /// The columns of a line of text.
    width: usize,
    /// The text of the block so far.
    text: String,
    /// The cells of the row so far.
    cells: Vec<String>,
    /// The rows of the table so far.
    rows: Vec<Vec<String>>,
    /// Whether the next block follows a heading, without an empty line.
    is_below_heading: bool,
}

impl Printer<'_> {
    /// Leaves an empty line between blocks.
    fn start(&mut self) -> io::Result<()> {
        self.text.clear();
        if std::mem::take(&mut self.is_below_heading) { Ok(()) } else { writeln!(self.out) }
    }

    /// Prints the block that ends.
    fn end(&mut self, tag: TagEnd) -> io::Result<()> {
        match tag {
            TagEnd::Heading(level) => {
                let style = if level == HeadingLevel::H1 { TITLE } else { HEADING };
                self.is_below_heading = true;
                writeln!(self.out, "{style}{}{style:#}", self.text)
            }
            TagEnd::Paragraph => self.wrapped("", ""),
            TagEnd::Item => self.wrapped("* ", "  "),
            TagEnd::CodeBlock => {
                self.text.lines().try_for_each(|line| writeln!(self.out, "{}", format!("{INDENT}{line}").trim_end()))
            }
            TagEnd::TableCell => {
                self.cells.push(std::mem::take(&mut self.text));
                Ok(())
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                self.rows.push(std::mem::take(&mut self.cells));
                Ok(())
            }
            TagEnd::Table => self.table(),
            _ => Ok(()),
        }
    }

    /// Prints the text of the block, its lines behind `first` and then behind `rest`.
    fn wrapped(&mut self, first: &str, rest: &str) -> io::Result<()> {
        let text = std::mem::take(&mut self.text);
        let words: Vec<_> = text.split_whitespace().collect();
        writeln!(self.out, "{}", wrap(&words.join(" "), self.width, first, rest))
    }

    /// Prints the rows of a table, each column as wide as its widest cell.
    fn table(&mut self) -> io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        for row in &rows {
            let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:0$}  ", width(column)));
            writeln!(self.out, "{INDENT}{}", cells.collect::<String>().trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::print;

    fn printed(markdown: &str) -> String {
        printed_in(100, markdown)
    }

    fn printed_in(width: usize, markdown: &str) -> String {
        let mut out = Vec::new();
        print(markdown, width, &mut out).unwrap();
        anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string()
    }

    #[test]
    fn blocks_are_apart_and_headings_are_with_what_is_below() {
        let page = "# a-rule\n\nFinds\n`x`.\n\n<!-- generated: facts -->\n| `a` | b |\n|---|---|\n| long cell | 1 |\n\
                    <!-- end -->\n\n## Why\n\nSee [here](there.md) \\<x\\>.\n\n```yaml\na:\n\n  b: 1\n```\n<!-- end -->\n";
        let expected =
            "a-rule\nFinds `x`.\n\n    `a`        b\n    long cell  1\n\nWhy\nSee here <x>.\n\n    a:\n\n      b: 1\n";
        assert_eq!(printed(page), expected);
    }

    #[test]
    fn lines_are_cut_at_spaces() {
        let word = "word ".repeat(30);
        let lines = printed(&format!("{word}\n\n* `a`: {word}\n* b\n"));
        let lines: Vec<_> = lines.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= 100), "{lines:?}");
        assert_eq!(
            lines[2..4],
            ["", "* `a`: word word word word word word word word word word word word word word word word word word"]
        );
        assert!(lines[4].starts_with("  word word") && lines[5] == "* b", "{lines:?}");
        assert_eq!(printed_in(12, "word word word\n\n* a word word"), "word word\nword\n\n* a word\n  word\n");
    }
}
