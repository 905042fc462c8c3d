//! The declaration of a rule.

use std::marker::PhantomData;

use crate::lint::lookup::Lookup;
use crate::lint::oracle::Row;

/// The effect of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// No effect; the rule isn't evaluated.
    Off,
    /// The request is accepted with a warning.
    Warn,
    /// The request is rejected.
    Deny,
}

impl Level {
    /// All levels, in the order of the documentation.
    pub const ALL: [Level; 3] = [Level::Deny, Level::Warn, Level::Off];

    /// The level's name in settings and documentation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }
}

/// The extent of a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fix {
    /// Sets the field to Kubernetes' default or to what the virtual node does anyway.
    Safe,
    /// Changes what the workload asks for.
    Full,
}

/// A setting of one rule. Must be a static: settings identify it by its address.
#[derive(Debug)]
pub struct Parameter {
    /// The name in the settings, in camelCase.
    pub name: &'static str,
    /// The values it accepts.
    pub kind: ParameterKind,
}

/// The values that a parameter accepts.
#[derive(Clone, Copy, Debug)]
pub enum ParameterKind {
    /// A list of names.
    Names,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A range of ports as `<first>-<last>`.
    PortRange,
    /// A Kubernetes quantity.
    Quantity,
    /// An integer from the first to the last, both included.
    Number(i64, i64),
}

/// A list for documentation and tests only. The wasm module doesn't contain it.
#[derive(Debug)]
pub struct Documented<T: 'static> {
    #[cfg(not(target_arch = "wasm32"))]
    items: &'static [T],
    item: PhantomData<T>,
}

/// Creates a list for documentation and tests only.
#[must_use]
pub const fn doc<T>(items: &'static [T]) -> Documented<T> {
    #[cfg(target_arch = "wasm32")]
    let _ = items;
    Documented {
        #[cfg(not(target_arch = "wasm32"))]
        items,
        item: PhantomData,
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl<T> std::ops::Deref for Documented<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.items
    }
}

/// A rule. Usually covers one row of Oracle's page; `docs/rules/<id>.md` gives the reason and the remedy.
#[derive(Debug)]
pub struct Rule {
    /// The rule's name in settings, findings and documentation.
    pub id: &'static str,
    /// The level under the profile `strict`.
    pub strict: Level,
    /// The level under the profile `tolerant`.
    pub tolerant: Level,
    /// The extent of its fix; `None` without a fix.
    pub fix: Option<Fix>,
    /// The rule's own settings.
    pub parameters: &'static [&'static Parameter],
    /// The rows of Oracle's page that the rule covers, in the order of the page.
    pub rows: Documented<Row>,
    /// True to evaluate the rule also when a running pod is resized.
    pub is_asked_on_resize: bool,
    /// True to fix new Jobs even if the fix of templates is off.
    pub fixes_new_jobs: bool,
    /// The kinds that the setting `lookups` must name for the rule to find anything.
    pub lookups: Documented<Lookup>,
    /// True if the default webhook rules don't send the requests that this rule checks.
    pub outside_default_webhook_rules: bool,
    /// The names of the fields that its fix may change. A name that ends with `.` or `[` is an object inside
    /// `resources`, whose members it may change.
    pub fix_fields: Documented<&'static str>,
}

impl Rule {
    /// Defaults for declarations: denies under both profiles.
    pub const NEW: Rule = Rule {
        id: "",
        strict: Level::Deny,
        tolerant: Level::Deny,
        fix: None,
        parameters: &[],
        rows: doc(&[]),
        is_asked_on_resize: false,
        fixes_new_jobs: false,
        lookups: doc(&[]),
        outside_default_webhook_rules: false,
        fix_fields: doc(&[]),
    };
}

/// The fix that keeps a pod off virtual nodes instead of denying it. It has no checks of its own.
pub static PLACEMENT: Rule = Rule {
    id: "placement",
    strict: Level::Warn,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: doc(&[Row::MixedClusters]),
    ..Rule::NEW
};

/// Reports an exemption annotation that has no effect. Not part of the catalogue.
pub static EXEMPTION: Rule = Rule { id: "exemption", strict: Level::Warn, tolerant: Level::Warn, ..Rule::NEW };
