//! What a rule is: the declaration that everything else is made from.

use crate::findings::Findings;
use crate::kinds::Kind;
use crate::lookups::Lookup;
use crate::oracle::Row;
use crate::subject::Subject;
use crate::views::{Container, PodSpec, Volume};

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

/// A setting of one rule. The rule's page, `docs/rules/<id>.md`, says what it means and what holds without it.
pub struct Parameter {
    /// Its name in the settings, in camelCase.
    pub name: &'static str,
    /// Which values it takes.
    pub kind: ParameterKind,
}

/// Which values a parameter takes.
#[derive(Clone, Copy)]
pub enum ParameterKind {
    /// A list of names.
    Names,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A range of ports as `<first>-<last>`.
    PortRange,
    /// A Kubernetes quantity.
    Quantity,
}

/// Names of fields that documentation and tests read and the policy doesn't. The module contains none of them: a policy
/// server would load them for every request.
#[derive(Clone, Copy)]
pub struct Fields {
    #[cfg(not(target_arch = "wasm32"))]
    names: &'static [&'static str],
}

impl Fields {
    /// These fields.
    #[must_use]
    pub const fn of(names: &'static [&'static str]) -> Self {
        #[cfg(target_arch = "wasm32")]
        let _ = names;
        Fields {
            #[cfg(not(target_arch = "wasm32"))]
            names,
        }
    }

    /// Their names.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        self.names
    }
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub enum Check {
    /// An object of one of these kinds as a whole, once.
    Object(&'static [Kind], for<'d> fn(&Subject<'d>, &mut Findings<'d>)),
    /// The pod's fields, once for each pod template.
    Pod(for<'d> fn(&Subject<'d>, PodSpec<'d>, &mut Findings<'d>)),
    /// Each volume.
    Volume(for<'d> fn(&Subject<'d>, Volume<'d>, &mut Findings<'d>)),
    /// Each container: init, normal and ephemeral ones.
    Container(for<'d> fn(&Subject<'d>, Container<'d>, &mut Findings<'d>)),
    /// Each init and normal container of a running pod that is updated; it is in [`Subject::before`] as it was.
    Update(for<'d> fn(&Subject<'d>, Container<'d>, &mut Findings<'d>)),
}

/// The kinds that are a pod or make pods from a template, and more.
macro_rules! templates_and {
    ($($more:ident),*) => {
        &[
            Kind::Pod,
            Kind::Deployment,
            Kind::ReplicaSet,
            Kind::StatefulSet,
            Kind::DaemonSet,
            Kind::Job,
            Kind::CronJob,
            Kind::ReplicationController,
            Kind::PodTemplate,
            $(Kind::$more),*
        ]
    };
}

/// The kinds that are a pod or make pods from a template.
pub const TEMPLATES: &[Kind] = templates_and!();

/// The kinds in which a product can be recognised: workloads and the product's own objects.
pub const PRODUCT_KINDS: &[Kind] = templates_and!(Custom);

/// The kinds in which a service mesh can be recognised: also namespaces, which ask for its proxies.
pub const MESH_KINDS: &[Kind] = templates_and!(Custom, Namespace);

/// A rule: one row of Oracle's page, or a part of it. Its page, `docs/rules/<id>.md`, says why and what to do instead.
///
/// A declaration names the fields that differ from [`Rule::NEW`].
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
    pub parameters: &'static [Parameter],
    /// What it looks at, and how.
    pub checks: &'static [Check],
    /// The rows of Oracle's page that it stands for, in the order of the page.
    pub rows: &'static [Row],
    /// Whether it is also asked when a running pod is resized.
    pub on_resize: bool,
    /// The kinds that the setting `lookups` has to name, or the rule finds nothing.
    pub lookups: &'static [Lookup],
    /// Whether the webhook rules that come with the policy leave out the requests that this rule looks at.
    pub outside_default_webhook_rules: bool,
    /// The fields that its fix may change, by name. One that ends with `.` or `[` is the object whose members it may
    /// change, inside `resources`.
    pub fix_fields: Fields,
}

impl Rule {
    /// A rule that denies under both profiles, with nothing else declared.
    pub const NEW: Rule = Rule {
        id: "",
        strict: Level::Deny,
        tolerant: Level::Deny,
        fix: None,
        parameters: &[],
        checks: &[],
        rows: &[],
        on_resize: false,
        lookups: &[],
        outside_default_webhook_rules: false,
        fix_fields: Fields::of(&[]),
    };
}
