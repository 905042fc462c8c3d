//! Texts that Kubernetes' parser takes and ours does not, rewritten so that they mean the same.
//!
//! Ours follows YAML 1.2 where Kubernetes' follows libyaml. Of the differences, those that manifests in the wild have are
//! closed here, one place at a time, wherever our parser stops: a quoted text that goes on at the margin or behind a tab, a
//! tab before a line of a flow collection, a comment right behind a value, a byte order mark before a document. Lines stay lines, and
//! columns are told as they were.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Parser, ScalarStyle, ScanError, Span};

use super::Error;
use crate::node::Position;

/// How many bytes may be parsed again beside four times the text. Each place costs two passes.
const MAX_AGAIN: usize = 64 << 20;

/// How far a line of a quoted text is moved to the right at most.
const MAX_SHIFT: usize = 256;

/// What was moved when a text was rewritten.
#[derive(Clone, Default)]
struct Moved {
    /// How far lines were moved to the right, by their numbers.
    lines: HashMap<usize, usize>,
    /// Where something was added or taken away, and how many bytes; in the rewritten text.
    places: Vec<(usize, Change)>,
}

#[derive(Clone, Copy)]
enum Change {
    Added(usize),
    Removed(usize),
}

impl Moved {
    fn add(&mut self, at: usize, length: usize) {
        self.places.iter_mut().filter(|(place, _)| *place >= at).for_each(|(place, _)| *place += length);
        self.places.push((at, Change::Added(length)));
    }

    fn remove(&mut self, at: usize, length: usize) {
        self.places.iter_mut().filter(|(place, _)| *place > at).for_each(|(place, _)| *place -= length);
        self.places.push((at, Change::Removed(length)));
    }

    /// Where in the text as it is written the byte `at` of the rewritten one stands, or what it was added before.
    fn original(&self, at: usize) -> usize {
        let before = self.places.iter().filter(|(place, _)| *place <= at);
        let (added, removed) = before.fold((0, 0), |(added, removed), (place, change)| match change {
            Change::Added(length) => (added + (*length).min(at - place), removed),
            Change::Removed(length) => (added, removed + length),
        });
        at + removed - added
    }
}

/// A text, as it is written or rewritten.
pub(crate) struct Relaxed<'t> {
    text: Cow<'t, str>,
    moved: Moved,
    /// How many bytes may still be parsed.
    budget: usize,
}

impl<'t> Relaxed<'t> {
    /// The text as it is written.
    pub(super) fn new(text: &'t str) -> Self {
        let budget = text.len().saturating_mul(4) + MAX_AGAIN;
        Self { text: Cow::Borrowed(text), moved: Moved::default(), budget }
    }

