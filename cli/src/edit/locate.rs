//! The nodes of a text, with the bytes where they stand.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

use crate::node::MAX_DEPTH;
use crate::yaml;

/// Why a text cannot be edited, and on which of its lines.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// The line within the text, from 1.
    pub line: usize,
    /// The reason.
    pub reason: String,
}

/// A node and the bytes where it stands. A block collection reaches to the end of the last thing in it.
#[derive(Debug)]
pub(super) struct Located {
    pub range: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Scalar(ScalarStyle, String),
    /// No text at all: null, as the value of `key:`.
    Nothing,
    Alias,
    Sequence {
        is_flow: bool,
        items: Vec<Located>,
    },
    Mapping {
        is_flow: bool,
        entries: Vec<Pair>,
    },
}

#[derive(Debug)]
pub(super) struct Pair {
    pub key: Range<usize>,
    pub style: ScalarStyle,
    /// The key as Kubernetes reads it; none for a merge.
    pub name: Option<String>,
    pub value: Located,
}

impl Pair {
    pub fn end(&self) -> usize {
        self.value.range.end.max(self.key.end)
    }
}

/// A collection that is being read.
struct Open {
    start: usize,
    is_flow: bool,
    is_mapping: bool,
    items: Vec<Located>,
    entries: Vec<Pair>,
    key: Option<(Range<usize>, ScalarStyle, Option<String>)>,
}

/// The nodes of a text.
///
/// # Errors
/// If it isn't YAML, nests too deep or has keys that aren't names.
pub(super) fn locate(text: &str) -> Result<Vec<Located>, Refusal> {
    let mut locator = Locator { text, open: Vec::new(), documents: Vec::new() };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| refusal(error.marker().line(), &error.kind().to_string()))?;
        let line = span.start.line();
        locator.event(event, bytes(span)).map_err(|reason| refusal(line, reason))?;
    }
    Ok(locator.documents)
}

fn refusal(line: usize, reason: &str) -> Refusal {
    Refusal { line, reason: reason.to_owned() }
}

struct Locator<'t> {
    text: &'t str,
    open: Vec<Open>,
    documents: Vec<Located>,
}

impl Locator<'_> {
    /// Takes the next event of the parser, which stands at `range`.
    fn event(&mut self, event: Event<'_>, range: Range<usize>) -> Result<(), &'static str> {
        match event {
            Event::SequenceStart(style, ..) => self.start(style, false, range.start),
            Event::MappingStart(style, ..) => self.start(style, true, range.start),
            Event::SequenceEnd | Event::MappingEnd => {
                let done = self.open.pop().ok_or("a collection ends that never started")?;
                self.add(finished(done, range.end))
            }
            Event::Scalar(content, style, _, tag) => {
                if let Some(Open { is_mapping: true, key: key @ None, .. }) = self.open.last_mut() {
                    let is_merge = style == ScalarStyle::Plain && content == "<<";
                    let name = if is_merge {
                        None
                    } else {
                        match yaml::key_name(&content, style, tag.as_deref()) {
                            Some(name) => Some(name),
                            None => return Err("a key that is not a name"),
                        }
                    };
                    *key = Some((range, style, name));
                    return Ok(());
                }
                self.add(scalar(self.text, content.into_owned(), style, range))
            }
            Event::Alias(_) => {
                if let Some(Open { is_mapping: true, key: None, .. }) = self.open.last() {
                    return Err("an alias is a key");
                }
                self.add(Located { range, kind: Kind::Alias })
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, style: StructureStyle, is_mapping: bool, start: usize) -> Result<(), &'static str> {
        if self.open.len() >= MAX_DEPTH {
            return Err("nested too deep");
        }
        let is_flow = style == StructureStyle::Flow;
        self.open.push(Open { start, is_flow, is_mapping, items: Vec::new(), entries: Vec::new(), key: None });
        Ok(())
    }

    /// Puts a complete node where it belongs.
    fn add(&mut self, mut node: Located) -> Result<(), &'static str> {
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        if !parent.is_mapping {
            parent.items.push(node);
            return Ok(());
        }
        let (key, style, name) = parent.key.take().ok_or("a key is a list or a map")?;
        if matches!(node.kind, Kind::Nothing) {
            // The parser places it at the end of its key; a new value is written after the colon.
            let at = colon(self.text, key.end).unwrap_or(node.range.start);
            node.range = at..at;
        }
        parent.entries.push(Pair { key, style, name, value: node });
        Ok(())
    }
}

/// A collection whose last event ends at `end`.
fn finished(done: Open, end: usize) -> Located {
    let last = done.items.last().map(|item| item.range.end).or(done.entries.last().map(Pair::end));
    let end = if done.is_flow { end } else { last.unwrap_or(end) };
    let kind = if done.is_mapping {
        Kind::Mapping { is_flow: done.is_flow, entries: done.entries }
    } else {
        Kind::Sequence { is_flow: done.is_flow, items: done.items }
    };
    Located { range: done.start..end, kind }
}

fn scalar(text: &str, content: String, style: ScalarStyle, range: Range<usize>) -> Located {
    match style {
        ScalarStyle::Plain if range.is_empty() => Located { range, kind: Kind::Nothing },
        ScalarStyle::Literal | ScalarStyle::Folded => {
            // The parser counts everything up to the next node; blank lines stay where they are.
            let end = text[..range.end].trim_end().len();
            Located { range: range.start.min(end)..end, kind: Kind::Scalar(style, content) }
        }
        _ => Located { range, kind: Kind::Scalar(style, content) },
    }
}

fn bytes(span: Span) -> Range<usize> {
    // There are offsets in bytes wherever a text is parsed, and no stream.
    span.byte_range().unwrap_or_default()
}

/// Where the value of a key may start: behind the colon that follows it.
pub(super) fn colon(text: &str, key_end: usize) -> Option<usize> {
    let rest = &text[key_end..];
    let gap = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[gap..].starts_with(':').then_some(key_end + gap + 1)
}

/// Where the line begins that `at` is in.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line ends that `at` is in: before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    if end > at && text[..end].ends_with('\r') { end - 1 } else { end }
}

/// How the lines of a text end.
pub(super) fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// Where the next line begins.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}
