//! Mends manifests: makes the changes that the module proposes in the text of the files.
//!
//! A file is mended as a whole or left alone. Before anything is shown or written, the edited text is read again, and
//! every document in it has to be what the changes make of the old one.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::check::{self, Report};
use crate::edit::{self, Change, Refusal, Step};
use crate::engine::Policy;
use crate::manifests::{self, Manifests, Object, Piece, Source};
use crate::node::{self, Node};
use crate::settings;

/// Lines around a change in a diff.
const CONTEXT: usize = 3;

/// What became of a file in which there is something to mend.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum FileFix {
    /// It can be mended.
    Mended {
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

/// Makes the changes that the findings of `report` propose, and puts into the report what became of them.
///
/// What the module has mended in an object whose file is left alone is still there, and so these objects are judged
/// again, without any fixes.
pub fn fix(
    policy: &Policy,
    settings: &RawValue,
    namespace: &str,
    manifests: &Manifests,
    report: &mut Report,
) -> Result<()> {
    let with_templates = settings::mends_templates(settings)?;
    let without = settings::without_fixes(settings)?;
    // The objects to be mended, by their texts.
    let mut texts = BTreeMap::<usize, Vec<usize>>::new();
    for (index, judged) in report.objects.iter().enumerate() {
        let object = &manifests.objects[judged.object];
        let has_changes = judged.findings.iter().any(|finding| finding.fixed && !finding.changes.is_empty());
        if has_changes && is_rewritten(object, with_templates) {
            texts.entry(object.origin.source).or_default().push(index);
        }
    }
    for (index, of) in texts {
        let source = &manifests.sources[index];
        let mut pieces = BTreeMap::<usize, (&Piece, Vec<(usize, Change)>)>::new();
        for judged in of.iter().map(|index| &report.objects[*index]) {
            let origin = &manifests.objects[judged.object].origin;
            let (_, changes) = pieces.entry(origin.piece.range.start).or_insert_with(|| (&origin.piece, Vec::new()));
            let proposed = judged.findings.iter().filter(|finding| finding.fixed).flat_map(|finding| &finding.changes);
            changes.extend(proposed.map(|change| {
                let path = [&origin.path[..], &change.path[..]].concat();
                (origin.document, Change { path, value: change.value.clone() })
            }));
        }
        match mend(source, pieces.values()) {
            Ok(text) => {
                for index in of {
                    let judged = &mut report.objects[index];
                    let node = &manifests.objects[judged.object].node;
                    for finding in judged.findings.iter_mut().filter(|finding| finding.fixed) {
                        finding.changed = finding.changes.iter().map(|change| describe(node, change)).collect();
                    }
                }
                let diff = diff(&source.name, &source.text, &text);
                report.files.push(FileFix::Mended { file: source.name.clone(), diff, source: index, text });
            }
            Err(Refusal { line, reason }) => {
                for index in of {
                    let at = report.objects[index].object;
                    report.objects[index] = check::judge(policy, &without, namespace, &manifests.objects[at], at)?;
                }
                report.files.push(FileFix::LeftAlone { file: source.name.clone(), line, reason });
            }
        }
    }
    Ok(())
}

/// Whether the policy would rewrite the object itself, and not only the pods that are made from it.
fn is_rewritten(object: &Object, with_templates: bool) -> bool {
    let is_controlled = || {
        let owners = object.node.get("metadata").and_then(|metadata| metadata.get("ownerReferences"));
        let node::Value::Sequence(owners) = owners.map_or(&node::Value::Null, |owners| &owners.value) else {
            return false;
        };
        owners
            .iter()
            .any(|owner| owner.get("controller").is_some_and(|flag| matches!(flag.value, node::Value::Bool(true))))
    };
    matches!(object.kind.as_str(), "Pod" | "Service") || (with_templates && !is_controlled())
}

/// The text of a file with all changes.
fn mend<'p>(
    source: &Source,
    pieces: impl DoubleEndedIterator<Item = &'p (&'p Piece, Vec<(usize, Change)>)>,
) -> Result<String, Refusal> {
    let mut text = source.text.clone();
    // From the last to the first, so that the places of those before stay true.
    for (piece, changes) in pieces.rev() {
        let old = &source.text[piece.range.clone()];
        let at = |refusal: Refusal| Refusal { line: refusal.line + piece.line - 1, ..refusal };
        let new = edit::edit(old, changes).map_err(at)?;
        verify(piece, old, &new, changes)?;
        text.replace_range(piece.range.clone(), &new);
    }
    let pieces = |text: &str| manifests::split(text).len();
    if pieces(&text) != pieces(&source.text) {
        return Err(Refusal { line: 1, reason: "the documents of the file would run into each other".to_owned() });
    }
    Ok(text)
}

