//! Fixes manifests: makes the changes that the policy proposes in the text of the files.
//!
//! A file is fixed as a whole or left alone. Before anything is shown or written, the edited text is read again, and
//! every document in it has to be equal to the old one with the changes.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::check::{self, Context, FileFix, Report};
use crate::edit::{self, Edit, Refusal};
use crate::input::{self, Manifests, Source};
use crate::judge::Change;
use crate::node::{self, Node};
use crate::object::{Object, Piece};
use crate::path::Step;
use crate::{settings, write};

/// Lines around a change in a diff.
const CONTEXT: usize = 3;

/// Makes the changes that the findings of `report` propose, and adds the result to the report.
///
/// A finding that is fixed in an object whose file is left alone is still there, and so these objects are judged again,
/// without any fixes.
///
/// # Errors
/// If the settings aren't JSON.
pub fn fix(context: Context<'_>, manifests: &Manifests, report: &mut Report) -> Result<()> {
    let with_templates = settings::fixes_templates(context.settings)?;
    let without = settings::without_fixes(context.settings)?;
    // The objects to be fixed, by their texts.
    let mut texts = BTreeMap::<usize, Vec<usize>>::new();
    for (index, judged) in report.objects.iter().enumerate() {
        let object = &manifests.objects[judged.object];
        if changes(judged).next().is_some() && is_rewritten(object, with_templates) {
            texts.entry(object.origin.source).or_default().push(index);
        }
    }
    for (index, of) in texts {
        let source = &manifests.sources[index];
        let result = match &source.rendered_by {
            Some(command) => {
                Err(Refusal { line: 1, reason: format!("`{command}` writes this: fix what it is made from") })
            }
            None => fix_text(source, &edits(manifests, report, &of)),
        };
        match result {
            Ok(text) => {
                for index in of {
                    describe_changes(manifests, &mut report.objects[index]);
                }
                let diff = diff(&source.name, &source.text, &text);
                report.files.push(FileFix::Fixed { file: source.name.clone(), diff, source: index, text });
            }
            Err(Refusal { line, reason }) => {
                judge_again(Context { settings: &without, ..context }, manifests, report, &of);
                report.files.push(FileFix::LeftAlone { file: source.name.clone(), line, reason });
            }
        }
    }
    Ok(())
}

/// Judges these objects of the report again: what was to be fixed is still there.
fn judge_again(context: Context<'_>, manifests: &Manifests, report: &mut Report, objects: &[usize]) {
    for index in objects {
        let Some(judged) = report.objects.get_mut(*index) else { continue };
        *judged = check::judge_object(context, manifests, judged.object);
    }
}

/// The changes that fix an object.
fn changes(judged: &check::Judged) -> impl Iterator<Item = &Change> {
    judged.findings.iter().filter(|finding| finding.found.fixed).flat_map(|finding| &finding.found.changes)
}

/// The edits of a part of a text.
type PieceEdits<'m> = (&'m Piece, Vec<Edit>);

/// The edits for these objects, all of one text, by the part of the text.
fn edits<'m>(manifests: &'m Manifests, report: &Report, objects: &[usize]) -> Vec<PieceEdits<'m>> {
    let mut pieces = BTreeMap::<usize, PieceEdits<'m>>::new();
    for judged in objects.iter().map(|index| &report.objects[*index]) {
        let origin = &manifests.objects[judged.object].origin;
        let (_, edits) = pieces.entry(origin.piece.range.start).or_insert_with(|| (&origin.piece, Vec::new()));
        edits.extend(changes(judged).map(|change| Edit {
            document: origin.document,
            steps: [&origin.path[..], &change.steps[..]].concat(),
            value: change.value.clone(),
        }));
    }
    pieces.into_values().collect()
}

fn describe_changes(manifests: &Manifests, judged: &mut check::Judged) {
    let object = &manifests.objects[judged.object];
    for finding in judged.findings.iter_mut().filter(|finding| finding.found.fixed) {
        finding.changed = finding.found.changes.iter().map(|change| describe(object, change)).collect();
    }
}

