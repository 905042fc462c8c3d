//! The policy crate, as the tests use it. No other file of the tests names the crate, so that a change of its modules
//! or of the way it is called is a change of this file.

use std::collections::BTreeSet;

pub use oke_virtual_nodes_policy::kinds::{KINDS as KNOWN_KINDS, Kind as KnownKind, KindInfo as KnownKindInfo};
pub use oke_virtual_nodes_policy::lookups::{Cluster, Host, Lookup, Unanswered};
pub use oke_virtual_nodes_policy::reader::{Field, Fields, Shape, View};
pub use oke_virtual_nodes_policy::rule::{Fix, Level, ParameterKind, Rule};
pub use oke_virtual_nodes_policy::rules::RULES;
pub use oke_virtual_nodes_policy::views;

use oke_virtual_nodes_policy::findings::Finding;
use oke_virtual_nodes_policy::policy::{self, Outcome};
use oke_virtual_nodes_policy::rule::{Check, TEMPLATES};
use oke_virtual_nodes_policy::rules::JUDGED_ON_RESIZE;
use oke_virtual_nodes_policy::{exempt, placement, settings};
use serde_json::Value;

/// The annotation in which the settings can have a fixed object say what was changed in it.
pub const FIXED_ANNOTATION: &str = "oke-virtual-nodes.kubewarden.io/mended";

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
    let mut verdict = None;
    policy::answer(cluster, payload, &mut |outcome| {
        let answer = match outcome {
            Outcome::Accepted => Verdict::Accepted,
            Outcome::Rejected(code, message) => Verdict::Rejected(code, message),
            Outcome::Judged(judgement) => {
                Verdict::Judged(judgement.subject, judgement.findings.into_iter().map(found).collect())
            }
        };
        assert_eq!(verdict.replace(answer), None, "one answer to a request");
    });
    verdict.expect("an answer to a request")
}

fn found(finding: Finding<'_>) -> Found {
    Found {
        path: finding.place.path(),
        rule: finding.rule.id,
        level: finding.level,
        container: finding.container.map(str::to_owned),
        text: format!("{}; {}", finding.problem, finding.remedy),
    }
}

/// The response to a payload, as JSON text: the bytes that the host gets.
pub fn response(cluster: &dyn Cluster, payload: &[u8]) -> String {
    serde_json::to_string(&policy::validate_in(cluster, payload)).expect("a response is JSON")
}

/// The fixed object as it is written in the response to a payload; `None` where the response has none.
pub fn fixed_text(payload: &[u8]) -> Option<String> {
    let response = policy::validate(payload);
    let fixed = response.mutated_object.as_ref().map(|object| object.get().to_owned())?;
    let bytes = serde_json::to_string(&response).expect("a response is JSON");
    assert!(bytes.contains(&fixed), "{bytes}");
    Some(fixed)
}

// The settings.

/// The errors in settings, as one message; `None` where they are valid.
pub fn settings_errors(json: Option<&str>) -> Option<String> {
    settings::check(json).err().map(|invalid| invalid.0)
}

/// The names of the settings.
pub fn settings_keys() -> impl Iterator<Item = &'static str> {
    settings::keys()
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
    RULES.iter().chain([&&placement::RULE, &&exempt::RULE]).any(|rule| rule.id == id)
}

/// Whether any rule is asked about a resize of a pod.
pub fn is_resize_judged() -> bool {
    !JUDGED_ON_RESIZE.is_empty()
}

/// The groups and resources that a rule looks at, except those of custom resources.
pub fn resources_of(rule: &Rule) -> BTreeSet<(String, String)> {
    let kinds = rule.checks.iter().flat_map(|check| match check {
        Check::Object(kinds, _) => kinds,
        Check::Pod(_) | Check::Volume(_) | Check::Container(_) => TEMPLATES,
        Check::Update(_) => &[KnownKind::Pod],
    });
    let resource = |kind: &KnownKind| {
        let info = KNOWN_KINDS.iter().find(|info| info.kind == *kind).expect("a known kind");
        (info.group.to_owned(), info.resource.to_owned())
    };
    kinds.filter(|kind| **kind != KnownKind::Custom).map(resource).collect()
}

// The kinds.

/// What is read of an object of that kind; `None` if no rule knows it.
pub fn shape(group: &str, kind: &str) -> Option<&'static Shape> {
    Some(KnownKind::find(group, kind)?.shape())
}

/// What is read of the object of a request; `None` if no rule knows its kind.
pub fn shape_of(request: &Value) -> Option<&'static Shape> {
    let name = |key: &str| request["kind"][key].as_str().unwrap_or_default();
    shape(name("group"), name("kind"))
}

/// What is read of a custom resource.
pub fn custom_shape() -> &'static Shape {
    KnownKind::Custom.shape()
}

// What people read about a rule.

/// The sections of a rule's page, and its two examples as YAML.
pub struct Prose {
    pub row: &'static str,
    pub summary: &'static str,
    pub why: &'static str,
    pub instead: &'static str,
    /// An example in which the rule finds something.
    pub fails: &'static str,
    /// The same example, fixed.
    pub fixed: &'static str,
}

/// What people read about a rule.
pub fn prose(rule: &Rule) -> Prose {
    let docs = &rule.docs;
    Prose {
        row: docs.row,
        summary: docs.summary,
        why: docs.why,
        instead: docs.instead,
        fails: docs.fails,
        fixed: docs.mended,
    }
}
