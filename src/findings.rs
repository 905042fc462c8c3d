//! What the rules found, where, and how to mend it.

use std::borrow::Cow;
use std::fmt;

use crate::reader::{Node, write_name};
use crate::rule::{Level, Rule};

/// The place of a finding.
#[derive(Clone, Copy)]
pub enum Place<'d> {
    /// A value that was read.
    Node(Node<'d>),
    /// A field that may be absent: the object that it belongs to, and its name.
    Field(Node<'d>, &'static str),
    /// An annotation of an object that may have none, or no metadata: the object, and the annotation's name.
    Annotation(Node<'d>, &'static str),
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
        match self {
            Place::Node(node) => node.path(),
            Place::Field(node, name) => {
                let mut path = node.path();
                write_name(&mut path, name);
                path
            }
            Place::Annotation(node, name) => {
                let mut path = node.path();
                for step in ["metadata", "annotations", name] {
                    write_name(&mut path, step);
                }
                path
            }
            Place::Fixed(place) => (*place).to_owned(),
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
    /// Replaces the first value with a copy of the second one.
    Copy(Node<'d>, Node<'d>),
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
}

impl<'d> Finding<'d> {
    /// Adds a change that mends the finding.
    pub fn mend(&mut self, edit: Edit<'d>) -> &mut Self {
        self.edits.push(edit);
        self
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
    pub fn add(
        &mut self,
        place: impl Into<Place<'d>>,
        problem: impl Phrase,
        remedy: impl Phrase,
    ) -> Option<&mut Finding<'d>> {
        let (rule, level) = self.rule?;
        self.list.push(Finding {
            rule,
            level,
            place: place.into(),
            container: self.container,
            problem: problem.phrase(),
            remedy: remedy.phrase(),
            edits: Vec::new(),
        });
        self.list.last_mut()
    }

    /// Adds a finding that `edit` mends.
    pub fn mendable(&mut self, place: impl Into<Place<'d>>, problem: impl Phrase, remedy: impl Phrase, edit: Edit<'d>) {
        if let Some(finding) = self.add(place, problem, remedy) {
            finding.mend(edit);
        }
    }

    /// Adds a change that is worth making where fixes are on, although nothing is wrong without it.
    pub fn improve(&mut self, place: impl Into<Place<'d>>, problem: impl Phrase, edit: Edit<'d>) {
        if let Some(finding) = self.add(place, problem, "") {
            finding.level = Level::Off;
            finding.mend(edit);
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
