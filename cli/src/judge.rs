//! Judges a request with the policy. The only file of the command line that calls the policy to do so; everything else
//! works with the values that it returns.

use oke_virtual_nodes_policy::cluster::{Cluster as Host, LookupError};
use oke_virtual_nodes_policy::document::path::{FieldPath, Step as PolicyStep, path_of};
use oke_virtual_nodes_policy::lint::finding::{Edit, Finding as PolicyFinding, Scalar};
use oke_virtual_nodes_policy::lint::rule::{self, Level as PolicyLevel};
use oke_virtual_nodes_policy::review::mutation::Mutation;
use oke_virtual_nodes_policy::review::verdict::{Early, Verdict as PolicyVerdict};
use serde_json::Value;

use crate::cluster::{Cluster, NoAnswer};
use crate::path::Step;

/// The status code of a denial.
const FORBIDDEN: u16 = 403;

/// The id of the fix that keeps pods off virtual nodes. It belongs to no rule.
pub const PLACEMENT: &str = rule::PLACEMENT.id;

/// The effect of a finding on the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The object is denied.
    Deny,
    /// The object is accepted with a warning.
    Warn,
}

/// A problem in one place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The id of the rule.
    pub rule: &'static str,
    /// Its effect.
    pub level: Level,
    /// The field, as people read it.
    pub path: String,
    /// The way to the field; empty if it is outside of the object.
    pub steps: Vec<Step>,
    /// The container, if the field is in one.
    pub container: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
    /// Whether the policy fixes it with these settings.
    pub fixed: bool,
    /// Whether the settings or an annotation exempt the object; then it has no effect.
    pub exempted: bool,
    /// The changes of that fix.
    pub changes: Vec<Change>,
}

/// A change of the object that a fix makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The way to the value.
    pub steps: Vec<Step>,
    /// The same, as people read it.
    pub path: String,
    /// The new value; `None` removes the value.
    pub value: Option<Value>,
}

/// The policy's verdict on a request.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Whether the request is accepted.
    pub accepted: bool,
    /// The HTTP status of a refusal.
    pub code: Option<u16>,
    /// Why the request could not be judged.
    pub message: Option<String>,
    /// How to keep a denied object off virtual nodes.
    pub advice: Option<String>,
    /// Whether its pods stay on managed nodes, so that no rule applies.
    pub stays_on_managed_nodes: bool,
    /// The findings: first those that are fixed, then those that remain, then those that are exempt.
    pub findings: Vec<Finding>,
}

/// Judges a request. `payload` is Kubewarden's `{"request": ..., "settings": ...}`, as JSON.
#[must_use]
pub fn judge(payload: &[u8], cluster: &dyn Cluster) -> Verdict {
    match oke_virtual_nodes_policy::judge(&Asked(cluster), payload) {
        Err(Early::Accepted) => Verdict { accepted: true, ..Verdict::default() },
        Err(Early::StaysOnManagedNodes) => {
            Verdict { accepted: true, stays_on_managed_nodes: true, ..Verdict::default() }
        }
        Err(Early::Rejected { code, message }) => {
            Verdict { code: Some(code), message: Some(message), ..Verdict::default() }
        }
        Ok(verdict) => judged(verdict),
    }
}

/// Checks settings, as JSON.
///
/// # Errors
/// All that is wrong with them, in one message.
pub fn check_settings(json: &str) -> Result<(), String> {
    oke_virtual_nodes_policy::check_settings(Some(json)).map_err(|error| error.0)
}

/// A cluster, as the policy asks it.
struct Asked<'c>(&'c dyn Cluster);

impl Host for Asked<'_> {
    fn ask(&self, capability: &str, question: &str) -> Result<Vec<u8>, LookupError> {
        self.0.answer(capability, question).map_err(|reason| match reason {
            NoAnswer::Missing => LookupError::Missing,
            NoAnswer::Failed => LookupError::Failed,
        })
    }
}

fn judged(verdict: PolicyVerdict) -> Verdict {
    let accepted = !verdict.is_denied();
    let (made, proposed): (&[PolicyFinding], &[PolicyFinding]) = match &verdict.mutation {
        Mutation::None => (&[], &[]),
        Mutation::Proposed(proposed) => (&[], proposed),
        Mutation::Applied { fixes, proposed, .. } => (fixes, proposed),
    };
    // A finding that is fixed denies nothing.
    let fixed = made.iter().chain(proposed).map(|found| Finding { fixed: true, ..finding(found, Level::Warn) });
    let remaining = verdict.findings.iter().filter_map(|found| Some(finding(found, level(found.level)?)));
    let exempted = verdict
        .exempted
        .iter()
        .filter_map(|found| Some(Finding { exempted: true, ..finding(found, level(found.level)?) }));
    Verdict {
        accepted,
        code: (!accepted).then_some(FORBIDDEN),
        message: None,
        stays_on_managed_nodes: false,
        findings: fixed.chain(remaining).chain(exempted).collect(),
        advice: verdict.advice.clone().filter(|_| !accepted),
    }
}

/// The level of a finding; `None` if it has no effect.
fn level(level: PolicyLevel) -> Option<Level> {
    match level {
        PolicyLevel::Off => None,
        PolicyLevel::Warn => Some(Level::Warn),
        PolicyLevel::Deny => Some(Level::Deny),
    }
}

fn finding(found: &PolicyFinding, level: Level) -> Finding {
    let steps = match &found.path {
        FieldPath::Field(path) => self::steps(path),
        FieldPath::Resource(_) => Vec::new(),
    };
    Finding {
        rule: found.rule.id,
        level,
        path: found.path.text(),
        steps,
        container: found.container.clone(),
        problem: found.problem.to_string(),
        remedy: found.remedy.to_string(),
        fixed: false,
        exempted: false,
        changes: found.edits.iter().map(change).collect(),
    }
}

fn change(edit: &Edit) -> Change {
    let value = edit.new.as_ref().map(|value| match value {
        Scalar::Bool(value) => Value::from(*value),
        Scalar::Int(value) => Value::from(*value),
        Scalar::Text(text) => Value::from(text.as_str()),
    });
    Change { steps: steps(&edit.steps), path: path_of(&edit.steps), value }
}

fn steps(steps: &[PolicyStep<'_>]) -> Vec<Step> {
    let owned = |step: &PolicyStep<'_>| match step {
        PolicyStep::Key(key) => Step::Key(key.clone().into_owned()),
        PolicyStep::Index(index) => Step::Index(*index),
    };
    steps.iter().map(owned).collect()
}