/// Whether the policy would rewrite the object itself, and not only the pods that are made from it.
fn is_rewritten(object: &Object, with_templates: bool) -> bool {
    let is_controlled = || {
        let owners = object.value_at(&["metadata", "ownerReferences"].map(|key| Step::Key(key.to_owned())));
        let owners = owners.as_ref().and_then(Value::as_array).into_iter().flatten();
        owners.into_iter().any(|owner| owner.get("controller") == Some(&Value::Bool(true)))
    };
    matches!(object.kind.as_str(), "Pod" | "Service") || (with_templates && !is_controlled())
}

/// The text of a file with all edits.
fn fix_text(source: &Source, pieces: &[PieceEdits<'_>]) -> Result<String, Refusal> {
    let mut text = source.text.clone();
    // From the last to the first, so that the places of those before stay true.
    for (piece, edits) in pieces.iter().rev() {
        let old = &source.text[piece.range.clone()];
        let at = |refusal: Refusal| Refusal { line: refusal.line + piece.line - 1, ..refusal };
        let new = edit::edit(old, edits).map_err(at)?;
        verify(piece, old, &new, edits)?;
        text.replace_range(piece.range.clone(), &new);
    }
    let pieces = |text: &str| input::split(text).len();
    if pieces(&text) != pieces(&source.text) {
        return Err(Refusal { line: 1, reason: "the documents of the file would run into each other".to_owned() });
    }
    Ok(text)
}

/// Checks that `new` is `old` with the edits and without any other change.
fn verify(piece: &Piece, old: &str, new: &str, edits: &[Edit]) -> Result<(), Refusal> {
    let refuse = |line, reason: &str| Err(Refusal { line, reason: reason.to_owned() });
    let read = |text| {
        let documents = piece.load(text);
        documents.map(|documents| documents.iter().map(|node| exact(node)).collect::<Vec<Value>>())
    };
    let mut expected = read(old).map_err(|error| Refusal { line: error.line, reason: error.reason })?;
    for edit in edits {
        let root = expected.get_mut(edit.document);
        if !root.is_some_and(|root| edit::apply(root, &edit.steps, edit.value.as_ref().map(exact_value))) {
            return refuse(piece.line, "a change leads into something that is neither a map nor a list");
        }
    }
    match read(new) {
        Ok(found) if found == expected => Ok(()),
        Ok(_) if old.contains('&') && old.contains('*') => {
            refuse(piece.line, "an anchor uses the value to be changed in more than one place")
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

/// A change, for people.
fn describe(object: &Object, change: &Change) -> String {
    let is_mode = matches!(change.steps.last(), Some(Step::Key(key)) if matches!(key.as_str(), "defaultMode" | "mode"));
    let shown = |value: &Value| match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::Number(number) if is_mode => octal(number),
        value => value.to_string(),
    };
    let was = match object.value_at(&change.steps) {
        None => "was not set".to_owned(),
        Some(Value::Array(_) | Value::Object(_) | Value::Null) => "was set".to_owned(),
        Some(value) => format!("was {}", shown(&value)),
    };
    let path = &change.path;
    match &change.value {
        None => format!("{path}: {was}, removed"),
        Some(value) => format!("{path}: {was}, set to {}", shown(value)),
    }
}

/// A mode of files as the policy's messages have it: `0400` for 256.
fn octal(mode: &serde_json::Number) -> String {
    mode.as_u64().map_or_else(|| mode.to_string(), |mode| format!("0{mode:03o}"))
}

/// A unified diff of a file before and after.
fn diff(name: &str, old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new).unified_diff().context_radius(CONTEXT).header(name, name).to_string()
}

/// Writes the fixed files. A file that cannot be written is an error in the report, and nothing in it counts as fixed.
///
/// # Errors
/// If the settings aren't JSON.
pub fn write(context: Context<'_>, manifests: &Manifests, report: &mut Report) -> Result<()> {
    let without = settings::without_fixes(context.settings)?;
    let (files, mut failed) = (std::mem::take(&mut report.files), Vec::new());
    for file in files {
        let FileFix::Fixed { source, file: name, text, .. } = &file else {
            report.files.push(file);
            continue;
        };
        match write_source(&manifests.sources[*source], text) {
            Ok(()) => report.files.push(file),
            Err(error) => {
                report.files.push(FileFix::NotWritten { file: name.clone(), reason: format!("{error:#}") });
                failed.push(*source);
            }
        }
    }
    let is_in_failed = |judged: &check::Judged| failed.contains(&manifests.objects[judged.object].origin.source);
    let objects: Vec<usize> =
        report.objects.iter().enumerate().filter(|(_, judged)| is_in_failed(judged)).map(|(index, _)| index).collect();
    judge_again(Context { settings: &without, ..context }, manifests, report, &objects);
    Ok(())
}

fn write_source(source: &Source, text: &str) -> Result<()> {
    let path = source.path.as_ref().context("it has no path")?;
    Ok(write::replace(path, &source.text, text, source.encoding)?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Every change that could be made in a document: each key removed, each scalar replaced, each map extended.
    fn changes(node: &Node, path: &[Step], out: &mut Vec<Edit>) {
        let to = |step: Step| [path, &[step]].concat();
        match &node.value {
            node::Value::Mapping(entries) => {
                out.push(Edit {
                    document: 0,
                    steps: to(Step::Key("new/key".to_owned())),
                    value: Some("a value".into()),
                });
                let deep = [path, &["a", "b"].map(|key| Step::Key(key.to_owned()))].concat();
                out.push(Edit { document: 0, steps: deep, value: Some(7.into()) });
                for entry in entries {
                    let path = to(Step::Key(entry.key.clone()));
                    out.push(Edit { document: 0, steps: path.clone(), value: None });
                    changes(&entry.node, &path, out);
                }
            }
            node::Value::Sequence(items) => {
                items.iter().enumerate().for_each(|(index, item)| changes(item, &to(Step::Index(index)), out));
            }
            _ if path.is_empty() => {}
            _ => {
                out.push(Edit { document: 0, steps: path.to_vec(), value: Some("other".into()) });
                out.push(Edit {
                    document: 0,
                    steps: path.to_vec(),
                    value: Some(serde_json::json!({"list": [{"a": 1, "b": []}, 2]})),
                });
            }
        }
    }

    #[test]
    fn whatever_changes_nothing_else_does() {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data/manifests");
        let manifests = input::read(&[samples], &input::Options { keeps_texts: true, ..input::Options::default() });
        let (mut made, mut refused) = (0, Vec::new());
        for source in &manifests.sources {
            let is_json = source.name.ends_with(".json");
            for piece in input::split(&source.text).into_iter().map(|piece| Piece { is_json, ..piece }) {
                let old = &source.text[piece.range.clone()];
                let Ok(documents) = piece.load(old) else { continue };
                for (document, node) in documents.iter().enumerate() {
                    let mut all = Vec::new();
                    changes(node, &[], &mut all);
                    // One by one, and every other one at once.
                    let mut rounds: Vec<Vec<Edit>> = all.iter().cloned().map(|change| vec![change]).collect();
                    let removed = all.iter().filter(|change| change.value.is_none()).step_by(2);
                    let is_within = |outer: &Edit, inner: &Edit| inner.steps.starts_with(&outer.steps);
                    let mut apart: Vec<Edit> = Vec::new();
                    for change in removed {
                        if !apart.iter().any(|other| is_within(other, change)) {
                            apart.push(change.clone());
                        }
                    }
                    rounds.push(apart);
                    for round in rounds {
                        let round: Vec<_> = round.into_iter().map(|edit| Edit { document, ..edit }).collect();
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
