//! The objects of a plan, from manifests and the policy's verdicts on them.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use serde_json::Value;

use super::input::Source;
use super::{Object, Unread};
use crate::check::Report;
use crate::input::{Manifests, decode, read_file};
use crate::judge::Level;
use crate::yaml;

/// The objects of a plan, with the rules that deny each and that the policy does not fix, and what could not be read.
/// The report is one with fixes in its settings: what is fixed runs on virtual nodes.
///
/// # Errors
/// If an object is not JSON, which would be an error of this program.
pub fn objects(manifests: &Manifests, report: &Report) -> Result<(Vec<Object>, Vec<Unread>)> {
    let mut objects = Vec::new();
    for object in &manifests.objects {
        let file = manifests.sources.get(object.origin.source).map_or_else(String::new, |source| source.name.clone());
        objects.push(Object::new(serde_json::from_str(&object.json())?, Source { file, line: object.line }));
    }
    for judged in &report.objects {
        let Some(object) = objects.get_mut(judged.object) else { continue };
        let denied = judged
            .findings
            .iter()
            .filter(|finding| finding.found.level == Level::Deny && !finding.found.fixed && !finding.found.exempted);
        object.denied = denied.map(|finding| finding.found.rule.to_owned()).collect();
        object.denied.dedup();
        object.is_elsewhere = judged.stays_on_managed_nodes;
        if judged.is_unreadable() {
            object.denied.push("the policy, which cannot read it".to_owned());
        }
    }
    let unread = manifests.unreadable.iter().map(|one| Unread {
        source: Source { file: one.file.clone(), line: one.at.map_or(1, |at| at.line) },
        reason: one.reason.clone(),
    });
    Ok((objects, unread.collect()))
}

/// Reads a YAML or JSON file with one document.
///
/// # Errors
/// If it cannot be read, or has no document or several.
pub fn read_value(path: &Path) -> Result<Value> {
    let bytes = read_file(path).map_err(|reason| anyhow!(reason))?;
    let (text, _) = decode(bytes).map_err(|not_text| anyhow!("line {}: {}", not_text.at.line, not_text.reason))?;
    let documents = yaml::load(&text, 1).map_err(|error| anyhow!("{error}"))?;
    let [document] = documents.as_slice() else { bail!("there is not one document in it") };
    let mut json = String::new();
    document.write_json(&mut json, &mut Vec::new());
    Ok(serde_json::from_str(&json)?)
}
