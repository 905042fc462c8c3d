//! The form of every setting, as a table.

use super::platform::{COMPARISON_PAGE, FILE_STORAGE};
use crate::lint::lookup::Lookup;

/// What a setting can be.
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
    /// One of these strings. YAML reads a bare `off` as false.
    Choice(&'static [&'static str]),
    /// A list of such values.
    List(&'static Form),
    /// An object with any keys and such values.
    Map(&'static Form),
    /// An object with these keys.
    Object(&'static [Setting]),
    /// What is said of the rules, which their declarations decide.
    Rules,
}

/// A setting's name and what it can be.
pub type Setting = (&'static str, Form);

pub(super) const NAMES: Form = Form::List(&Form::Name);
pub(super) const LABELS: Form = Form::Map(&Form::Text);

/// Every setting.
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

/// What can be said of the fix that belongs to no rule.
pub(super) const PLACEMENT: Form = Form::Object(&[("mutate", Form::Flag)]);

/// The names of the settings, as they are written.
pub fn keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|(name, _)| *name)
}
