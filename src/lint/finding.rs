//! A finding: one violation, with the edits that fix it.

use std::borrow::Cow;

use crate::document::path::{FieldPath, Step};
use crate::lint::rule::{Level, Rule};

/// A boolean, number or string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string.
    Text(String),
}

/// The value in the place of an edit before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Old {
    /// Nothing was there.
    Absent,
    /// A single value was there.
    Scalar(Scalar),
    /// A list or an object was there.
    Structure,
}

/// A change of the object that fixes a finding.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The way from the object to the value.
    pub steps: Vec<Step<'static>>,
    /// The value that is there.
    pub old: Old,
    /// The value that will be there; `None` where it is removed.
    pub new: Option<Scalar>,
}

/// One violation.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that was violated.
    pub rule: &'static Rule,
    /// What it leads to.
    pub level: Level,
    /// The field.
    pub path: FieldPath,
    /// The value of the field, if it is a single one. It is compared and never shown.
    pub value: Option<String>,
    /// The container it is about, where it is about one.
    pub container: Option<String>,
    /// What is wrong.
    pub problem: Cow<'static, str>,
    /// What to do.
    pub remedy: Cow<'static, str>,
    /// The edits that fix it; empty where a person must decide, and where the fix is off.
    pub edits: Vec<Edit>,
    /// What else follows from fixing it; mostly nothing.
    pub caution: &'static str,
    /// Whether it is about the pods that are made from a template of the object.
    pub is_in_template: bool,
    /// Whether it says no more than that a look-up failed.
    pub is_lookup_failure: bool,
}
