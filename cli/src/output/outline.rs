//! Where the fields of a YAML text stand, and where its comments are.

use granit_parser::{Event, Parser, Span};

/// A document, a field of a map or an entry of a list, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path, such as `ignore[0].until`; empty for a document.
    pub path: String,
    /// The line where it starts, from 1.
    pub line: usize,
    /// The column where it starts, from 1.
    pub column: usize,
    /// Its last line.
    pub end: usize,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its line, from 1.
    pub line: usize,
    /// The column of its `#`, from 1.
    pub column: usize,
    /// What follows the `#`.
    pub text: String,
    /// Whether the line has nothing else.
    pub is_alone: bool,
}

/// What a text holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Its entries, in the order in which they start, what contains others before these.
    pub entries: Vec<Entry>,
    /// Its comments that contain the word that was asked for.
    pub comments: Vec<Comment>,
}

impl Outline {
    /// Reads a text whose first line is line `first_line` of its file. Of its comments, those with `word` in them are kept.
    /// Nothing for a text that isn't YAML: whoever reads it says so.
    pub fn read(text: &str, first_line: usize, word: &str) -> Option<Self> {
        let lines = text.lines().collect();
        let mut reader = Reader {
            lines,
            offset: first_line.saturating_sub(1),
            comments: candidates(text, word),
            ..Reader::default()
        };
        for event in Parser::new_from_str(text) {
            let (event, span) = event.ok()?;
            reader.event(&event, span);
        }
        let Reader { entries, mut comments, offset, .. } = reader;
        comments.iter_mut().for_each(|comment| comment.line += offset);
        Some(Self { entries, comments })
    }

    /// The entry with this path, or the nearest one that contains it.
    pub fn find(&self, path: &str) -> Option<&Entry> {
        let mut path = path;
        loop {
            if let Some(entry) = self.entries.iter().find(|entry| entry.path == path) {
                return Some(entry);
            }
            path = path.rfind(['.', '[']).map(|end| &path[..end])?;
        }
    }

    /// The entry that a comment is about: of those that start on its line, or on the next line with content where it
    /// stands alone, the outermost.
    pub fn target(&self, comment: &Comment) -> Option<&Entry> {
        let line = comment.line;
        if comment.is_alone {
            let next = self.entries.iter().map(|entry| entry.line).filter(|start| *start > line).min()?;
            return self.entries.iter().find(|entry| entry.line == next);
        }
        let starts = self.entries.iter().find(|entry| entry.line == line);
        starts.or_else(|| self.entries.iter().rev().find(|entry| (entry.line..=entry.end).contains(&line)))
    }
}

/// The comments in `text` with `word` in them, and what looks like one inside a string.
fn candidates(text: &str, word: &str) -> Vec<Comment> {
    let mut comments = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| line.contains(word)) {
        let starts = line.char_indices().zip(1..).filter(|((at, c), _)| {
            let before = line[..*at].chars().next_back();
            *c == '#' && before.is_none_or(|before| before == ' ' || before == '\t')
        });
        for ((at, _), column) in starts.filter(|((at, _), _)| line[*at..].contains(word)) {
            let is_alone = line[..at].trim().is_empty();
            comments.push(Comment { line: index + 1, column, text: line[at + 1..].trim().to_owned(), is_alone });
        }
    }
    comments
}

/// A collection that is being read.
enum Frame {
    /// A list: the number of its entries so far, and its path.
    Sequence { index: usize, path: String },
    /// A map: the key whose value comes next, and its path.
    Mapping { key: Option<(String, usize, usize)>, path: String },
}

#[derive(Default)]
struct Reader<'t> {
    lines: Vec<&'t str>,
    offset: usize,
    frames: Vec<Frame>,
    /// The entries that are not complete, one for each frame; nothing for a key that is a collection.
    open: Vec<Option<usize>>,
    entries: Vec<Entry>,
    comments: Vec<Comment>,
    /// The last line with content.
    last: usize,
}

impl Reader<'_> {
    fn event(&mut self, event: &Event<'_>, span: Span) {
        match event {
            Event::Scalar(text, ..) => self.scalar(text, span),
            Event::Alias(..) => self.leaf("", span),
            Event::SequenceStart(..) => self.start(span, true),
            Event::MappingStart(..) => self.start(span, false),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => {}
        }
    }

    fn scalar(&mut self, text: &str, span: Span) {
        // A block starts below its header, which may have a comment.
        let (start, end) = ((span.start.line(), span.start.col() + 1), (span.end.line(), span.end.col() + 1));
        self.comments.retain(|comment| {
            let at = (comment.line, comment.column);
            at < start || end <= at
        });
        self.leaf(text, span);
    }

    fn leaf(&mut self, text: &str, span: Span) {
        if let Some(Frame::Mapping { key: key @ None, .. }) = self.frames.last_mut() {
            *key = Some((text.to_owned(), span.start.line(), span.start.col() + 1));
            return;
        }
        // The end of a block is the start of what follows it, behind the indentation of its line.
        let before = self.lines.get(span.end.line().saturating_sub(1)).copied().unwrap_or_default();
        let is_blank = before.chars().take(span.end.col()).all(char::is_whitespace);
        let ends_above = is_blank && span.end.line() > span.start.line();
        self.last = span.end.line() - usize::from(ends_above);
        let entry = self.add(span);
        self.close(entry);
    }

    fn start(&mut self, span: Span, is_sequence: bool) {
        let is_key = matches!(self.frames.last(), Some(Frame::Mapping { key: None, .. }));
        let entry = (!is_key).then(|| self.add(span));
        let path = entry.map_or(String::new(), |entry| self.entries[entry].path.clone());
        self.open.push(entry);
        self.frames.push(if is_sequence {
            Frame::Sequence { index: 0, path }
        } else {
            Frame::Mapping { key: None, path }
        });
    }

    fn end(&mut self) {
        self.frames.pop();
        match self.open.pop() {
            Some(Some(entry)) => self.close(entry),
            // A collection was the key of a map; its value comes next.
            _ => {
                if let Some(Frame::Mapping { key, .. }) = self.frames.last_mut() {
                    *key = Some((String::new(), self.last, 1));
                }
            }
        }
    }

    /// Adds the entry that the next node is, or is the value of.
    fn add(&mut self, span: Span) -> usize {
        let (mut line, mut column) = (span.start.line(), span.start.col() + 1);
        let path = match self.frames.last_mut() {
            None => String::new(),
            Some(Frame::Sequence { index, path }) => {
                *index += 1;
                format!("{path}[{}]", *index - 1)
            }
            Some(Frame::Mapping { key, path }) => {
                let name = key.take().map_or(String::new(), |(name, at, start)| {
                    (line, column) = (at, start);
                    name
                });
                if path.is_empty() { name } else { format!("{path}.{name}") }
            }
        };
        let line = line + self.offset;
        self.entries.push(Entry { path, line, column, end: line });
        self.entries.len() - 1
    }

    fn close(&mut self, entry: usize) {
        let last = self.last + self.offset;
        if let Some(entry) = self.entries.get_mut(entry) {
            entry.end = entry.end.max(last);
        }
    }
}
