//! `token-expiration`: finds a projected service account token with a lifetime of its own.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "token-expiration",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    rows: &[Row::TokenExpiration],
    fix_fields: Fields::of(&["expirationSeconds"]),
    checks: &[Check::Volume(check)],
    ..Rule::NEW
};

/// What the API server sets where nothing is written, and what it injects itself.
const DEFAULTS: [i64; 2] = [3600, 3607];

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    for source in volume.projections() {
        let seconds = source.service_account_token().and_then(|token| token.expiration_seconds());
        if let Some(seconds) = seconds.filter(|seconds| !DEFAULTS.contains(&seconds.value)) {
            findings.mendable(
                seconds.node,
                "virtual nodes do not support expirationSeconds",
                "remove it, tokens then live for an hour and are renewed",
                Edit::Remove(seconds.node),
            );
        }
    }
}
