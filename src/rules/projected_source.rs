//! `projected-source`: finds a source of a projected volume that virtual nodes do not support.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "projected-source",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::ProjectedSources],
    checks: &[Check::Volume(check)],
    ..Rule::NEW
};

const SUPPORTED: [&str; 4] = ["serviceAccountToken", "configMap", "secret", "downwardAPI"];

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    for entry in volume.projections() {
        let mut names = entry.sources().map(|source| source.name()).peekable();
        let remedy = "use serviceAccountToken, configMap, secret or downwardAPI";
        if names.peek().is_none() {
            findings.add(entry.node, "this projected source is none that virtual nodes support", remedy);
        } else if let Some(name) = names.find(|name| !SUPPORTED.contains(name)) {
            findings.add(entry.node, format_args!("virtual nodes do not project {name}"), remedy);
        }
    }
}
