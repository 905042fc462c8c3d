//! `token-expiration`: finds a projected service account token with a lifetime of its own.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "token-expiration",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "ProjectedVolumeSource:ServiceAccountTokenProjection:ExpirationSeconds",
        summary: "Finds a projected service account token with a lifetime of its own.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
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
