//! Judges a request with the policy. The only file of the command line that calls the policy to do so; everything else
//! works with the values that it returns.

use oke_virtual_nodes_policy::findings::Finding as PolicyFinding;
use oke_virtual_nodes_policy::lookups::{Cluster, Unanswered};
use oke_virtual_nodes_policy::mend::Change as PolicyChange;
use oke_virtual_nodes_policy::policy::{self, Judgement, Outcome};
use oke_virtual_nodes_policy::reader::{Step as PolicyStep, path_of};
use oke_virtual_nodes_policy::rule::Level as PolicyLevel;
use oke_virtual_nodes_policy::{placement, settings};
use serde::Serialize;
use serde_json::Value;

use crate::cluster::{ManifestCluster, NoAnswer};
use crate::path::Step;

/// The status code of a denial.
const FORBIDDEN: u16 = 403;

/// The id of the fix that keeps pods off virtual nodes. It belongs to no rule.
pub const PLACEMENT: &str = placement::RULE.id;

/// The effect of a finding on the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The object is denied.
    Deny,
    /// The object is accepted with a warning.
    Warn,
    /// The settings or an annotation exempt the object; nothing happens.
    Exempted,
}

/// A problem in one place.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The id of the rule.
    pub rule: &'static str,
    /// Its effect.
    pub level: Level,
    /// The field, as people read it.
    pub path: String,
    /// The way to the field; empty if it is outside of the object.
    #[serde(skip)]
    pub steps: Vec<Step>,
    /// The container, if the field is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
    /// Whether the policy fixes it with these settings.
    pub fixed: bool,
    /// The changes of that fix.
    #[serde(skip)]
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
    /// The findings: first those that are fixed, then those that remain, then those that are exempt.
    pub findings: Vec<Finding>,
}

/// Judges a request. `payload` is Kubewarden's `{"request": ..., "settings": ...}`, as JSON.
#[must_use]
pub fn judge(payload: &[u8], cluster: &ManifestCluster<'_>) -> Verdict {
    let mut verdict = Verdict::default();
    policy::answer(cluster, payload, &mut |outcome| {
        verdict = match outcome {
            Outcome::Accepted => Verdict { accepted: true, ..Verdict::default() },
            Outcome::Rejected(code, message) => {
                Verdict { code: Some(code), message: Some(message), ..Verdict::default() }
            }
            Outcome::Judged(judgement) => judged(judgement),
        };
    });
    verdict
}

/// Checks settings, as JSON.
///
/// # Errors
/// All that is wrong with them, in one message.
pub fn check_settings(json: &str) -> Result<(), String> {
    settings::check(Some(json)).map_err(|error| error.0)
}

impl Cluster for ManifestCluster<'_> {
    fn ask(&self, capability: &str, question: &str) -> Result<Vec<u8>, Unanswered> {
        self.answer(capability, question).map_err(|reason| match reason {
            NoAnswer::Missing => Unanswered::Missing,
            NoAnswer::Failed => Unanswered::Failed,
        })
    }
}

fn judged(judgement: Judgement<'_>) -> Verdict {
    let accepted = !judgement.is_denied();
    // A finding that is fixed denies nothing.
    let fixed = judgement.mended.iter().map(|found| Finding { fixed: true, ..finding(found, Level::Warn) });
    let remaining = judgement.findings.iter().filter_map(|found| Some(finding(found, level(found.level)?)));
    let exempted = judgement.exempted.iter().map(|found| finding(found, Level::Exempted));
    Verdict {
        accepted,
        code: (!accepted).then_some(FORBIDDEN),
        message: None,
        findings: fixed.chain(remaining).chain(exempted).collect(),
        advice: judgement.advice.filter(|_| !accepted),
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

fn finding(found: &PolicyFinding<'_>, level: Level) -> Finding {
    Finding {
        rule: found.rule.id,
        level,
        path: found.place.path(),
        steps: steps(&found.place.steps()),
        container: found.container.map(str::to_owned),
        problem: found.problem.to_string(),
        remedy: found.remedy.to_string(),
        fixed: false,
        changes: found.edits.iter().map(|edit| change(&edit.change())).collect(),
    }
}

fn change(change: &PolicyChange<'_>) -> Change {
    // The policy writes the values of its changes as JSON.
    let value = change.value.as_deref().map(|json| serde_json::from_str(json).unwrap_or(Value::Null));
    Change { steps: steps(&change.steps), path: path_of(&change.steps), value }
}

fn steps(steps: &[PolicyStep<'_>]) -> Vec<Step> {
    let owned = |step: &PolicyStep<'_>| match step {
        PolicyStep::Key(key) => Step::Key((*key).to_owned()),
        PolicyStep::Index(index) => Step::Index(*index),
    };
    steps.iter().map(owned).collect()
}
