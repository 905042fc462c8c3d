//! Edits the text of a document in the places that fixes name, and leaves every other byte as it is.
//!
//! Writing a parsed document anew would lose what the data does not hold: comments, the order of keys, quotes, blank
//! lines. So the text itself is edited, by the positions of the nodes. Whether the result means what it should is
//! not for this module to promise: its caller reads the edited text again and compares.

use std::fmt::Write as _;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};
use serde_json::Value;

use crate::node::MAX_DEPTH;
use crate::path::Step;
use crate::yaml;

/// How far a new mapping is indented below its key.
const INDENT: usize = 2;

/// A change of a text.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub struct Edit {
    /// The number of the document in the text.
    #[cfg_attr(test, serde(default))]
    pub document: usize,
    /// The way from the document to the value.
    #[cfg_attr(test, serde(rename = "path"))]
    pub steps: Vec<Step>,
    /// The new value; `None` removes the value.
    #[cfg_attr(test, serde(default))]
    pub value: Option<Value>,
}

/// Why a text cannot be edited, and on which of its lines.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// The line within the text, from 1.
    pub line: usize,
    /// The reason.
    pub reason: String,
}

/// The text with the changes.
///
/// # Errors
/// If one of them cannot be made without losing a comment or changing something else.
pub fn edit(text: &str, edits: &[Edit]) -> Result<String, Refusal> {
    let documents = locate(text)?;
    let mut editor = Editor { text, edits: Vec::new() };
    for (number, document) in documents.iter().enumerate() {
        let wanted: Vec<Wanted<'_>> = edits
            .iter()
            .filter(|edit| edit.document == number)
            .map(|edit| Wanted { path: &edit.steps, value: edit.value.as_ref() })
            .collect();
        editor.node(document, &wanted, Parent::None)?;
    }
    editor.finish()
}

/// A node and the bytes where it stands. A block collection reaches to the end of the last thing in it.
#[derive(Debug)]
struct Located {
    range: Range<usize>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
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
struct Pair {
    key: Range<usize>,
    style: ScalarStyle,
    /// The key as Kubernetes reads it; none for a merge.
    name: Option<String>,
    value: Located,
}

impl Pair {
    fn end(&self) -> usize {
        self.value.range.end.max(self.key.end)
    }
}

/// A change that is still to be made below some node.
#[derive(Debug, Clone, Copy)]
struct Wanted<'c> {
    path: &'c [Step],
    value: Option<&'c Value>,
}

/// What a node hangs from.
#[derive(Debug, Clone, Copy)]
enum Parent<'n> {
    None,
    Item,
    Pair { pair: &'n Pair, is_flow: bool },
}

/// The nodes of a text.
fn locate(text: &str) -> Result<Vec<Located>, Refusal> {
    struct Open {
        start: usize,
        is_flow: bool,
        is_mapping: bool,
        items: Vec<Located>,
        entries: Vec<Pair>,
        key: Option<(Range<usize>, ScalarStyle, Option<String>)>,
    }

    let mut open: Vec<Open> = Vec::new();
    let mut documents = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| Refusal { line: error.marker().line(), reason: error.kind().to_string() })?;
        let refuse = |reason: &str| Err(Refusal { line: span.start.line(), reason: reason.to_owned() });
        let range = bytes(span);
        let node = match event {
            Event::SequenceStart(style, ..) | Event::MappingStart(style, ..) => {
                if open.len() >= MAX_DEPTH {
                    return refuse("nested too deep");
                }
                open.push(Open {
                    start: range.start,
                    is_flow: style == StructureStyle::Flow,
                    is_mapping: matches!(event, Event::MappingStart(..)),
                    items: Vec::new(),
                    entries: Vec::new(),
                    key: None,
                });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(done) = open.pop() else { return refuse("a collection ends that never started") };
                let last = done.items.last().map(|item| item.range.end).or(done.entries.last().map(Pair::end));
                let end = if done.is_flow { range.end } else { last.unwrap_or(range.end) };
                let kind = if done.is_mapping {
                    Kind::Mapping { is_flow: done.is_flow, entries: done.entries }
                } else {
                    Kind::Sequence { is_flow: done.is_flow, items: done.items }
                };
                Located { range: done.start..end, kind }
            }
            Event::Scalar(content, style, _, tag) => {
                if let Some(Open { is_mapping: true, key: key @ None, .. }) = open.last_mut() {
                    let is_merge = style == ScalarStyle::Plain && content == "<<";
                    let name = if is_merge {
                        None
                    } else {
                        match yaml::key_name(&content, style, tag.as_deref()) {
                            Some(name) => Some(name),
                            None => return refuse("a key that is no name"),
                        }
                    };
                    *key = Some((range, style, name));
                    continue;
                }
                match style {
                    ScalarStyle::Plain if range.is_empty() => Located { range, kind: Kind::Nothing },
                    ScalarStyle::Literal | ScalarStyle::Folded => {
                        // The parser counts what follows up to the next node; blank lines stay where they are.
                        let end = text[..range.end].trim_end().len();
                        Located { range: range.start.min(end)..end, kind: Kind::Scalar(style, content.into_owned()) }
                    }
                    _ => Located { range, kind: Kind::Scalar(style, content.into_owned()) },
                }
            }
            Event::Alias(_) => {
                if let Some(Open { is_mapping: true, key: None, .. }) = open.last() {
                    return refuse("an alias is a key");
                }
                Located { range, kind: Kind::Alias }
            }
            _ => continue,
        };
        match open.last_mut() {
            None => documents.push(node),
            Some(parent) if !parent.is_mapping => parent.items.push(node),
            Some(parent) => {
                let Some((key, style, name)) = parent.key.take() else {
                    return Err(Refusal { line: span.start.line(), reason: "a key is a list or a map".to_owned() });
                };
                let mut value = node;
                if matches!(value.kind, Kind::Nothing) {
                    // It is said to stand at the end of its key; what is written there comes after the colon.
                    let at = colon(text, key.end).unwrap_or(value.range.start);
                    value.range = at..at;
                }
                parent.entries.push(Pair { key, style, name, value });
            }
        }
    }
    Ok(documents)
}

