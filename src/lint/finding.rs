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

/// The value that an edit replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Old {
    /// There was no value.
    Absent,
    /// A boolean, number or string.
    Scalar(Scalar),
    /// A list or an object.
    Structure,
}

/// A change to one value of the object, as part of a fix.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The path from the object's root to the value.
    pub steps: Vec<Step<'static>>,
    /// The current value.
    pub old: Old,
    /// The new value; `None` removes it.
    pub new: Option<Scalar>,
}

/// A violation of a rule.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that was violated.
    pub rule: &'static Rule,
    /// The level.
    pub level: Level,
    /// The field, or the subresource.
    pub path: FieldPath,
    /// The field's value, if it is a scalar. Compared with the old object's, never shown.
    pub value: Option<String>,
    /// The container's name, if the finding is about a container.
    pub container: Option<String>,
    /// The problem.
    pub problem: Cow<'static, str>,
    /// The remedy.
    pub remedy: Cow<'static, str>,
    /// The edits that fix it. Empty if the fix is off or needs a person's decision.
    pub edits: Vec<Edit>,
    /// A side effect of the fix to warn about; usually empty.
    pub caution: &'static str,
    /// The rule without whose fix Kubernetes would reject this one's.
    pub relies_on: Option<&'static Rule>,
    /// True if the finding is in a pod template of a workload.
    pub is_in_template: bool,
    /// True if the finding only reports a failed look-up.
    pub is_lookup_failure: bool,
}
