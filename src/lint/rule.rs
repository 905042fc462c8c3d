//! A rule's declaration.

use std::marker::PhantomData;

use crate::lint::lookup::Lookup;
use crate::lint::oracle::Row;

/// What a finding leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Off,
    /// The request is accepted with a warning.
    Warn,
    /// The request is rejected.
    Deny,
}

impl Level {
    /// Every level, in the order in which people read them.
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

/// How far a fix goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fix {
    /// Sets the field to what Kubernetes would have defaulted or to what the virtual node does anyway.
    Safe,
    /// Also changes what the workload asked for.
    Full,
}

/// A setting of one rule. Each is a static of its own: the settings keep its value under its address.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in the settings, in camelCase.
    pub name: &'static str,
    /// Which values it takes.
    pub kind: ParameterKind,
}

/// Which values a parameter takes.
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
    /// A whole number from the first to the last.
    Number(i64, i64),
}

/// A list that only documentation and tests read. The module does not carry it.
#[derive(Debug)]
pub struct Documented<T: 'static> {
    #[cfg(not(target_arch = "wasm32"))]
    items: &'static [T],
    item: PhantomData<T>,
}

/// A list that only documentation and tests read.
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

/// A rule: one row of Oracle's page, or a part of it. Its page, `docs/rules/<id>.md`, says why and what to do instead.
#[derive(Debug)]
pub struct Rule {
    /// Its name in settings, findings and documentation; says what is wrong.
    pub id: &'static str,
    /// The level under the profile `strict`.
    pub strict: Level,
    /// The level under the profile `tolerant`.
    pub tolerant: Level,
    /// How far its fix goes, if it has one.
    pub fix: Option<Fix>,
    /// Its own settings.
    pub parameters: &'static [&'static Parameter],
    /// The rows of Oracle's page that it stands for, in the order of the page.
    pub rows: Documented<Row>,
    /// Whether it is also asked when a running pod is resized.
    pub is_asked_on_resize: bool,
    /// Whether its fix is made in new Jobs, although their template stays as it is.
    pub fixes_new_jobs: bool,
    /// The kinds that the setting `lookups` has to name, or the rule finds nothing.
    pub lookups: Documented<Lookup>,
    /// Whether the webhook rules that come with the policy leave out the requests that this rule looks at.
    pub outside_default_webhook_rules: bool,
    /// The fields that its fix may change, by name. One that ends with `.` or `[` is the object whose members it may
    /// change, inside `resources`.
    pub fix_fields: Documented<&'static str>,
}

impl Rule {
    /// A rule that denies under both profiles, with nothing else declared. A declaration names the fields that differ.
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

/// The fix that keeps a pod off virtual nodes instead of denying it. It finds nothing by itself.
pub static PLACEMENT: Rule = Rule {
    id: "placement",
    strict: Level::Warn,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: doc(&[Row::MixedClusters]),
    ..Rule::NEW
};

/// Speaks of an annotation that has no effect. Not a rule of the catalogue.
pub static EXEMPTION: Rule = Rule { id: "exemption", strict: Level::Warn, tolerant: Level::Warn, ..Rule::NEW };
