//! The form of every setting, as a table.

use super::platform::{COMPARISON_PAGE, FILE_STORAGE};
use crate::lint::lookup::Lookup;

/// The form of a setting's value.
#[derive(Clone, Copy)]
pub enum Form {
    /// `true` or `false`.
    Flag,
    /// A string.
    Text,
    /// A string that is not empty.
    Name,
    /// A URL, or an empty string.
    Url,
    /// One of these strings. YAML 1.1 reads an unquoted `off` as false.
    Choice(&'static [&'static str]),
    /// A list of values of this form.
    List(&'static Form),
    /// An object with any keys and values of this form.
    Map(&'static Form),
    /// An object with these keys.
    Object(&'static [Setting]),
    /// The settings of rules. Their declarations define the form.
    Rules,
}

/// The name and form of a setting.
pub type Setting = (&'static str, Form);

pub(super) const NAMES: Form = Form::List(&Form::Name);
pub(super) const LABELS: Form = Form::Map(&Form::Text);

/// All settings.
pub(super) const SETTINGS: &[Setting] = &[
    ("allowAnnotations", Form::Flag),
    ("annotate", Form::Flag),
    ("exemptions", Form::List(&Form::Object(EXEMPTION))),
    ("helpUrl", Form::Url),
    ("lookups", Form::List(&Form::Choice(&Lookup::NAMES))),
    ("mutate", Form::Choice(&["off", "safe", "full"])),
    ("mutateTemplates", Form::Flag),
    ("nodeKind", Form::Choice(&["virtual", "managed", "mixed"])),
    ("onLookupFailure", Form::Choice(&["deny", "warn"])),
    ("platform", Form::Choice(&[COMPARISON_PAGE, FILE_STORAGE])),
    ("podTemplates", Form::List(&Form::Object(POD_TEMPLATE))),
    ("profile", Form::Choice(&["strict", "tolerant"])),
    ("rules", Form::Rules),
    ("virtualNodes", Form::Object(&[("labels", LABELS), ("taints", Form::List(&Form::Object(TAINT)))])),
];

pub(super) const EXEMPTION: &[Setting] = &[
    ("namespaces", NAMES),
    ("names", NAMES),
    ("kinds", NAMES),
    ("labels", LABELS),
    ("users", NAMES),
    ("groups", NAMES),
    ("rules", NAMES),
    ("reason", Form::Text),
];

pub(super) const POD_TEMPLATE: &[Setting] = &[("group", Form::Name), ("kind", Form::Name), ("path", Form::Name)];

pub(super) const TAINT: &[Setting] = &[
    ("key", Form::Name),
    ("value", Form::Text),
    ("effect", Form::Choice(&["NoSchedule", "PreferNoSchedule", "NoExecute"])),
];

/// The settings of `placement`, the fix that belongs to no rule.
pub(super) const PLACEMENT: Form = Form::Object(&[("mutate", Form::Flag)]);

/// Returns the names of all settings, in camelCase.
pub fn keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|(name, _)| *name)
}
