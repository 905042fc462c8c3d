//! What the rules found, where, and how to mend it.

use std::borrow::Cow;
use std::fmt::{self, Write};

use crate::mend::Change;
use crate::reader::{Json, Node, Step, write_name};
use crate::rule::{Level, Rule};

/// The place of a finding.
#[derive(Clone, Copy)]
pub enum Place<'d> {
    /// A value that was read.
    Node(Node<'d>),
    /// A value that may be absent: an object that was read, and the way from there.
    Below(Node<'d>, &'static [&'static str]),
    /// Something outside the object, such as `pods/exec`.
    Fixed(&'static str),
}

impl<'d> From<Node<'d>> for Place<'d> {
    fn from(node: Node<'d>) -> Self {
        Place::Node(node)
    }
}

impl Place<'_> {
    /// The place as people read it, as in `spec.containers[0].ports[1].hostPort`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        self.write_path(&mut path);
        path
    }

    /// Appends the path to `out`.
    pub fn write_path(&self, out: &mut String) {
        let start = out.len();
        match self {
            Place::Node(node) => node.write_path(out),
            Place::Below(node, names) => {
                node.write_path(out);
                for name in *names {
                    write_name(out, start, name);
                }
            }
            Place::Fixed(place) => out.push_str(place),
        }
    }
}

impl<'d> Place<'d> {
    /// The steps from the object to the value.
    #[must_use]
    pub fn steps(&self) -> Vec<Step<'d>> {
        match self {
            Place::Node(node) => node.steps(),
            Place::Below(node, names) => {
                let mut steps = node.steps();
                steps.extend(names.iter().map(|name| Step::Key(name)));
                steps
            }
            Place::Fixed(_) => Vec::new(),
        }
    }
}

/// A value that a fix writes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal<'d> {
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string.
    Text(&'d str),
}

/// A change of the object that mends a finding.
#[derive(Clone, Copy)]
pub enum Edit<'d> {
    /// Removes a value.
    Remove(Node<'d>),
    /// Writes a value, in place of the one that is there or as a new field.
    Set(Place<'d>, Literal<'d>),
}

impl Literal<'_> {
    /// The value as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        match self {
            Literal::Bool(value) => value.to_string(),
            Literal::Int(value) => value.to_string(),
            // Serialising a string cannot fail.
            Literal::Text(text) => serde_json::to_string(text).unwrap_or_default(),
        }
    }
}

impl fmt::Display for Literal<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Bool(value) => value.fmt(out),
            Literal::Int(value) => value.fmt(out),
            Literal::Text("") => out.write_str("\"\""),
            Literal::Text(text) => text.fmt(out),
        }
    }
}

impl<'d> Edit<'d> {
    /// The place that changes.
    #[must_use]
    pub fn place(&self) -> Place<'d> {
        match self {
            Edit::Remove(node) => Place::Node(*node),
            Edit::Set(place, _) => *place,
        }
    }

    /// The value that is there now, if it is a single one.
    #[must_use]
    pub fn old(&self) -> Option<Literal<'d>> {
        let Place::Node(node) = self.place() else { return None };
        match node.json() {
            Json::Bool(value) => Some(Literal::Bool(value)),
            Json::Int(value) => Some(Literal::Int(value)),
            Json::Text(text) => Some(Literal::Text(text)),
            _ => None,
        }
    }

    /// The value that will be there.
    #[must_use]
    pub fn new_value(&self) -> Option<Literal<'d>> {
        match self {
            Edit::Remove(_) => None,
            Edit::Set(_, value) => Some(*value),
        }
    }

    /// The change of the object's JSON text.
    #[must_use]
    pub fn change(&self) -> Change<'d> {
        Change { steps: self.place().steps(), value: self.new_value().map(|value| Cow::Owned(value.to_json())) }
    }

    /// What changes, as in `was 300, set to 30`. `would` is put before what is done.
    #[must_use]
    pub fn describe(&self, would: &str) -> String {
        let mut text = match (self.place(), self.old()) {
            (_, Some(old)) => format!("was {old}, "),
            (Place::Node(_), None) => "was set, ".to_owned(),
            _ => "was not set, ".to_owned(),
        };
        text.push_str(would);
        match self {
            Edit::Remove(_) => text.push_str("removed"),
            Edit::Set(_, value) => {
                let _ = write!(text, "set to {value}");
            }
        }
        text
    }
}

/// One violation.
pub struct Finding<'d> {
    /// The rule that was violated.
    pub rule: &'static Rule,
    /// What it leads to.
    pub level: Level,
    /// Where.
    pub place: Place<'d>,
    /// The container it is about, where it is about one.
    pub container: Option<&'d str>,
    /// What is wrong.
    pub problem: Cow<'static, str>,
    /// What to do.
    pub remedy: Cow<'static, str>,
    /// What mends it; empty where a person must decide.
    pub edits: Vec<Edit<'d>>,
    /// What else follows from mending it; mostly nothing.
    pub caution: &'static str,
    /// Whether it says no more than that the cluster did not answer.
    pub is_unanswered: bool,
}

impl<'d> Finding<'d> {
    /// A finding that no fix mends, about no container.
    #[must_use]
    pub fn new(
        rule: &'static Rule,
        level: Level,
        place: Place<'d>,
        problem: Cow<'static, str>,
        remedy: Cow<'static, str>,
    ) -> Self {
        Finding {
            rule,
            level,
            place,
            container: None,
            problem,
            remedy,
            edits: Vec::new(),
            caution: "",
            is_unanswered: false,
        }
    }

    /// Adds a change that mends the finding.
    pub fn mend(&mut self, edit: Edit<'d>) -> &mut Self {
        self.edits.push(edit);
        self
    }

