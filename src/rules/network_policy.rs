//! `network-policy`: finds network policies, which nothing enforces.

use crate::check::prelude::*;
use crate::kubernetes::kinds::is_policy_group;

/// The rule.
pub static RULE: Rule = Rule {
    id: "network-policy",
    strict: Deny,
    tolerant: Warn,
    rows: doc(&[Row::NetworkProviders, Row::NetworkPolicies]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::NetworkPolicy, Kind::Custom], check)];

fn check(cx: &mut Context) {
    if cx.object.kind() == Kind::NetworkPolicy || is_policy_group(cx.object.group) {
        cx.report(
            Place::Below(cx.object.root, &["kind"]),
            "nothing enforces it on virtual nodes, so it would give false safety",
            "use network security groups or security lists",
        );
    }
}
