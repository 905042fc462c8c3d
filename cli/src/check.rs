//! `oke-vn check`: every object is judged, and the verdicts become one report.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::cluster::ManifestCluster;
use crate::input::{Manifests, Skipped, Unreadable};
use crate::judge::{self, Level, Verdict};
use crate::node::Position;
use crate::parallel;
use crate::request::{Payload, Request};

/// The code of an object that could not be read: Kubernetes would not take it either.
const UNREADABLE: u16 = 422;

/// The surroundings in which objects are judged.
#[derive(Debug, Clone, Copy)]
pub struct Context<'c> {
    /// The settings of the policy, valid JSON.
    pub settings: &'c RawValue,
    /// The namespace of objects that name none.
    pub namespace: &'c str,
    /// Answers to look-ups.
    pub cluster: &'c ManifestCluster<'c>,
}

/// A file in which there is something to fix.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum FileFix {
    /// It can be fixed.
    Fixed {
        /// The file.
        file: String,
        /// The changes as a unified diff.
        diff: String,
        /// The index of the text in [`Manifests::sources`].
        #[serde(skip)]
        source: usize,
        /// The text with the changes.
        #[serde(skip)]
        text: String,
    },
    /// It is not touched.
    LeftAlone {
        /// The file.
        file: String,
        /// The line that it is about.
        line: usize,
        /// Why.
        reason: String,
    },
}

/// A finding in a file.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The finding of the policy.
    #[serde(flatten)]
    pub found: judge::Finding,
    /// The place of the field, or of its nearest parent that is there.
    #[serde(flatten)]
    pub at: Position,
    /// The changes of the file, for people; empty if the file stays as it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
}

impl Finding {
    /// Whether it is still there once the file is fixed.
    #[must_use]
    pub fn remains(&self) -> bool {
        self.changed.is_empty()
    }
}

/// An object and its findings.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// The index of the object in [`Manifests::objects`].
    #[serde(skip)]
    pub object: usize,
    /// The file.
    pub file: String,
    /// Where the object starts.
    #[serde(flatten)]
    pub at: Position,
    /// Its `apiVersion`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace, where it lives in one, and its name.
    pub name: String,
    /// Whether a cluster would accept it.
    pub accepted: bool,
    /// The status code of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// Why the object could not be read, or how to keep it off virtual nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The findings, in the policy's order.
    pub findings: Vec<Finding>,
}

impl Judged {
    /// Whether the object could not be read.
    pub fn is_unreadable(&self) -> bool {
        self.code == Some(UNREADABLE)
    }

    /// What came of the object, with what is fixed in its file taken as fixed.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            _ if self.is_unreadable() => Outcome::Unreadable,
            _ if !self.accepted => Outcome::Denied,
            _ if self.has(Level::Warn) => Outcome::Warned,
            _ if !self.findings.iter().all(Finding::remains) => Outcome::Fixed,
            _ if self.has(Level::Exempted) => Outcome::Exempted,
            _ => Outcome::Clean,
        }
    }

    fn has(&self, level: Level) -> bool {
        self.findings.iter().any(|finding| finding.found.level == level && finding.remains())
    }
}

/// What came of an object: one of these, so that counts add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It could not be read: fields have wrong types.
    Unreadable,
    /// It is denied.
    Denied,
    /// It is accepted with a warning.
    Warned,
    /// Everything that would deny it or warn is fixed in its file.
    Fixed,
    /// It is accepted because all findings are exempt.
    Exempted,
    /// Nothing was found.
    Clean,
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
    /// Findings that were fixed in the files.
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
    /// Objects that were judged: the sum of the next five.
    pub objects: usize,
    /// Objects that are denied.
    pub denied: usize,
    /// Objects that are accepted with warnings.
    pub warned: usize,
    /// Objects that are accepted because everything in them was fixed; 0 without `--fix`.
    pub fixed: usize,
    /// Objects that are accepted without a warning because all findings are exempt.
    pub exempted: usize,
    /// Objects without findings.
    pub clean: usize,
    /// Files, documents and objects that should have been judged and could not be read.
    pub unreadable: usize,
    /// Files and documents that are not for a cluster.
    pub skipped: usize,
    /// Everything else that could not be done.
    pub errors: usize,
}

/// The result of a check.
#[derive(Debug, Default)]
pub struct Report {
    /// The objects that were judged.
    pub objects: Vec<Judged>,
    /// Files and documents that are not for a cluster.
    pub skipped: Vec<Skipped>,
    /// Files and documents that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// Files that could not be written.
    pub errors: Vec<String>,
    /// Whether the manifests were to be fixed.
    pub with_fixes: bool,
    /// The files in which there is something to fix.
    pub files: Vec<FileFix>,
}

impl Report {
    /// The counts by rule, in the order of the ids.
    pub fn rules(&self) -> BTreeMap<&str, RuleCount> {
        let mut rules = BTreeMap::<&str, RuleCount>::new();
        for finding in self.objects.iter().flat_map(|object| &object.findings) {
            let count = rules.entry(finding.found.rule).or_default();
            match finding.found.level {
                _ if !finding.remains() => count.fixed += 1,
                Level::Deny => count.denied += 1,
                Level::Warn => count.warned += 1,
                Level::Exempted => count.exempted += 1,
            }
        }
        rules
    }

    /// Whether there is a file that changes.
    pub fn has_diff(&self) -> bool {
        self.files.iter().any(|file| matches!(file, FileFix::Fixed { .. }))
    }

    /// The counts by object.
    pub fn summary(&self) -> Summary {
        let count = |outcome| self.objects.iter().filter(|object| object.outcome() == outcome).count();
        let unreadable = count(Outcome::Unreadable);
        Summary {
            objects: self.objects.len() - unreadable,
            denied: count(Outcome::Denied),
            warned: count(Outcome::Warned),
            fixed: count(Outcome::Fixed),
            exempted: count(Outcome::Exempted),
            clean: count(Outcome::Clean),
            unreadable: self.unreadable.len() + unreadable,
            skipped: self.skipped.len(),
            errors: self.errors.len(),
        }
    }
}

/// Judges all objects of the manifests, on all cores.
///
/// # Errors
/// If the settings aren't valid.
pub fn check(context: Context<'_>, manifests: &Manifests) -> Result<Report> {
    judge::check_settings(context.settings.get())
        .map_err(|message| anyhow!("the settings are not valid: {message}"))?;
    let indices: Vec<usize> = (0..manifests.objects.len()).collect();
    Ok(Report {
        objects: parallel::map(&indices, |index| judge_object(context, manifests, *index)),
        skipped: manifests.skipped.clone(),
        unreadable: manifests.unreadable.clone(),
        ..Report::default()
    })
}

/// Judges one object: that at `index` of the manifests.
pub(crate) fn judge_object(context: Context<'_>, manifests: &Manifests, index: usize) -> Judged {
    let object = &manifests.objects[index];
    let Context { settings, namespace, cluster } = context;
    let payload = Payload { request: Request::create(object, namespace), settings };
    let Verdict { accepted, code, message, advice, findings } = judge::judge(payload.to_json().as_bytes(), cluster);
    let place = |found: judge::Finding| Finding { at: object.position_of(&found.steps), found, changed: Vec::new() };
    Judged {
        object: index,
        file: manifests.sources[object.origin.source].name.clone(),
        at: Position { line: object.line, column: object.column },
        api_version: object.api_version.clone(),
        kind: object.kind.clone(),
        name: object.display_name(namespace),
        accepted,
        code,
        message: message.or(advice),
        findings: findings.into_iter().map(place).collect(),
    }
}
