//! The changes between two texts, as SARIF and editors want them.

use similar::{DiffTag, TextDiff};

use super::model::Edit;

/// The edits that make `new` of `old`, whole lines each, in the order of the text. The text starts at line `first_line` of
/// its file.
pub fn between(old: &str, new: &str, first_line: usize) -> Vec<Edit> {
    let diff = TextDiff::from_lines(old, new);
    let lines: Vec<&str> = new.split_inclusive('\n').collect();
    // Behind the last line there is no further one to name.
    let end = |index: usize| {
        let before: Vec<&str> = old.split_inclusive('\n').take(index).collect();
        match before.last() {
            Some(last) if !last.ends_with('\n') => (first_line + index - 1, last.chars().count() + 1),
            _ => (first_line + index, 1),
        }
    };
    let changes = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    let edit = |op: &similar::DiffOp| {
        let (start, stop) = (end(op.old_range().start), end(op.old_range().end));
        Edit {
            start_line: start.0,
            start_column: start.1,
            end_line: stop.0,
            end_column: stop.1,
            text: lines[op.new_range()].concat(),
        }
    };
    changes.map(edit).collect()
}