fn bytes(span: Span) -> Range<usize> {
    // There are offsets in bytes wherever a text is parsed, and no stream.
    span.byte_range().unwrap_or_default()
}

/// Where the value of a key may start: behind the colon that follows it.
fn colon(text: &str, key_end: usize) -> Option<usize> {
    let rest = &text[key_end..];
    let gap = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[gap..].starts_with(':').then_some(key_end + gap + 1)
}

/// Where the line begins that `at` is in.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line ends that `at` is in: before its line break.
fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    if end > at && text[..end].ends_with('\r') { end - 1 } else { end }
}

/// How the lines of a text end.
fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// Where the next line begins.
fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

struct Editor<'t> {
    text: &'t str,
    edits: Vec<(Range<usize>, String)>,
}

impl<'t> Editor<'t> {
    fn refuse<T>(&self, at: usize, reason: impl Into<String>) -> Result<T, Refusal> {
        let line = self.text[..at].matches('\n').count() + 1;
        Err(Refusal { line, reason: reason.into() })
    }

    fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.edits.push((range, with.into()));
    }

    fn finish(mut self) -> Result<String, Refusal> {
        // What is inserted in one place keeps its order, and stands before what is replaced there.
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(self.text.len() + 64);
        let mut at = 0;
        for (range, with) in &self.edits {
            if range.start < at {
                return self.refuse(range.start, "two changes meet in one place");
            }
            out.push_str(&self.text[at..range.start]);
            out.push_str(with);
            at = range.end;
        }
        out.push_str(&self.text[at..]);
        Ok(out)
    }

    fn node(&mut self, node: &Located, wanted: &[Wanted<'_>], parent: Parent<'_>) -> Result<(), Refusal> {
        if wanted.is_empty() {
            return Ok(());
        }
        if let Some(last) = wanted.iter().rfind(|wanted| wanted.path.is_empty()) {
            return match last.value {
                Some(value) => self.set(node, value, parent),
                None => self.refuse(node.range.start, "a whole item of a list would have to go"),
            };
        }
        match &node.kind {
            Kind::Mapping { is_flow: true, entries } => self.flow(node, entries, wanted, parent),
            Kind::Mapping { is_flow: false, entries } => self.block(node, entries, wanted, parent),
            Kind::Sequence { items, .. } => {
                for (index, item) in items.iter().enumerate() {
                    let below = below(wanted, |step| *step == Step::Index(index));
                    self.node(item, &below, Parent::Item)?;
                }
                let is_there = |step: &Step| matches!(step, Step::Index(index) if *index < items.len());
                if wanted.iter().all(|wanted| wanted.path.first().is_some_and(is_there)) {
                    return Ok(());
                }
                self.refuse(node.range.start, "a change leads past the end of a list")
            }
            Kind::Nothing => self.fill(node, &tree(wanted), parent),
            Kind::Scalar(ScalarStyle::Plain, text) if yaml::is_null(text) => self.fill(node, &tree(wanted), parent),
            Kind::Scalar(..) => {
                self.refuse(node.range.start, "a change needs a map here, and the file has another value")
            }
            Kind::Alias => self.refuse(node.range.start, "an alias stands where something would have to change"),
        }
    }

    /// Writes a value in place of another.
    fn set(&mut self, node: &Located, value: &Value, parent: Parent<'_>) -> Result<(), Refusal> {
        let is_single = !matches!(value, Value::Array(_) | Value::Object(_));
        match &node.kind {
            Kind::Nothing if is_single => {
                self.replace(node.range.clone(), format!(" {}", scalar(value, ScalarStyle::Plain, "")));
                return Ok(());
            }
            Kind::Scalar(style @ (ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted), old)
                if is_single =>
            {
                // Between quoted keys a text is quoted, too: this is JSON.
                let is_json = *style == ScalarStyle::Plain && key_style(parent) == ScalarStyle::DoubleQuoted;
                let style = if is_json { ScalarStyle::DoubleQuoted } else { *style };
                self.replace(node.range.clone(), scalar(value, style, old));
                return Ok(());
            }
            Kind::Alias if is_single => {
                self.replace(node.range.clone(), flow_text(value, key_style(parent)));
                return Ok(());
            }
            _ => {}
        }
        let text = self.text;
        if let Parent::Pair { pair, is_flow: false } = parent
            && let Some(colon) = colon(text, pair.key.end)
        {
            let old = colon..node.range.end;
            if text[old.clone()].contains('#') {
                return self.refuse(node.range.start, "a comment would have to go");
            }
            if is_single {
                self.replace(old, format!(" {}", scalar(value, ScalarStyle::Plain, "")));
                return Ok(());
            }
            let indent = pair.key.start - line_start(text, pair.key.start);
            let mut lines = String::new();
            block_value(value, indent, newline(text), &mut lines);
            self.replace(old, lines.trim_end());
            return Ok(());
        }
        match &node.kind {
            Kind::Mapping { is_flow: false, .. } | Kind::Sequence { is_flow: false, .. } | Kind::Nothing => {
                self.refuse(node.range.start, "a value of several lines would have to change")
            }
            Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded, _) => {
                self.refuse(node.range.start, "a value of several lines would have to change")
            }
            _ => {
                self.replace(node.range.clone(), flow_text(value, key_style(parent)));
                Ok(())
            }
        }
    }

    /// Makes a map where null or an empty map stands.
    fn fill(&mut self, node: &Located, new: &Value, parent: Parent<'_>) -> Result<(), Refusal> {
        if let Parent::Pair { pair, is_flow: false } = parent
            && let Some(colon) = colon(self.text, pair.key.end)
            && line_end(self.text, colon) >= node.range.end
        {
            let indent = pair.key.start - line_start(self.text, pair.key.start) + INDENT;
            self.replace(colon..node.range.end, "");
            self.insert_lines(node.range.end, new, indent);
            return Ok(());
        }
        let text = flow_text(new, key_style(parent));
        let gap = if matches!(node.kind, Kind::Nothing) { " " } else { "" };
        self.replace(node.range.clone(), format!("{gap}{text}"));
        Ok(())
    }

    /// Writes the keys of a map on lines of their own, below the line of `at`.
    fn insert_lines(&mut self, at: usize, new: &Value, indent: usize) {
        let newline = newline(self.text);
        let place = next_line(self.text, at);
        let mut lines = String::new();
        if !self.text[..place].ends_with('\n') {
            lines.push_str(newline);
        }
        block_lines(new, indent, newline, &mut lines);
        self.replace(place..place, lines);
    }

    fn block(
        &mut self,
        node: &Located,
        entries: &[Pair],
        wanted: &[Wanted<'_>],
        parent: Parent<'_>,
    ) -> Result<(), Refusal> {
        let text = self.text;
        let Plan { removed, added } = self.entries(node, entries, wanted, false)?;
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return self.refuse(node.range.start, "a block without keys");
        };
        let start = line_start(text, first.key.start);
        let column = first.key.start - start;
        let kept = removed.iter().position(|removed| !removed);
        let is_inline = !text[start..first.key.start].chars().all(|c| c == ' ');
        for (index, pair) in entries.iter().enumerate().filter(|(index, _)| removed[*index]) {
            let start = line_start(text, pair.key.start);
            if text[start..pair.key.start].chars().all(|c| c == ' ') {
                self.replace(start..next_line(text, pair.end()), "");
                continue;
            }
            // What stands before the first key on its line is the mark of the list that the map is in.
            let before = text[..pair.key.start].trim_end_matches(' ').len();
            if index > 0 || !text[start..pair.key.start].chars().all(|c| matches!(c, ' ' | '-')) {
                return self.refuse(pair.key.start, "a key that would have to go shares its line");
            }
            match kept.and_then(|kept| entries.get(kept)) {
                None if added.is_some() => {
                    return self.refuse(pair.key.start, "every key of an item would have to change");
                }
                None => self.replace(pair.key.start..pair.end(), "{}"),
                Some(next) => {
                    let follows = line_start(text, next.key.start);
                    // Nothing but what goes itself may stand between.
                    let (mut at, mut is_close) = (next_line(text, pair.end()), true);
                    for gone in entries[1..].iter().take_while(|pair| pair.key != next.key) {
                        is_close &= at == line_start(text, gone.key.start);
                        at = next_line(text, gone.end());
                    }
                    is_close &= at == follows;
                    if is_close {
                        // The next key that stays takes the place behind the mark.
                        self.replace(pair.key.start..next_line(text, pair.end()), "");
                        self.replace(follows..next.key.start, "");
                    } else {
                        // Comments stand between: they stay, and so the mark gets a line of its own.
                        self.replace(before..line_end(text, pair.end()), "");
                    }
                }
            }
        }
        match added {
            Some(new) => self.insert_lines(last.end(), &new, column),
            None if kept.is_none() && !is_inline => {
                let place = match parent {
                    Parent::Pair { pair, .. } => colon(text, pair.key.end),
                    Parent::None | Parent::Item => None,
                };
                match place {
                    Some(place) => self.replace(place..place, " {}"),
                    None => return self.refuse(first.key.start, "every key would have to go"),
                }
            }
            None => {}
        }
        Ok(())
    }

    fn flow(
        &mut self,
        node: &Located,
        entries: &[Pair],
        wanted: &[Wanted<'_>],
        parent: Parent<'_>,
    ) -> Result<(), Refusal> {
        let text = self.text;
        if entries.is_empty() {
            // Nothing can be removed from it.
            let new: Vec<_> = wanted.iter().copied().filter(|wanted| wanted.value.is_some()).collect();
            return if new.is_empty() { Ok(()) } else { self.fill(node, &tree(&new), parent) };
        }
        let Plan { removed, added } = self.entries(node, entries, wanted, true)?;
        let style = entries[0].style;
        let added = added.map(|new| flow_members(&new, style));
        let last_kept = removed.iter().rposition(|removed| !removed);
        let Some(last_kept) = last_kept else {
            let inside = node.range.start + 1..node.range.end - 1;
            self.keeps_comments(entries, inside.clone())?;
            self.replace(inside, added.unwrap_or_default());
            return Ok(());
        };
        let mut index = 0;
        while index < last_kept {
            let start = entries[index].key.start;
            if removed[index] {
                while removed[index] {
                    index += 1;
                }
                let gone = start..entries[index].key.start;
                self.keeps_comments(entries, gone.clone())?;
                self.replace(gone, "");
            } else {
                index += 1;
            }
        }
        let end = entries[last_kept].end();
        let tail = entries.last().map_or(end, Pair::end);
        if end < tail {
            self.keeps_comments(entries, end..tail)?;
        }
        if added.is_none() && end == tail {
            return Ok(());
        }
        let separator = {
            let start = line_start(text, entries[last_kept].key.start);
            let indent = &text[start..entries[last_kept].key.start];
            // Entries on lines of their own stay so.
            if indent.chars().all(|c| c == ' ') && line_start(text, node.range.start) != start {
                format!(",{}{indent}", newline(text))
            } else {
                ", ".to_owned()
            }
        };
        let new = added.map_or(String::new(), |new| format!("{separator}{new}"));
        self.replace(end..tail, new);
        Ok(())
    }

    /// Says no where a comment stands between the entries of a flow map that would go.
    fn keeps_comments(&self, entries: &[Pair], gone: Range<usize>) -> Result<(), Refusal> {
        let mut at = gone.start;
        let within = entries.iter().filter(|pair| gone.contains(&pair.key.start));
        for part in within.map(|pair| pair.key.start..pair.end()).chain(std::iter::once(gone.end..gone.end)) {
            if part.start > at && self.text[at..part.start].contains('#') {
                return self.refuse(at, "a comment would have to go");
            }
            at = part.end;
        }
        Ok(())
    }

    /// Changes what stays, and says what goes and what comes.
    fn entries(
        &mut self,
        node: &Located,
        entries: &[Pair],
        wanted: &[Wanted<'_>],
        is_flow: bool,
    ) -> Result<Plan, Refusal> {
        let mut removed = vec![false; entries.len()];
        for (index, pair) in entries.iter().enumerate() {
            let below = below(wanted, |step| matches!(step, Step::Key(key) if pair.name.as_ref() == Some(key)));
            match below.iter().rfind(|wanted| wanted.path.is_empty()) {
                Some(Wanted { value: None, .. }) => removed[index] = true,
                _ => self.node(&pair.value, &below, Parent::Pair { pair, is_flow })?,
            }
        }
        let mut missing = Vec::new();
        for change in wanted {
            let Some(Step::Key(key)) = change.path.first() else {
                return self.refuse(node.range.start, "a change needs a list here, and the file has a map");
            };
            if entries.iter().any(|pair| pair.name.as_ref() == Some(key)) {
                continue;
            }
            if change.value.is_some() {
                missing.push(*change);
            } else if let Some(merge) = entries.iter().find(|pair| pair.name.is_none()) {
                // Without a merge key, what is not there need not go.
                return self.refuse(merge.key.start, format!("`{key}` comes in by a merge key"));
            }
        }
        Ok(Plan { removed, added: (!missing.is_empty()).then(|| tree(&missing)) })
    }
}

/// What becomes of the entries of a map.
struct Plan {
    removed: Vec<bool>,
    added: Option<Value>,
}

/// The changes that lead through a step, from there on.
fn below<'c>(wanted: &[Wanted<'c>], leads: impl Fn(&Step) -> bool) -> Vec<Wanted<'c>> {
    wanted
        .iter()
        .filter_map(|wanted| {
            let (step, rest) = wanted.path.split_first()?;
            leads(step).then_some(Wanted { path: rest, value: wanted.value })
        })
        .collect()
}

