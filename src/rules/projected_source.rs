//! `projected-source`: finds a source of a projected volume that virtual nodes don't support.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "projected-source",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::ProjectedSources]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Volume(check)];

const SUPPORTED: [&str; 4] = ["serviceAccountToken", "configMap", "secret", "downwardAPI"];

fn check(cx: &mut Context, volume: Volume) {
    for entry in volume.projections() {
        let mut names = entry.sources().map(|source| source.name()).peekable();
        let remedy = "use serviceAccountToken, configMap, secret or downwardAPI";
        if names.peek().is_none() {
            cx.report(entry.node, "virtual nodes do not support this projected source", remedy);
        } else if let Some(name) = names.find(|name| !SUPPORTED.contains(name)) {
            cx.report(entry.node, format_args!("virtual nodes do not project {name}"), remedy);
        }
    }
}
