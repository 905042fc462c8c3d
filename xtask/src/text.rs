//! Text for people: wrapped lines, tables, escapes.

/// Wraps a text at 110 characters. Each line starts with `indent`.
#[must_use]
pub fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && indent.len() + column + 1 + length > 110 {
            lines.push('\n');
            column = 0;
        }
        if column == 0 {
            lines.push_str(indent);
        } else {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines.push('\n');
    lines
}

/// A row of a Markdown table.
#[must_use]
pub fn row<C: AsRef<str>>(cells: &[C]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| cell.as_ref().replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// The head of a Markdown table.
#[must_use]
pub fn head(cells: &[&str]) -> String {
    format!("{}|{}\n", row(cells), "---|".repeat(cells.len()))
}

/// A text that Markdown shows as it is.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('<', "\\<").replace('>', "\\>").replace('[', "\\[").replace(']', "\\]").replace('_', "\\_")
}

/// A text in double quotes, as YAML and JSON read it.
#[must_use]
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
