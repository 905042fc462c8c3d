//! `oke-vn check`: every object is put to the module, and the answers become one report.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::edit::Change;
use crate::engine::{Error, Policy};
use crate::fix::FileFix;
use crate::manifests::{Manifests, Object, Skipped};
use crate::request::{Payload, Request};
use crate::settings;

/// Of an object that the module could not read: Kubernetes would not take it either.
const UNREADABLE: u16 = 422;

/// What a finding means for the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The object is refused.
    Deny,
    /// The object is taken, and the user is told.
    Warn,
    /// The settings exempt the object; nothing happens.
    Exempted,
    /// Nothing is wrong, but a fix has something to add.
    Off,
}

/// What is wrong in one place.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Finding {
    /// The id of the rule.
    pub rule: String,
    /// What it means.
    pub level: Level,
    /// The field.
    pub path: String,
    /// The line of the field, or of its nearest parent that is there.
    #[serde(skip_deserializing)]
    pub line: usize,
    /// The container, where the field is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
    /// Whether the policy mends it by itself.
    #[serde(default)]
    pub fixed: bool,
    /// The changes that do so.
    #[serde(default, skip_serializing)]
    pub changes: Vec<Change>,
    /// What was changed in the file, for people; nothing where the file stays as it is.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
}

impl Finding {
    /// Whether it is still there once the file is mended.
    pub fn remains(&self) -> bool {
        self.changed.is_empty()
    }
}

/// The module's answer to `findings`.
#[derive(Debug, Deserialize)]
struct Answer {
    accepted: bool,
    code: Option<u16>,
    message: Option<String>,
    #[serde(default)]
    findings: Vec<Finding>,
}

/// An object and what was found in it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// The index of the object in [`Manifests::objects`].
    #[serde(skip)]
    pub object: usize,
    /// The file.
    pub file: String,
    /// The line where the object starts.
    pub line: usize,
    /// Its `apiVersion`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace, where it lives in one, and its name.
    pub name: String,
    /// Whether a cluster would take it.
    pub accepted: bool,
    /// The status code of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// What there is to say besides the findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The findings, in the policy's order.
    pub findings: Vec<Finding>,
}

impl Judged {
    /// Whether the module could not read the object.
    pub fn is_unreadable(&self) -> bool {
        self.code == Some(UNREADABLE)
    }

    /// Whether there is nothing to say about the object.
    pub fn is_clean(&self) -> bool {
        self.accepted && self.findings.is_empty()
    }

    fn has(&self, level: Level) -> bool {
        self.findings.iter().any(|finding| finding.level == level && finding.remains())
    }
}

/// How often a rule was broken.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// Findings that deny.
    pub denied: usize,
    /// Findings that warn.
    pub warned: usize,
    /// Findings that the settings exempt.
    pub exempted: usize,
    /// Findings that were mended in the files.
    #[serde(skip_serializing_if = "is_zero")]
    pub fixed: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The numbers at the end of a report.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Objects that were judged.
    pub objects: usize,
    /// Of them, those that are refused.
    pub denied: usize,
    /// Of them, those that are taken with warnings.
    pub warned: usize,
    /// Of them, those that are taken without a word because all that was found is exempt.
    pub exempted: usize,
    /// Of them, those without any finding.
    pub clean: usize,
    /// Documents that were not judged.
    pub skipped: usize,
    /// What went wrong.
    pub errors: usize,
    /// Objects in which something was mended, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mended: Option<usize>,
}

/// All that a check has to say.
#[derive(Debug, Default)]
pub struct Report {
    /// The objects that were judged.
    pub objects: Vec<Judged>,
    /// What is no object.
    pub skipped: Vec<Skipped>,
    /// What could not be read or judged at all.
    pub errors: Vec<String>,
    /// Whether the manifests were to be mended.
    pub with_fixes: bool,
    /// What became of the files in which there was something to mend.
    pub files: Vec<FileFix>,
}

impl Report {
    /// The counts by rule, in the order of the ids.
    pub fn rules(&self) -> BTreeMap<&str, RuleCount> {
        let mut rules = BTreeMap::<&str, RuleCount>::new();
        for finding in self.objects.iter().flat_map(|object| &object.findings) {
            let count = rules.entry(&finding.rule).or_default();
            match finding.level {
                _ if !finding.remains() => count.fixed += 1,
                Level::Deny => count.denied += 1,
                Level::Warn => count.warned += 1,
                Level::Exempted => count.exempted += 1,
                Level::Off => {}
            }
        }
        rules
    }

    /// Whether there is a file that changes.
    pub fn has_diff(&self) -> bool {
        self.files.iter().any(|file| matches!(file, FileFix::Mended { .. }))
    }

    /// The counts by object.
    pub fn summary(&self) -> Summary {
        let count = |test: fn(&Judged) -> bool| self.objects.iter().filter(|object| test(object)).count();
        Summary {
            objects: self.objects.len(),
            denied: count(|object| !object.accepted),
            warned: count(|object| object.accepted && object.has(Level::Warn)),
            exempted: count(|object| object.accepted && !object.has(Level::Warn) && object.has(Level::Exempted)),
            clean: count(Judged::is_clean),
            skipped: self.skipped.len(),
            errors: self.errors.len(),
            mended: self.with_fixes.then(|| count(|object| !object.findings.iter().all(Finding::remains))),
        }
    }
}

/// Judges all objects in `manifests`. Bad settings are an error; an object that cannot be judged is one in the report.
pub fn check(policy: &Policy, settings: &RawValue, namespace: &str, manifests: &Manifests) -> Result<Report> {
    let verdict = settings::validate(policy, settings)?;
    if !verdict.valid {
        bail!("the settings are not valid: {}", verdict.message.unwrap_or_default());
    }
    let mut report =
        Report { skipped: manifests.skipped.clone(), errors: manifests.unreadable.clone(), ..Report::default() };
    for (index, object) in manifests.objects.iter().enumerate() {
        match judge(policy, settings, namespace, object, index) {
            Ok(judged) => report.objects.push(judged),
            // Every object would say the same.
            Err(error) if matches!(error.downcast_ref(), Some(Error::NoFunction(_) | Error::Start(_))) => {
                return Err(error.context("this module cannot be used for a check"));
            }
            Err(error) => report.errors.push(format!(
                "{}:{}: {} {} was not judged: {error:#}",
                object.file,
                object.node.line,
                object.kind,
                object.display_name(namespace)
            )),
        }
    }
    Ok(report)
}

/// Puts one object to the module: that at `index` of the manifests.
pub(crate) fn judge(
    policy: &Policy,
    settings: &RawValue,
    namespace: &str,
    object: &Object,
    index: usize,
) -> Result<Judged> {
    let payload = Payload { request: Request::create(object, namespace)?, settings };
    let answer = policy.call("findings", &serde_json::to_vec(&payload)?)?;
    let answer: Answer = serde_json::from_slice(&answer).context("the module's answer to `findings` is not one")?;
    let mut findings = answer.findings;
    for finding in &mut findings {
        finding.line = object.node.line_of(&finding.path);
    }
    Ok(Judged {
        object: index,
        file: object.file.clone(),
        line: object.node.line,
        api_version: object.api_version.clone(),
        kind: object.kind.clone(),
        name: object.display_name(namespace),
        accepted: answer.accepted,
        code: answer.code,
        message: answer.message,
        findings,
    })
}