    /// Whether it is about the pods that are made from a workload's template.
    #[must_use]
    pub fn is_in_template(&self) -> bool {
        let steps = self.place.steps();
        matches!(
            steps.as_slice(),
            [Step::Key("template"), ..]
                | [Step::Key("spec"), Step::Key("template"), ..]
                | [Step::Key("spec"), Step::Key("jobTemplate"), Step::Key("spec"), Step::Key("template"), ..]
        )
    }

    /// What the fix changes, in one line. `would` is put before what is done: empty, or `would be `.
    #[must_use]
    pub fn describe_fix(&self, would: &str) -> String {
        let path = self.place.path();
        let mut text = String::new();
        if self.edits.is_empty() {
            // The fix that keeps a pod off virtual nodes adds to what is there.
            text.push_str(would);
            text.push_str("set to keep the pod off virtual nodes");
        }
        for edit in &self.edits {
            let place = edit.place().path();
            let inner = place.strip_prefix(&path).map_or(place.as_str(), |inner| inner.trim_start_matches('.'));
            match (edit, edit.place()) {
                // Several values that were not there: the first one says so for all.
                (Edit::Set(_, value), Place::Below(..)) => {
                    text.push_str(if text.is_empty() { "was not set, " } else { ", " });
                    if text.ends_with("set, ") {
                        text.push_str(would);
                        text.push_str("set to ");
                    }
                    if !inner.is_empty() {
                        text.push_str(inner);
                        text.push('=');
                    }
                    let _ = write!(text, "{value}");
                }
                _ => {
                    if !text.is_empty() {
                        text.push_str(", and ");
                    }
                    if !inner.is_empty() {
                        text.push_str(inner);
                        text.push(' ');
                    }
                    text.push_str(&edit.describe(would));
                }
            }
        }
        if !self.caution.is_empty() {
            let _ = write!(text, " ({})", self.caution);
        }
        text
    }

    /// Whether two objects have this finding in common: the same rule finds the same value in the same place.
    #[must_use]
    pub fn is_same(&self, other: &Finding<'_>) -> bool {
        let text = |place: &Place<'_>| match place {
            Place::Node(node) => node.text().map(str::to_owned),
            _ => None,
        };
        self.rule.id == other.rule.id
            && self.problem == other.problem
            && self.place.path() == other.place.path()
            && text(&self.place) == text(&other.place)
    }

    /// Keeps the finding from denying a request.
    pub fn only_warn(&mut self) -> &mut Self {
        self.level = self.level.min(Level::Warn);
        self
    }
}

/// Text that a rule writes: fixed, or put together from names and numbers.
pub trait Phrase {
    /// The text itself.
    fn phrase(self) -> Cow<'static, str>;
}

impl Phrase for &'static str {
    fn phrase(self) -> Cow<'static, str> {
        Cow::Borrowed(self)
    }
}

impl Phrase for fmt::Arguments<'_> {
    #[inline(never)]
    fn phrase(self) -> Cow<'static, str> {
        Cow::Owned(self.to_string())
    }
}

/// Collects the findings of one request, in the order in which they are reported.
pub struct Findings<'d> {
    list: Vec<Finding<'d>>,
    rule: Option<(&'static Rule, Level)>,
    container: Option<&'d str>,
}

impl<'d> Findings<'d> {
    /// No findings yet.
    #[must_use]
    pub fn new() -> Self {
        Findings { list: Vec::new(), rule: None, container: None }
    }

    /// Sets the rule that is asked next, its level, and the container it is asked about.
    pub(crate) fn ask(&mut self, rule: &'static Rule, level: Level, container: Option<&'d str>) {
        self.rule = Some((rule, level));
        self.container = container;
    }

    /// Adds a finding of the rule that is being asked; returns it, so that a fix can be added.
    ///
    /// `problem` says what is wrong and `remedy` what to do, without `;` and without the container's name, which is
    /// put in front of the problem. For a container the problem therefore starts with a verb.
    #[inline(never)]
    pub fn add(
        &mut self,
        place: impl Into<Place<'d>>,
        problem: impl Phrase,
        remedy: impl Phrase,
    ) -> Option<&mut Finding<'d>> {
        self.push(place.into(), problem.phrase(), remedy.phrase(), None)
    }

    /// Adds a finding that `edit` mends.
    #[inline(never)]
    pub fn mendable(&mut self, place: impl Into<Place<'d>>, problem: impl Phrase, remedy: impl Phrase, edit: Edit<'d>) {
        self.push(place.into(), problem.phrase(), remedy.phrase(), Some(edit));
    }

    // The callers are many and of many types: this part of them is in the module once.
    #[inline(never)]
    fn push(
        &mut self,
        place: Place<'d>,
        problem: Cow<'static, str>,
        remedy: Cow<'static, str>,
        edit: Option<Edit<'d>>,
    ) -> Option<&mut Finding<'d>> {
        let (rule, level) = self.rule?;
        let mut finding = Finding::new(rule, level, place, problem, remedy);
        finding.container = self.container;
        finding.edits.extend(edit);
        self.list.push(finding);
        self.list.last_mut()
    }

    /// Adds a change that is worth making where fixes are on, although nothing is wrong without it.
    pub fn improve(&mut self, place: impl Into<Place<'d>>, problem: impl Phrase, edit: Edit<'d>) {
        if let Some(finding) = self.push(place.into(), problem.phrase(), Cow::Borrowed(""), Some(edit)) {
            finding.level = Level::Off;
        }
    }

    /// The findings, first to last.
    #[must_use]
    pub fn into_list(self) -> Vec<Finding<'d>> {
        self.list
    }
}

impl Default for Findings<'_> {
    fn default() -> Self {
        Self::new()
    }
}
