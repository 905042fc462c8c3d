//! `oke-vn check`: every object is judged, and the verdicts become one report.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, anyhow};
use serde_json::value::RawValue;

use crate::cluster::Cluster;
use crate::input::Manifests;
use crate::judge::{self, Verdict};
use crate::node::Position;
use crate::output::words::{number, plural};
use crate::parallel;
use crate::progress::Progress;
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
    pub cluster: &'c dyn Cluster,
}

/// A file in which there is something to fix.
#[derive(Debug, Clone)]
pub enum FileFix {
    /// It can be fixed.
    Fixed {
        /// The file.
        file: String,
        /// The changes as a unified diff.
        diff: String,
        /// The index of the text in [`Manifests::sources`].
        source: usize,
        /// The text with the changes.
        text: String,
    },
    /// It could not be written.
    NotWritten {
        /// The file.
        file: String,
        /// Why.
        reason: String,
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
#[derive(Debug, Clone)]
pub struct Finding {
    /// The finding of the policy.
    pub found: judge::Finding,
    /// The place of the field, or of its nearest parent that is there.
    pub at: Position,
    /// The changes of the file, for people; empty if the file stays as it is.
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
#[derive(Debug)]
pub struct Judged {
    /// The index of the object in [`Manifests::objects`].
    pub object: usize,
    /// The file.
    pub file: String,
    /// Where the object starts.
    pub at: Position,
    /// Its `apiVersion`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace, where it lives in one, and its name.
    pub name: String,
    /// Whether a cluster would accept it.
    pub accepted: bool,
    /// Whether its pods stay on managed nodes, so that no rule applies.
    pub stays_on_managed_nodes: bool,
    /// The status code of a refusal.
    pub code: Option<u16>,
    /// Why the object could not be read, or how to keep it off virtual nodes.
    pub message: Option<String>,
    /// The findings, in the policy's order.
    pub findings: Vec<Finding>,
}

impl Judged {
    /// Whether the object could not be read: fields have wrong types.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.code == Some(UNREADABLE)
    }
}

/// The result of a check.
#[derive(Debug, Default)]
pub struct Report {
    /// The objects, in the order of [`Manifests::objects`].
    pub objects: Vec<Judged>,
    /// The files in which there is something to fix.
    pub files: Vec<FileFix>,
}

impl Report {
    /// Whether there is a file that changes.
    #[must_use]
    pub fn has_diff(&self) -> bool {
        self.files.iter().any(|file| matches!(file, FileFix::Fixed { .. }))
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
    let (count, progress) = (AtomicUsize::new(0), Mutex::new(Progress::default()));
    let objects = parallel::map(&indices, |index| {
        let judged = judge_object(context, manifests, *index);
        let done = count.fetch_add(1, Ordering::Relaxed) + 1;
        // Another thread that writes the line says nearly the same.
        if let Ok(mut progress) = progress.try_lock() {
            progress.tick(|| format!("judged {} of {}", number(done), plural(indices.len(), "object")));
        }
        judged
    });
    Ok(Report { objects, files: Vec::new() })
}

/// Judges one object: that at `index` of the manifests.
pub(crate) fn judge_object(context: Context<'_>, manifests: &Manifests, index: usize) -> Judged {
    let object = &manifests.objects[index];
    let Context { settings, namespace, cluster } = context;
    let payload = Payload { request: Request::create(object, namespace), settings };
    let Verdict { accepted, code, message, advice, stays_on_managed_nodes, findings } =
        judge::judge(payload.to_json().as_bytes(), cluster);
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
        stays_on_managed_nodes,
        message: message.or(advice),
        findings: findings.into_iter().map(place).collect(),
    }
}
