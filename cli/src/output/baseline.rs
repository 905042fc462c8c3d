//! A baseline: findings that are known, so that a check fails only on what is new.
//!
//! The file is JSON, sorted, and names no lines, so that it changes only when findings do, and a person can review it.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fingerprint::Key;
use super::model::{BaselineState, Level, Report};

/// The version of the form of a baseline.
pub const SCHEMA_VERSION: u32 = 1;

/// Findings that are known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Baseline {
    /// The version of the form of this document.
    pub schema_version: u32,
    /// The findings.
    pub findings: Vec<Known>,
}

/// A finding that is known, or several that only their lines tell apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Known {
    /// The file from the root of the repository, or the cluster.
    pub place: String,
    /// The object, as `apps/Deployment shop/web`.
    pub object: String,
    /// The kind of the object that counts with it and in which the finding is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub child: String,
    /// The rule.
    pub rule: String,
    /// The field, with names in place of positions.
    pub path: String,
    /// How serious it is.
    pub level: Level,
    /// How many there are.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub count: usize,
}

fn one() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_one(count: &usize) -> bool {
    *count == 1
}

impl Known {
    fn key(&self) -> (Key, Level) {
        let Self { place, object, child, rule, path, level, .. } = self.clone();
        (Key { place, object, child, rule, anchor: path }, level)
    }
}

/// The baseline that knows everything in a report that denies or warns.
pub fn of(report: &Report) -> Baseline {
    let mut counts = BTreeMap::<(Key, Level), usize>::new();
    for (object, finding) in report.findings().filter(|(_, finding)| finding.standing().is_open()) {
        *counts.entry((Key::of(object, finding, &report.workspace), finding.level)).or_default() += 1;
    }
    let findings = counts.into_iter().map(|((key, level), count)| {
        let Key { place, object, child, rule, anchor } = key;
        Known { place, object, child, rule, path: anchor, level, count }
    });
    Baseline { schema_version: SCHEMA_VERSION, findings: findings.collect() }
}

/// Writes a baseline.
pub fn write(baseline: &Baseline, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, baseline)?;
    writeln!(out)
}

/// Reads a baseline. What isn't one, or is of a later version, is an error that says what is wrong and where.
pub fn read(text: &str) -> Result<Baseline, String> {
    let baseline: Baseline = serde_json::from_str(text)
        .map_err(|error| format!("it isn't a baseline: {error}; write a new one with `oke-vn baseline`"))?;
    if baseline.schema_version > SCHEMA_VERSION {
        let version = baseline.schema_version;
        return Err(format!(
            "its schemaVersion is {version}, and this program reads up to {SCHEMA_VERSION}: use a newer one"
        ));
    }
    Ok(baseline)
}

/// Marks the findings of a report that deny or warn as known or new. Returns the findings of the baseline that are gone.
pub fn apply(baseline: &Baseline, report: &mut Report) -> Vec<Known> {
    let old: Vec<(usize, (Key, Level))> = baseline
        .findings
        .iter()
        .enumerate()
        .flat_map(|(index, known)| std::iter::repeat_n((index, known.key()), known.count))
        .collect();
    let new: Vec<(Key, Level)> = report
        .findings()
        .filter(|(_, finding)| finding.standing().is_open())
        .map(|(object, finding)| (Key::of(object, finding, &report.workspace), finding.level))
        .collect();
    let old_keys: Vec<(Key, Level)> = old.iter().map(|(_, key)| key.clone()).collect();
    let partners = pair(&old_keys, &new);
    let mut partner = partners.iter();
    let findings = report.objects.iter_mut().flat_map(|object| &mut object.findings);
    for finding in findings.filter(|finding| finding.standing().is_open()) {
        let is_known = partner.next().is_some_and(Option::is_some);
        finding.baseline = Some(if is_known { BaselineState::Known } else { BaselineState::New });
    }
    let mut left: Vec<usize> = baseline.findings.iter().map(|known| known.count).collect();
    for position in partners.iter().flatten() {
        left[old[*position].0] -= 1;
    }
    let gone = baseline.findings.iter().zip(left).filter(|(_, left)| *left > 0);
    gone.map(|(known, count)| Known { count, ..known.clone() }).collect()
}

/// For each new finding the position of the old one that it continues. A finding continues one in the same place before
/// one that has moved, and every old one is continued once.
pub(super) fn pair(old: &[(Key, Level)], new: &[(Key, Level)]) -> Vec<Option<usize>> {
    let mut partners: Vec<Option<usize>> = vec![None; new.len()];
    let mut used = vec![false; old.len()];
    for moved in [false, true] {
        let name = |(key, level): &(Key, Level)| (if moved { key.anywhere() } else { key.clone() }, *level);
        let mut free = HashMap::<(Key, Level), Vec<usize>>::new();
        for (position, key) in old.iter().enumerate().rev().filter(|(position, _)| !used[*position]) {
            free.entry(name(key)).or_default().push(position);
        }
        for (key, partner) in new.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none()) {
            if let Some(position) = free.get_mut(&name(key)).and_then(Vec::pop) {
                used[position] = true;
                *partner = Some(position);
            }
        }
    }
    partners
}