/// The changes as one new value.
fn tree(wanted: &[Wanted<'_>]) -> Value {
    let mut root = Value::Null;
    for change in wanted {
        apply(&mut root, change.path, change.value.cloned());
    }
    root
}

/// Makes a change in a value, as the policy does: maps on the way are made where they are missing. False if the way
/// leads nowhere.
pub fn apply(root: &mut Value, path: &[Step], value: Option<Value>) -> bool {
    let Some((step, rest)) = path.split_first() else {
        return match value {
            Some(value) => {
                *root = value;
                true
            }
            None => false,
        };
    };
    if root.is_null() {
        *root = Value::Object(serde_json::Map::new());
    }
    match (step, root) {
        (Step::Key(key), Value::Object(members)) => {
            if rest.is_empty() && value.is_none() {
                members.remove(key);
                return true;
            }
            apply(members.entry(key.as_str()).or_insert(Value::Null), rest, value)
        }
        (Step::Index(index), Value::Array(items)) => items.get_mut(*index).is_some_and(|item| apply(item, rest, value)),
        _ => false,
    }
}

/// The style that the keys of a map are written in: whoever quotes them writes JSON.
fn key_style(parent: Parent<'_>) -> ScalarStyle {
    match parent {
        Parent::Pair { pair, .. } => pair.style,
        Parent::None | Parent::Item => ScalarStyle::Plain,
    }
}

/// A single value as text, written like the one that was there.
fn scalar(value: &Value, style: ScalarStyle, old: &str) -> String {
    let text = match value {
        Value::String(text) => text,
        // Who wrote the mode in octal reads modes in octal.
        Value::Number(number) if style == ScalarStyle::Plain && old.len() > 1 && old.starts_with('0') => {
            return match number.as_u64() {
                Some(number) if old.starts_with("0o") => format!("0o{number:o}"),
                Some(number) if old[1..].chars().all(|c| c.is_digit(8)) => {
                    format!("0{number:0width$o}", width = old.len() - 1)
                }
                _ => number.to_string(),
            };
        }
        other => return other.to_string(),
    };
    match style {
        ScalarStyle::SingleQuoted if !text.contains(char::is_control) => format!("'{}'", text.replace('\'', "''")),
        ScalarStyle::DoubleQuoted => value.to_string(),
        _ if is_plain(text) => text.clone(),
        _ => value.to_string(),
    }
}

/// Whether a text needs no quotes, anywhere.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
        && yaml::is_plain_string(text)
}

