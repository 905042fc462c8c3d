//! Edits the text of a document in the places that fixes name, and leaves every other byte as it is.
//!
//! Writing a parsed document anew would lose what the data does not hold: comments, the order of keys, quotes, blank
//! lines. So the text itself is edited, by the positions of the nodes. Whether the result means what it should is
//! not for this module to promise: its caller reads the edited text again and compares.

mod block;
mod flow;
mod locate;
#[cfg(test)]
mod tests;
mod write;

use std::ops::Range;

use granit_parser::ScalarStyle;
use serde_json::Value;

pub use self::locate::Refusal;
use self::locate::{Kind, Located, Pair, colon, line_end, line_start, locate, newline, next_line};
use self::write::{INDENT, block_lines, block_value, flow_text, scalar};
use crate::path::Step;
use crate::yaml::{self, Relaxed};

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

/// The text with the changes.
///
/// # Errors
/// If one of them cannot be made without losing a comment or changing something else.
pub fn edit(text: &str, edits: &[Edit]) -> Result<String, Refusal> {
    let relaxed = Relaxed::whole(text).map_err(|error| Refusal { line: error.line, reason: error.reason })?;
    let documents = locate(relaxed.text())?;
    let mut editor = Editor { text: relaxed.text(), edits: Vec::new() };
    for (number, document) in documents.iter().enumerate() {
        let wanted: Vec<Wanted<'_>> = edits
            .iter()
            .filter(|edit| edit.document == number)
            .map(|edit| Wanted { path: &edit.steps, value: edit.value.as_ref() })
            .collect();
        editor.node(document, &wanted, Parent::None)?;
    }
    editor.finish(text, &relaxed)
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

    /// The text as it is written with the edits of the one that our parser reads.
    fn finish(mut self, text: &str, relaxed: &Relaxed<'_>) -> Result<String, Refusal> {
        // What is inserted in one place keeps its order, and stands before what is replaced there.
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(text.len() + 64);
        let mut at = 0;
        for (range, with) in &self.edits {
            let of_text = relaxed.original(range.clone());
            if of_text.start < at {
                return self.refuse(range.start, "two changes meet in one place");
            }
            out.push_str(&text[at..of_text.start]);
            out.push_str(with);
            at = of_text.end;
        }
        out.push_str(&text[at..]);
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
