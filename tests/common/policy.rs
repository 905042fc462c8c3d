//! The policy crate, as the tests use it. No other file of the tests names the crate, so that a change of its modules
//! or of the way it is called is a change of this file.

use std::collections::BTreeSet;

pub use oke_virtual_nodes_policy::cluster::{Cluster, Grant, Host, LookupError, fields as lookup_fields};
pub use oke_virtual_nodes_policy::document::shape::{Field, Fields, Shape};
pub use oke_virtual_nodes_policy::document::view::View;
pub use oke_virtual_nodes_policy::kubernetes::kinds::{
    KINDS as KNOWN_KINDS, Kind as KnownKind, KindInfo as KnownKindInfo,
};
pub use oke_virtual_nodes_policy::kubernetes::views;
pub use oke_virtual_nodes_policy::lint::lookup::Lookup;
pub use oke_virtual_nodes_policy::lint::rule::{Fix, Level, ParameterKind, Rule};
pub use oke_virtual_nodes_policy::rules::RULES;
pub use oke_virtual_nodes_policy::{PROTOCOL_VERSION, validate_settings};

use oke_virtual_nodes_policy::CATALOGUE;
use oke_virtual_nodes_policy::document::pattern::{Pattern, PatternStep};
use oke_virtual_nodes_policy::document::shape::Route;
use oke_virtual_nodes_policy::lint::finding::Finding;
use oke_virtual_nodes_policy::lint::rule::{EXEMPTION, PLACEMENT};
use oke_virtual_nodes_policy::review::verdict::Early;
use serde_json::Value;

/// The annotation in which the settings can have a fixed object say what was changed in it.
pub const FIXED_ANNOTATION: &str = "oke-virtual-nodes.kubewarden.io/fixed";

/// A finding, without ties to the request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub path: String,
    pub rule: &'static str,
    pub level: Level,
    pub container: Option<String>,
    pub text: String,
}

impl Found {
    /// The line in which people read it.
    pub fn line(&self) -> String {
        match &self.container {
            Some(name) => format!("{} {}: container \"{name}\" {}", self.rule, self.path, self.text),
            None => format!("{} {}: {}", self.rule, self.path, self.text),
        }
    }
}

/// The result of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was accepted without a look.
    Accepted,
    /// It cannot be judged.
    Rejected(u16, String),
    /// It was judged: how the object is called, and the findings.
    Judged(String, Vec<Found>),
}

impl Verdict {
    /// The findings; none where there was no look. Panics if the request was not readable.
    pub fn findings(self) -> Vec<Found> {
        match self {
            Verdict::Accepted => Vec::new(),
            Verdict::Judged(_, findings) => findings,
            Verdict::Rejected(code, message) => panic!("rejected with {code}: {message}"),
        }
    }
}

/// The verdict of the policy on a payload, before it is put into words.
pub fn verdict(cluster: &dyn Cluster, payload: &[u8]) -> Verdict {
    match oke_virtual_nodes_policy::judge(cluster, payload) {
        Err(Early::Accepted | Early::StaysOnManagedNodes) => Verdict::Accepted,
        Err(Early::Rejected { code, message }) => Verdict::Rejected(code, message),
        Ok(verdict) => Verdict::Judged(verdict.title, verdict.findings.into_iter().map(found).collect()),
    }
}

fn found(finding: Finding) -> Found {
    Found {
        path: finding.path.text(),
        rule: finding.rule.id,
        level: finding.level,
        container: finding.container,
        text: format!("{}; {}", finding.problem, finding.remedy),
    }
}

/// The response to a payload, as JSON text: the bytes that the host gets.
pub fn response(cluster: &dyn Cluster, payload: &[u8]) -> String {
    oke_virtual_nodes_policy::validate(cluster, payload).to_json()
}

/// The fixed object as it is written in the response to a payload; `None` where the response has none.
pub fn fixed_text(payload: &[u8]) -> Option<String> {
    let response = oke_virtual_nodes_policy::validate(&Host, payload);
    let fixed = response.mutated_object.clone()?;
    let bytes = response.to_json();
    assert!(bytes.contains(&fixed), "{bytes}");
    Some(fixed)
}

