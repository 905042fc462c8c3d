//! `token-expiration`: finds a projected service account token with its own lifetime.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "token-expiration",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Safe),
    rows: doc(&[Row::TokenExpiration]),
    fix_fields: doc(&["expirationSeconds"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Volume(check)];

/// The API server's default, and the value in the volumes that it injects, in seconds.
const DEFAULTS: [i64; 2] = [3600, 3607];

fn check(cx: &mut Context, volume: Volume) {
    for source in volume.projections() {
        let seconds = source.service_account_token().and_then(|token| token.expiration_seconds());
        if let Some(seconds) = seconds.filter(|seconds| !DEFAULTS.contains(&seconds.value)) {
            cx.remove(seconds.node, "virtual nodes do not support expirationSeconds", "remove it, tokens then live for an hour and are renewed");
        }
    }
}