/// Sees to it that `new` holds what `old` does, with the changes and with nothing else.
fn verify(piece: &Piece, old: &str, new: &str, changes: &[(usize, Change)]) -> Result<(), Refusal> {
    let refuse = |line, reason: &str| Err(Refusal { line, reason: reason.to_owned() });
    let read = |text| {
        let documents = piece.load(text);
        documents.map(|documents| documents.iter().map(|node| exact(node)).collect::<Vec<Value>>())
    };
    let mut expected = read(old).map_err(|error| Refusal { line: error.line, reason: error.reason })?;
    for (document, change) in changes {
        let root = expected.get_mut(*document);
        if !root.is_some_and(|root| edit::apply(root, &change.path, change.value.as_ref().map(exact_value))) {
            return refuse(piece.line, &format!("{} leads nowhere", edit::path_text(&change.path)));
        }
    }
    match read(new) {
        Ok(found) if found == expected => Ok(()),
        Ok(_) if old.contains('&') && old.contains('*') => {
            refuse(piece.line, "what would have to change is used in more than one place, by an anchor")
        }
        _ => refuse(piece.line, "it is written in a way that cannot be edited without changing something else"),
    }
}

/// A value in which numbers are kept as they are written.
fn exact(node: &Node) -> Value {
    match &node.value {
        node::Value::Null => Value::Null,
        node::Value::Bool(value) => Value::Bool(*value),
        node::Value::Number(text) => number(text),
        node::Value::String(text) => Value::String(text.clone()),
        node::Value::Sequence(items) => items.iter().map(|item| exact(item)).collect(),
        node::Value::Mapping(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), exact(&entry.node)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

fn exact_value(value: &Value) -> Value {
    match value {
        Value::Number(value) => number(&value.to_string()),
        Value::Array(items) => items.iter().map(exact_value).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), exact_value(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// A number as a string that no manifest holds.
fn number(text: &str) -> Value {
    Value::String(format!("\0{text}"))
}

/// What a change does, for people.
fn describe(node: &Node, change: &Change) -> String {
    let old = change.path.iter().try_fold(node, |node, step| match (step, &node.value) {
        (Step::Key(key), _) => node.get(key).map(AsRef::as_ref),
        (Step::Index(index), node::Value::Sequence(items)) => items.get(*index).map(AsRef::as_ref),
        _ => None,
    });
    let was = match old.map(|node| &node.value) {
        None => "was not set".to_owned(),
        Some(node::Value::Sequence(_) | node::Value::Mapping(_) | node::Value::Null) => "was set".to_owned(),
        Some(node::Value::String(text)) => format!("was {text}"),
        Some(node::Value::Number(text)) => format!("was {text}"),
        Some(node::Value::Bool(value)) => format!("was {value}"),
    };
    let path = edit::path_text(&change.path);
    match &change.value {
        None => format!("{path}: {was}, removed"),
        Some(Value::String(text)) if !text.is_empty() => format!("{path}: {was}, set to {text}"),
        Some(value) => format!("{path}: {was}, set to {value}"),
    }
}

/// A unified diff of a file before and after.
fn diff(name: &str, old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new).unified_diff().context_radius(CONTEXT).header(name, name).to_string()
}

/// Writes the mended files. Of those that cannot be written the report says so.
pub fn write(manifests: &Manifests, report: &mut Report) {
    for file in &report.files {
        let FileFix::Mended { source, text, file, .. } = file else { continue };
        let source = &manifests.sources[*source];
        let Some(path) = &source.path else { continue };
        if let Err(error) = write_file(path, text, source.has_bom) {
            report.errors.push(format!("cannot write {file}: {error:#}"));
        }
    }
}

/// Puts a text in the place of a file, at once or not at all. Its mode stays, and so does a link that leads to it.
fn write_file(path: &Path, text: &str, has_bom: bool) -> Result<()> {
    let path = path.canonicalize()?;
    let directory = path.parent().context("it is in no directory")?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    if has_bom {
        file.write_all("\u{feff}".as_bytes())?;
    }
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(std::fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every change that could be made in a document: each key removed, each scalar replaced, each map extended.
    fn changes(node: &Node, path: &[Step], out: &mut Vec<Change>) {
        let to = |step: Step| [path, &[step]].concat();
        match &node.value {
            node::Value::Mapping(entries) => {
                out.push(Change { path: to(Step::Key("new/key".to_owned())), value: Some("a value".into()) });
                let deep = [path, &["a", "b"].map(|key| Step::Key(key.to_owned()))].concat();
                out.push(Change { path: deep, value: Some(7.into()) });
                for entry in entries {
                    let path = to(Step::Key(entry.key.clone()));
                    out.push(Change { path: path.clone(), value: None });
                    changes(&entry.node, &path, out);
                }
            }
            node::Value::Sequence(items) => {
                items.iter().enumerate().for_each(|(index, item)| changes(item, &to(Step::Index(index)), out));
            }
            _ if path.is_empty() => {}
            _ => {
                out.push(Change { path: path.to_vec(), value: Some("other".into()) });
                out.push(Change {
                    path: path.to_vec(),
                    value: Some(serde_json::json!({"list": [{"a": 1, "b": []}, 2]})),
                });
            }
        }
    }

    #[test]
    fn whatever_changes_nothing_else_does() {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data/manifests");
        let manifests = Manifests::read(&[samples]);
        let (mut made, mut refused) = (0, Vec::new());
        for source in &manifests.sources {
            let is_json = source.name.ends_with(".json");
            for piece in manifests::split(&source.text).into_iter().map(|piece| Piece { is_json, ..piece }) {
                let old = &source.text[piece.range.clone()];
                let Ok(documents) = piece.load(old) else { continue };
                for (document, node) in documents.iter().enumerate() {
                    let mut all = Vec::new();
                    changes(node, &[], &mut all);
                    // One by one, and every other one at once.
                    let mut rounds: Vec<Vec<Change>> = all.iter().cloned().map(|change| vec![change]).collect();
                    let removed = all.iter().filter(|change| change.value.is_none()).step_by(2);
                    let is_within = |outer: &Change, inner: &Change| inner.path.starts_with(&outer.path);
                    let mut apart: Vec<Change> = Vec::new();
                    for change in removed {
                        if !apart.iter().any(|other| is_within(other, change)) {
                            apart.push(change.clone());
                        }
                    }
                    rounds.push(apart);
                    for round in rounds {
                        let round: Vec<_> = round.into_iter().map(|change| (document, change)).collect();
                        let result = edit::edit(old, &round).and_then(|new| verify(&piece, old, &new, &round));
                        match result {
                            Ok(()) => made += 1,
                            // Aliases are the only reason there is.
                            Err(refusal) if old.contains('&') && old.contains('*') => refused.push(refusal),
                            Err(refusal) => panic!("{}: {refusal:?} {round:?}", source.name),
                        }
                    }
                }
            }
        }
        assert!(made > 100 && refused.len() * 20 < made, "{made} made, refused: {refused:?}");
    }
}
