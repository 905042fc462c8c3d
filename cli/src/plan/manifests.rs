//! The objects of a plan, from manifests and the policy's verdicts on them.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use serde_json::Value;

use super::input::Source;
use super::{Object, Unread};
use crate::check::Report;
use crate::input::{Manifests, decode, read_file};
use crate::judge::Level;
use crate::output::model::{Finding, Fix, Standing, Verdict};
use crate::output::{self, words};
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

/// The objects of a plan, from a report that a scan saved, and what it could not read.
///
/// # Errors
/// If the report has no sizes: it is that of a check.
pub fn of_scan(report: &output::model::Report) -> Result<(Vec<Object>, Vec<Unread>)> {
    let sized = report.objects.iter().filter_map(|object| Some((object, object.sizes.as_ref()?.value())));
    let objects: Vec<Object> = sized
        .map(|(object, value)| {
            let denies = |finding: &&Finding| finding.child.is_none() && is_denied_for_good(finding);
            let mut denied: Vec<String> =
                object.findings.iter().filter(denies).map(|finding| finding.rule.clone()).collect();
            denied.dedup();
            let file = words::cluster_path(object);
            let is_elsewhere = object.verdict == Verdict::StaysOnManagedNodes;
            Object { denied, is_elsewhere, ..Object::new(value, Source { file, line: 1 }) }
        })
        .collect();
    if objects.is_empty() && report.objects.iter().any(|object| object.workload) {
        bail!("the report has no sizes: save one with `oke-vn scan --save FILE`");
    }
    let unread = report.unreadable.iter().map(|one| Unread {
        source: Source { file: one.object.clone().unwrap_or_default(), line: 1 },
        reason: one.reason.clone(),
    });
    Ok((objects, unread.collect()))
}

/// Whether the policy denies an object for this, and does not fix it.
fn is_denied_for_good(finding: &Finding) -> bool {
    finding.standing() == Standing::Denies && finding.fix != Fix::Available
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