// The settings.

/// The errors in settings, as one message; `None` where they are valid.
pub fn settings_errors(json: Option<&str>) -> Option<String> {
    oke_virtual_nodes_policy::check_settings(json).err().map(|error| error.0)
}

/// The names of the settings.
pub fn settings_keys() -> impl Iterator<Item = &'static str> {
    oke_virtual_nodes_policy::config::keys()
}

// The rules.

/// The rule of that id.
pub fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("no rule is called {id}"))
}

/// The level of that name.
pub fn level(name: &str) -> Level {
    Level::ALL.into_iter().find(|level| level.name() == name).unwrap_or_else(|| panic!("no level is called {name}"))
}

/// The name of a fix in the settings.
pub fn fix_name(fix: Fix) -> &'static str {
    match fix {
        Fix::Safe => "safe",
        Fix::Full => "full",
    }
}

/// Whether findings can have that id: it is a rule's, or that of a finding that belongs to no rule.
pub fn is_known_id(id: &str) -> bool {
    RULES.iter().chain([&&PLACEMENT, &&EXEMPTION]).any(|rule| rule.id == id)
}

/// Whether any rule is asked about a resize of a pod.
pub fn is_resize_judged() -> bool {
    RULES.iter().any(|rule| rule.is_asked_on_resize)
}

/// The groups and resources that a rule looks at, except those of custom resources.
pub fn resources_of(rule: &Rule) -> BTreeSet<(String, String)> {
    let checks = CATALOGUE.checks_of(rule);
    let infos = KNOWN_KINDS.iter().filter(|info| checks.iter().any(|check| check.looks_at(info)));
    infos.map(|info| (info.group.to_owned(), info.resource.to_owned())).collect()
}

// The kinds.

/// What is read of an object of that kind; `None` if no rule knows it.
pub fn shape(group: &str, kind: &str) -> Option<&'static Shape> {
    Some(shape_along(&KnownKindInfo::find(group, kind)?.routes()))
}

/// What is read of the object of a request; `None` if no rule knows its kind.
pub fn shape_of(request: &Value) -> Option<&'static Shape> {
    let name = |key: &str| request["kind"][key].as_str().unwrap_or_default();
    shape(name("group"), name("kind"))
}

/// What is read of a custom resource.
pub fn custom_shape() -> &'static Shape {
    shape("cilium.io", "CiliumNetworkPolicy").expect("a group that a rule knows")
}

/// The routes as one shape.
fn shape_along(routes: &[Route<'static>]) -> &'static Shape {
    if let Some(route) = routes.iter().find(|route| route.pattern == Pattern::ROOT) {
        return route.shape;
    }
    let after = |wanted: PatternStep<'_>| -> Vec<Route<'static>> {
        let steps = routes.iter().filter_map(|route| Some((route.pattern.split_first()?, route.shape)));
        steps.filter(|((step, _), _)| *step == wanted).map(|((_, pattern), shape)| Route { pattern, shape }).collect()
    };
    let (first, _) = routes[0].pattern.split_first().expect("a route that does not end here");
    match first {
        PatternStep::Entries => leak(Shape::List(shape_along(&after(first)))),
        PatternStep::Values => leak(Shape::Map(shape_along(&after(first)))),
        PatternStep::Key(_) => {
            let mut known: Vec<Field> = Vec::new();
            for (step, _) in routes.iter().filter_map(|route| route.pattern.split_first()) {
                if let PatternStep::Key(name) = step
                    && !known.iter().any(|field| field.name == name)
                {
                    known.push(Field { name, shape: shape_along(&after(step)) });
                }
            }
            leak(Shape::Object(leak(Fields { known: Vec::leak(known), others: false })))
        }
    }
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

// The examples of a rule.

/// The example in which a rule finds something, as YAML.
pub fn failing_example(rule: &Rule) -> String {
    example(rule, "fails")
}

/// The same example, fixed.
pub fn fixed_example(rule: &Rule) -> String {
    example(rule, "fixed")
}

fn example(rule: &Rule, name: &str) -> String {
    let path = super::repository(&format!("docs/rules/examples/{}/{name}.yaml", rule.id));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
