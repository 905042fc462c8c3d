//! The outcome of a request for the command line: every finding, uncut and with its parts.

use serde::Serialize;

use crate::findings::{Edit, Finding};
use crate::mend::{self, Verbatim};
use crate::policy::Outcome;
use crate::reader;
use crate::rule::Level;

/// The answer of the module's function `findings`.
#[derive(Serialize, Default)]
pub struct Inspection<'d> {
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'d str>,
    findings: Vec<Entry<'d>>,
}

#[derive(Serialize)]
struct Entry<'d> {
    rule: &'static str,
    level: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<&'d str>,
    problem: &'d str,
    remedy: &'d str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fixed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Change>,
}

/// What a fix changes: the way to the value, and the new value; none where the value is removed.
#[derive(Serialize)]
struct Change {
    path: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Verbatim>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Step {
    Key(String),
    Index(usize),
}

/// The outcome as JSON.
///
/// # Errors
/// None that can happen: all of it is text and numbers.
pub fn to_json(outcome: &Outcome<'_>) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&match outcome {
        Outcome::Accepted => Inspection { accepted: true, ..Inspection::default() },
        Outcome::Rejected(code, message) => {
            Inspection { code: Some(*code), message: Some(message), ..Inspection::default() }
        }
        Outcome::Judged(judgement) => {
            let accepted = !judgement.is_denied();
            Inspection {
                accepted,
                code: (!accepted).then_some(403),
                subject: Some(&judgement.subject),
                message: None,
                findings: judgement
                    .mended
                    .iter()
                    .map(mended)
                    .chain(judgement.findings.iter().map(entry))
                    .chain(judgement.exempted.iter().map(exempted))
                    .collect(),
            }
        }
    })
}

fn entry<'d>(finding: &'d Finding<'_>) -> Entry<'d> {
    Entry {
        rule: finding.rule.id,
        level: finding.level.name(),
        path: finding.place.path(),
        container: finding.container,
        problem: &finding.problem,
        remedy: &finding.remedy,
        fixed: false,
        changes: Vec::new(),
    }
}

fn exempted<'d>(finding: &'d Finding<'_>) -> Entry<'d> {
    Entry { level: "exempted", ..entry(finding) }
}

fn mended<'d>(finding: &'d Finding<'_>) -> Entry<'d> {
    let change = |edit: &Edit<'_>| {
        let mend::Change { steps, value } = edit.change();
        let step = |step: &reader::Step<'_>| match step {
            reader::Step::Key(key) => Step::Key((*key).to_owned()),
            reader::Step::Index(index) => Step::Index(*index),
        };
        Change { path: steps.iter().map(step).collect(), value: value.map(|value| Verbatim(value.into_owned())) }
    };
    // What is mended denies nothing.
    let level = Level::Warn.name();
    Entry { level, fixed: true, changes: finding.edits.iter().map(change).collect(), ..entry(finding) }
}