fn key_text(key: &str, style: ScalarStyle) -> String {
    match style {
        ScalarStyle::DoubleQuoted => Value::from(key).to_string(),
        _ => scalar(&Value::from(key), style, ""),
    }
}

/// The value in flow style.
fn flow_text(value: &Value, style: ScalarStyle) -> String {
    match value {
        Value::Object(_) => format!("{{{}}}", flow_members(value, style)),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| flow_text(item, style)).collect::<Vec<_>>().join(", "))
        }
        other => scalar(other, style, ""),
    }
}

fn flow_members(value: &Value, style: ScalarStyle) -> String {
    let Value::Object(members) = value else { return String::new() };
    let member = |(key, value): (&String, &Value)| format!("{}: {}", key_text(key, style), flow_text(value, style));
    members.iter().map(member).collect::<Vec<_>>().join(", ")
}

/// The members of a map in block style, each on its line.
fn block_lines(value: &Value, indent: usize, newline: &str, out: &mut String) {
    let Value::Object(members) = value else { return };
    for (key, value) in members {
        // Writing to a String cannot fail.
        let _ = write!(out, "{:indent$}{}:", "", key_text(key, ScalarStyle::Plain));
        block_value(value, indent, newline, out);
    }
}

/// What comes after the colon of a key, with the lines below.
fn block_value(value: &Value, indent: usize, newline: &str, out: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            out.push_str(newline);
            block_lines(value, indent + INDENT, newline, out);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push_str(newline);
            for item in items {
                let _ = write!(out, "{:indent$}- ", "");
                let mut lines = String::new();
                match item {
                    Value::Object(members) if !members.is_empty() => {
                        block_lines(item, indent + INDENT, newline, &mut lines);
                        out.push_str(lines.trim_start_matches(' '));
                    }
                    other => {
                        let _ = write!(out, "{}{newline}", flow_text(other, ScalarStyle::Plain));
                    }
                }
            }
        }
        other => {
            let _ = write!(out, " {}{newline}", flow_text(other, ScalarStyle::Plain));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(json: &str) -> Vec<Edit> {
        serde_json::from_str(json).unwrap()
    }

    /// Each: a text, changes, and what comes of it.
    #[track_caller]
    fn check(cases: &[(&str, &str, &str)]) {
        for (text, wanted, expected) in cases {
            assert_eq!(edit(text, &changes(wanted)).unwrap(), *expected, "{text}");
            // The ends of lines are those of the file.
            let text = text.replace('\n', "\r\n");
            assert_eq!(edit(&text, &changes(wanted)).unwrap(), expected.replace('\n', "\r\n"), "{text}");
        }
    }

    #[test]
    fn keys_of_blocks_go_with_their_lines() {
        check(&[
            ("a: 1\nb: 2 # two\nc: 3\n", r#"[{"path": ["b"]}]"#, "a: 1\nc: 3\n"),
            (
                "a: 1\n# about b\nb: 2\n\n# about c\nc: 3\n",
                r#"[{"path": ["b"]}]"#,
                "a: 1\n# about b\n\n# about c\nc: 3\n",
            ),
            (
                "a:\n  b:\n    c: 1\n    d:\n    - 1\n    # x\n    - 2 # y\n  e: 1\n",
                r#"[{"path": ["a", "b"]}]"#,
                "a:\n  e: 1\n",
            ),
            ("a: |\n  text\n\n  more\n\n# b\nb: 1\n", r#"[{"path": ["a"]}]"#, "\n# b\nb: 1\n"),
            ("a: one\n  two\nb: 'x\n\n  y'\nc:\n", r#"[{"path": ["a"]}, {"path": ["b"]}]"#, "c:\n"),
            ("a:\n- 1\n- 2\nb: 1\nc:\n", r#"[{"path": ["a"]}, {"path": ["c"]}]"#, "b: 1\n"),
            ("b: 1\na: 2", r#"[{"path": ["a"]}]"#, "b: 1\n"),
            ("a: 1\n", r#"[{"path": ["b"]}, {"path": ["c", "d"]}]"#, "a: 1\n"),
        ]);
    }

    #[test]
    fn an_empty_map_is_written_as_one() {
        check(&[
            ("a:\n  b: 1\nc: 2\n", r#"[{"path": ["a", "b"]}]"#, "a: {}\nc: 2\n"),
            (
                "a: # why\n  # and\n  b: 1 # gone\n\n  d: 1\n",
                r#"[{"path": ["a", "b"]}, {"path": ["a", "d"]}]"#,
                "a: {} # why\n  # and\n\n",
            ),
            ("- a: 1 # x\n  b: 2\n- c: 1\n", r#"[{"path": [0, "a"]}, {"path": [0, "b"]}]"#, "- {} # x\n- c: 1\n"),
            ("a: {b: 1}\n", r#"[{"path": ["a", "b"]}]"#, "a: {}\n"),
            ("a: { b: 1, }\n", r#"[{"path": ["a", "b"]}]"#, "a: {}\n"),
        ]);
    }

    #[test]
    fn the_first_key_of_an_item_makes_room() {
        check(&[
            ("- a: 1\n  b: 2\n", r#"[{"path": [0, "a"]}]"#, "- b: 2\n"),
            ("-   a: 1 # x\n    b: 2\n    c: 3\n", r#"[{"path": [0, "a"]}, {"path": [0, "b"]}]"#, "-   c: 3\n"),
            ("- - a:\n      x: 1\n    b: 2\n", r#"[{"path": [0, 0, "a"]}]"#, "- - b: 2\n"),
            ("- a: 1\n  # about b\n  b: 2\n", r#"[{"path": [0, "a"]}]"#, "-\n  # about b\n  b: 2\n"),
            ("k:\n- a: 1\n\n  b: 2\n", r#"[{"path": ["k", 0, "a"]}]"#, "k:\n-\n\n  b: 2\n"),
        ]);
    }

    #[test]
    fn scalars_keep_their_style() {
        check(&[
            ("a: 60   # long\n", r#"[{"path": ["a"], "value": 30}]"#, "a: 30   # long\n"),
            ("a: 'x' # c\n", r#"[{"path": ["a"], "value": "it's"}]"#, "a: 'it''s' # c\n"),
            ("a: \"x\"\n", r#"[{"path": ["a"], "value": "y"}]"#, "a: \"y\"\n"),
            ("a: x\n", r#"[{"path": ["a"], "value": "File"}]"#, "a: File\n"),
            ("a: 500m\n", r#"[{"path": ["a"], "value": "1"}]"#, "a: \"1\"\n"),
            ("a: x\n", r#"[{"path": ["a"], "value": "yes"}]"#, "a: \"yes\"\n"),
            ("a: true\n", r#"[{"path": ["a"], "value": false}]"#, "a: false\n"),
            ("a: 0400\n", r#"[{"path": ["a"], "value": 420}]"#, "a: 0644\n"),
            ("a: 0o400\n", r#"[{"path": ["a"], "value": 420}]"#, "a: 0o644\n"),
            ("a: 0x100\n", r#"[{"path": ["a"], "value": 420}]"#, "a: 420\n"),
            ("a:\nb: 1\n", r#"[{"path": ["a"], "value": 420}]"#, "a: 420\nb: 1\n"),
            ("x: &x 1\na: *x\n", r#"[{"path": ["a"], "value": 2}]"#, "x: &x 1\na: 2\n"),
            ("- 1\n- 2\n", r#"[{"path": [1], "value": 3}]"#, "- 1\n- 3\n"),
            ("é: {ü: ä, a: 1}\n", r#"[{"path": ["é", "a"], "value": 3}]"#, "é: {ü: ä, a: 3}\n"),
        ]);
    }

    #[test]
    fn new_keys_stand_by_their_siblings() {
        let resources =
            r#"[{"path": ["c", "r", "l", "cpu"], "value": "1"}, {"path": ["c", "r", "q", "mem"], "value": "1Gi"}]"#;
        check(&[
            ("a:\n    b: 1\nc: 2\n", r#"[{"path": ["a", "x"], "value": 1}]"#, "a:\n    b: 1\n    x: 1\nc: 2\n"),
            (
                "- a: 1\n  b:\n    c: 1\n# end\n",
                r#"[{"path": [0, "b", "d"], "value": 1}, {"path": [0, "e"], "value": 2}]"#,
                "- a: 1\n  b:\n    c: 1\n    d: 1\n  e: 2\n# end\n",
            ),
            ("c:\n  r: {}\n", resources, "c:\n  r:\n    l:\n      cpu: \"1\"\n    q:\n      mem: 1Gi\n"),
            (
                "c:\n  r: # why\n  s: 1\n",
                resources,
                "c:\n  r: # why\n    l:\n      cpu: \"1\"\n    q:\n      mem: 1Gi\n  s: 1\n",
            ),
            ("c: {r: {}}\n", resources, "c: {r: {l: {cpu: \"1\"}, q: {mem: 1Gi}}}\n"),
            ("c:\n  r: ~\n", resources, "c:\n  r:\n    l:\n      cpu: \"1\"\n    q:\n      mem: 1Gi\n"),
            ("a: 1\n", r#"[{"path": ["a"]}, {"path": ["b/c"], "value": "x y"}]"#, "b/c: \"x y\"\n"),
        ]);
        assert_eq!(edit("a: 1", &changes(r#"[{"path": ["b"], "value": 1}]"#)).unwrap(), "a: 1\nb: 1\n");
    }

    #[test]
    fn values_of_several_lines_come_and_go() {
        let affinity = r#"[{"path": ["s", "a"], "value": {"p": {"t": [{"m": [{"k": "x/y", "o": "In", "v": ["a b"]}], "z": {}}, 1]}}}]"#;
        let lines = "  a:\n    p:\n      t:\n      - m:\n        - k: x/y\n          o: In\n          v:\n          - \"a b\"\n        z: {}\n      - 1\n";
        let flow = "{p: {t: [{m: [{k: x/y, o: In, v: [\"a b\"]}], z: {}}, 1]}}";
        check(&[
            ("s:\n  b: 1\nt: 1\n", affinity, &format!("s:\n  b: 1\n{lines}t: 1\n")),
            ("s:\n  a:\n  - 1\n  - 2\nt: 1\n", affinity, &format!("s:\n{lines}t: 1\n")),
            ("s:\n  a: [1] # x\n", affinity, &format!("s:\n{} # x\n", lines.trim_end())),
            ("s: {a: [1], b: 1}\n", affinity, &format!("s: {{a: {flow}, b: 1}}\n")),
            ("a: |\n  x\nb: 1\n", r#"[{"path": ["a"], "value": 2}]"#, "a: 2\nb: 1\n"),
            ("a:\n  b: 1\n# c\n", r#"[{"path": ["a"], "value": "x"}]"#, "a: x\n# c\n"),
        ]);
    }

    #[test]
    fn flow_maps_keep_their_form() {
        check(&[
            ("a: {b: 1, c: 2, d: 3} # x\n", r#"[{"path": ["a", "b"]}]"#, "a: {c: 2, d: 3} # x\n"),
            ("a: {b: 1, c: 2, d: 3}\n", r#"[{"path": ["a", "c"]}]"#, "a: {b: 1, d: 3}\n"),
            ("a: { b: 1, c: 2, d: 3 }\n", r#"[{"path": ["a", "c"]}, {"path": ["a", "d"]}]"#, "a: { b: 1 }\n"),
            ("a: {b: 1}\n", r#"[{"path": ["a", "c"], "value": true}]"#, "a: {b: 1, c: true}\n"),
            ("a: {b: 1, c: 2}\n", r#"[{"path": ["a", "c"]}, {"path": ["a", "d"], "value": 2}]"#, "a: {b: 1, d: 2}\n"),
            ("a: [{b: [1, {c: 2, d: 3}]}]\n", r#"[{"path": ["a", 0, "b", 1, "c"]}]"#, "a: [{b: [1, {d: 3}]}]\n"),
            (
                "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": \"x\"\n  },\n  \"d\": 2\n}\n",
                r#"[{"path": ["d"]}, {"path": ["b", "c"], "value": "y"}, {"path": ["b", "e"], "value": "z"}]"#,
                "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": \"y\",\n    \"e\": \"z\"\n  }\n}\n",
            ),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", r#"[{"path": ["a"]}]"#, "{\n  \"b\": 2\n}\n"),
        ]);
    }

    #[test]
    fn what_cannot_be_done_faithfully_is_refused() {
        for (text, wanted, line, reason) in [
            ("x: &x {a: 1}\nz: *x\n", r#"[{"path": ["z", "a"]}]"#, 2, "an alias stands"),
            ("x: &x {a: 1}\nz:\n  <<: *x\n  b: 1\n", r#"[{"path": ["z", "a"]}]"#, 3, "merge key"),
            ("a: {b: 1,\n  # why\n  c: 2}\n", r#"[{"path": ["a", "c"]}]"#, 1, "comment"),
            ("a: [1]\n", r#"[{"path": ["a", 1], "value": 2}]"#, 1, "past the end"),
            ("a: [1]\n", r#"[{"path": ["a", 0]}]"#, 1, "item of a list"),
            ("a: 1\n", r#"[{"path": ["a", "b"], "value": 2}]"#, 1, "needs a map"),
            ("- |\n  x\n", r#"[{"path": [0], "value": 2}]"#, 2, "several lines"),
            ("a:\n  # why\n  b: 1\n", r#"[{"path": ["a"], "value": 2}]"#, 3, "comment"),
            ("\na: 1\n", r#"[{"path": ["a"]}]"#, 2, "every key"),
            ("a: [\n", "[]", 1, ""),
        ] {
            let refusal = edit(text, &changes(wanted)).unwrap_err();
            assert!(refusal.reason.contains(reason), "{text}: {refusal:?}");
            assert_eq!(refusal.line, line, "{text}: {refusal:?}");
        }
    }

    #[test]
    fn changes_find_their_document() {
        let change = |document, key: &str| Edit { document, steps: vec![Step::Key(key.to_owned())], value: None };
        let text = "a: 1\nb: 1\n...\n---\na: 1\nb: 1\n";
        assert_eq!(edit(text, &[change(0, "a"), change(1, "b")]).unwrap(), "b: 1\n...\n---\na: 1\n");
    }
}
