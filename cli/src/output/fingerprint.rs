//! What identifies a finding from one report to the next.
//!
//! A fingerprint contains the file, the object, the rule and the field, never a line number or a position in a list: an
//! edit somewhere else in the file does not change it. Findings that are alike in all of that are numbered.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::model::{Finding, Object, Report};
use super::workspace::Workspace;

/// What identifies a finding. Two findings with the same key are told apart by their number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The file from the root of the repository, or the cluster: where the object is.
    pub place: String,
    /// The object: group, kind, namespace and name.
    pub object: String,
    /// The kind of the child that it was found in. Its name is made up anew with every rollout.
    pub child: String,
    /// The rule.
    pub rule: String,
    /// The field, without positions.
    pub anchor: String,
}

impl Key {
    /// The key of a finding in `object`.
    pub fn of(object: &Object, finding: &Finding, workspace: &Workspace) -> Self {
        let file = finding.location.file.as_ref().or(object.location.file.as_ref());
        let place = match (file, &object.cluster) {
            (Some(file), _) => workspace.relative(file),
            (None, Some(cluster)) => format!("cluster {cluster}"),
            (None, None) => String::new(),
        };
        let child = finding.child.as_deref().and_then(|child| child.split(' ').next());
        let anchor = if finding.anchor.is_empty() {
            anchor(&finding.path, |path| container_name(path, finding))
        } else {
            finding.anchor.clone()
        };
        Self {
            place,
            object: identity(object),
            child: child.unwrap_or_default().to_owned(),
            rule: finding.rule.clone(),
            anchor,
        }
    }

    /// The key without the place, for what has moved.
    pub fn anywhere(&self) -> Self {
        Self { place: String::new(), ..self.clone() }
    }

    /// The fingerprint of the finding that is number `number` of its key, counted from 1: 32 hexadecimal digits.
    pub fn fingerprint(&self, number: usize) -> String {
        let Self { place, object, child, rule, anchor } = self;
        let text = ["1", place, object, child, rule, anchor, &number.to_string()].join("\0");
        of_text(&text)
    }
}

/// The fingerprint of a text: 32 hexadecimal digits.
pub fn of_text(text: &str) -> String {
    hex(&Sha256::digest(text)[..16])
}

/// The object for machines: `apps/Deployment shop/web`. Versions never matter.
pub fn identity(object: &Object) -> String {
    match object.api_group() {
        "" => object.title(),
        group => format!("{group}/{}", object.title()),
    }
}

/// Gives every finding of a report its anchor and its fingerprint.
pub fn assign(report: &mut Report) {
    let mut numbers = HashMap::<Key, usize>::new();
    for object in &mut report.objects {
        let mut findings = std::mem::take(&mut object.findings);
        for finding in &mut findings {
            let key = Key::of(object, finding, &report.workspace);
            let number = numbers.entry(key.clone()).or_default();
            *number += 1;
            finding.fingerprint = key.fingerprint(*number);
            finding.anchor = key.anchor;
        }
        object.findings = findings;
    }
}

/// A field's path with the names of list entries in place of their positions: `spec.containers[web].ports[].hostPort`.
/// `name_at` is handed the path of an entry, such as `spec.containers[0]`, and says what the entry is called; an entry
/// without a name becomes `[]`.
pub fn anchor(path: &str, name_at: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some(open) = rest.find('[') {
        let inside = &rest[open + 1..];
        let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && inside[digits..].starts_with(']') {
            let end = path.len() - inside.len() + digits + 1;
            out.push_str(&rest[..open]);
            let _ = write!(out, "[{}]", name_at(&path[..end]).unwrap_or_default());
            rest = &path[end..];
        } else {
            // A key in quotes may contain brackets.
            let end = open + 1 + quoted(inside);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    out + rest
}

/// The length of the quoted key at the start of `text`, or 0.
fn quoted(text: &str) -> usize {
    if !text.starts_with('"') {
        return 0;
    }
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// The container's name for the first entry of a path that is a container.
fn container_name(path: &str, finding: &Finding) -> Option<String> {
    let (list, _) = path.rsplit_once('[')?;
    let is_container = ["containers", "initContainers", "ephemeralContainers"]
        .iter()
        .any(|name| list == *name || list.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')));
    finding.container.clone().filter(|_| is_container)
}

/// The digest of settings: the same for the same values, whatever their order and spacing. Text that isn't JSON is
/// digested as it is.
pub fn settings_digest(settings: &RawValue) -> String {
    let text = serde_json::from_str::<serde_json::Value>(settings.get())
        .map_or_else(|_| settings.get().to_owned(), |value| value.to_string());
    format!("sha256:{}", hex(&Sha256::digest(text)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