    /// The text, rewritten wherever our parser stops and Kubernetes' doesn't.
    ///
    /// # Errors
    /// If it isn't YAML, with the place in the text.
    pub(crate) fn whole(text: &'t str) -> Result<Self, Error> {
        let mut relaxed = Self::new(text);
        while let Some(error) = Parser::new_from_str(&relaxed.text).find_map(Result::err) {
            relaxed = relaxed.past(&error).ok_or_else(|| relaxed.describe(&error, 1))?;
        }
        Ok(relaxed)
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the text as it is written that these bytes of the rewritten one stand for.
    pub(crate) fn original(&self, range: Range<usize>) -> Range<usize> {
        self.moved.original(range.start)..self.moved.original(range.end)
    }

    /// The place of a node in the file.
    pub(super) fn position(&self, span: Span, line_offset: usize) -> Position {
        self.place(span.start.line(), span.start.col(), line_offset)
    }

    /// The error in the words of a report.
    pub(super) fn describe(&self, error: &ScanError, first_line: usize) -> Error {
        let marker = error.marker();
        let at = self.place(marker.line(), marker.col(), first_line - 1);
        match error.kind() {
            ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::UnclosedQuotedScalar
            | ErrorKind::UnexpectedEof
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::UnexpectedEofBlockSequence
            | ErrorKind::UnexpectedEofBlockMapping => Error::new(at, format!("it is cut off: {}", error.kind())),
            kind => Error::new(at, kind.to_string()),
        }
    }

    fn place(&self, line: usize, column: usize, line_offset: usize) -> Position {
        let shift = self.moved.lines.get(&line).copied().unwrap_or_default();
        Position { line: line + line_offset, column: column.saturating_sub(shift) + 1 }
    }

    /// The content of a scalar. Where a text ends within a block scalar, the parser adds a line break, and Kubernetes' does
    /// not.
    pub(super) fn without_added_newline<'s>(&self, content: &'s str, style: ScalarStyle, span: Span) -> &'s str {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let reaches_end = || {
            let last_line = self.text.rsplit('\n').next().unwrap_or_default();
            let end = span.byte_range().map_or(0, |range| range.end);
            !last_line.trim().is_empty() && end >= self.text.trim_end().len()
        };
        if is_block && content.ends_with('\n') && reaches_end() { &content[..content.len() - 1] } else { content }
    }

    /// The text with the place of `error` rewritten; `None` if Kubernetes' parser would stop there, too.
    pub(super) fn past(&self, error: &ScanError) -> Option<Self> {
        let budget = self.budget.checked_sub(self.text.len() * 2)?;
        let at = error.marker().byte_offset().filter(|at| self.text.is_char_boundary(*at))?;
        let mut moved = self.moved.clone();
        let text = match error.kind() {
            ErrorKind::CommentNotSeparated => self.with_separated_comment(at, &mut moved)?,
            ErrorKind::TabInBlockIndentation => self.without_tabs(at)?,
            ErrorKind::BomInsideDocument => self.without_mark(at, &mut moved)?,
            ErrorKind::InvalidQuotedScalarIndent | ErrorKind::TabInIndentation => {
                self.with_indented_quote(at, error.marker().line(), &mut moved)?
            }
            _ => return None,
        };
        Some(Self { text: Cow::Owned(text), moved, budget })
    }

    fn with_separated_comment(&self, at: usize, moved: &mut Moved) -> Option<String> {
        let comment =
            at + self.text[at..].find(['#', '\n']).filter(|found| self.text[at + found..].starts_with('#'))?;
        moved.add(comment, 1);
        Some(format!("{} {}", &self.text[..comment], &self.text[comment..]))
    }

    fn without_mark(&self, at: usize, moved: &mut Moved) -> Option<String> {
        let (before, after) = self.text.split_at(at);
        let rest = after.strip_prefix('\u{feff}')?;
        let is_start = before.lines().all(|line| line.is_empty() || line.starts_with('#') || line.starts_with("---"));
        moved.remove(at, after.len() - rest.len());
        (is_start && (before.is_empty() || before.ends_with('\n'))).then(|| format!("{before}{rest}"))
    }

    /// Tabs are white space like any other in a flow collection, and nowhere else.
    fn without_tabs(&self, at: usize) -> Option<String> {
        let (before, after) = self.text.split_at(line_start(&self.text, at));
        let stop = stop(before)?;
        if !matches!(stop.kind(), ErrorKind::UnclosedFlowCollection { .. }) {
            return None;
        }
        let mut text = before.to_owned();
        let mut lines = after.split_inclusive('\n');
        for line in lines.by_ref() {
            let content = line.trim_start_matches([' ', '\t']);
            let (indentation, content) = line.split_at(line.len() - content.len());
            text.push_str(&indentation.replace('\t', " "));
            text.push_str(content);
            // Usually the next line has a tab, too, and would stop the parser in its turn.
            if !indentation.contains('\t') && !content.trim().is_empty() {
                break;
            }
        }
        text.extend(lines);
        Some(text)
    }

    /// White space before a line of a quoted text is no part of it.
    fn with_indented_quote(&self, at: usize, line: usize, moved: &mut Moved) -> Option<String> {
        let start = line_start(&self.text, at);
        let open = stop(&self.text[..start])?;
        if !matches!(open.kind(), ErrorKind::UnclosedQuotedScalar) {
            return None;
        }
        let (open, column) = (open.marker().byte_offset()?, open.marker().col());
        let close = closing_quote(self.text.get(open..)?)? + open;
        let shift = (column + 1).min(MAX_SHIFT);
        let mut text = self.text[..start].to_owned();
        for (index, part) in self.text.get(start..close)?.split_inclusive('\n').enumerate() {
            moved.add(text.len(), shift);
            text.push_str(&" ".repeat(shift));
            text.push_str(part);
            *moved.lines.entry(line + index).or_default() += shift;
        }
        text.push_str(&self.text[close..]);
        Some(text)
    }
}

/// Where the parser stops in a text that is cut off; `None` if it reads it to its end.
fn stop(text: &str) -> Option<ScanError> {
    // Behind a line break it would ask for the indentation of what follows.
    Parser::new_from_str(text.trim_end()).find_map(Result::err)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The index of the quote that ends the quoted text at the start of `text`.
fn closing_quote(text: &str) -> Option<usize> {
    let quote = *text.as_bytes().first()?;
    let mut bytes = text.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if quote == b'"' => {
                bytes.next();
            }
            // Two of them are one in the text.
            b'\'' if quote == b'\'' && bytes.next_if(|(_, next)| *next == b'\'').is_some() => {}
            _ if byte == quote => return Some(at),
            _ => {}
        }
    }
    None
}
