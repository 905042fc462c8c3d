//! `network-policy`: finds network policies, which nothing enforces.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::kinds::is_policy_group;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "network-policy",
    strict: Level::Deny,
    tolerant: Level::Warn,
    rows: &[Row::NetworkProviders, Row::NetworkPolicies],
    checks: &[Check::Object(&[Kind::NetworkPolicy, Kind::Custom], check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    if subject.kind == Kind::NetworkPolicy || is_policy_group(subject.group) {
        findings.add(
            Place::Below(subject.root, &["kind"]),
            "nothing enforces it on virtual nodes, so it would give false safety",
            "use network security groups or security lists",
        );
    }
}
