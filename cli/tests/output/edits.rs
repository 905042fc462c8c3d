//! Edits make the new text of the old one.

use oke_vn::output::edits;
use oke_vn::output::model::Edit;

/// Makes the edits, as an editor would: the last one first.
fn apply(old: &str, edits: &[Edit], first_line: usize) -> String {
    let offset = |line: usize, column: usize| {
        let start: usize = old.split_inclusive('\n').take(line - first_line).map(str::len).sum();
        let rest = &old[start..];
        start + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at)
    };
    let mut text = old.to_owned();
    for edit in edits.iter().rev() {
        let range = offset(edit.start_line, edit.start_column)..offset(edit.end_line, edit.end_column);
        text.replace_range(range, &edit.text);
    }
    text
}

#[test]
fn they_make_the_new_text() {
    let texts =
        ["", "a\n", "a", "a\nb\nc\n", "a\nb\nc", "a\nx\nc\n", "b\n", "a\nc\n\u{e9}t\u{e9}", "c\nb\na\n", "a\r\nb\r\n"];
    for old in texts {
        for new in texts {
            for first_line in [1, 40] {
                let edits = edits::between(old, new, first_line);
                assert_eq!(apply(old, &edits, first_line), new, "{old:?} -> {new:?}: {edits:?}");
                assert_eq!(edits.is_empty(), old == new);
            }
        }
    }
}

#[test]
fn they_touch_nothing_else() {
    let edits = edits::between("a: 1\nb: 2\nc: 3\n", "a: 1\nc: 3\n", 11);
    assert_eq!(edits, [Edit { start_line: 12, start_column: 1, end_line: 13, end_column: 1, text: String::new() }]);
}
