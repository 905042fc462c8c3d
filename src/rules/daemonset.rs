//! `daemonset`: finds every DaemonSet.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "daemonset",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::DaemonSets]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::DaemonSet, Kind::CustomWorkload], check)];

fn check(cx: &mut Context) {
    // OpenKruise has a DaemonSet of its own.
    if cx.object.info.name != "DaemonSet" {
        return;
    }
    cx.report(Place::Below(cx.object.root, &["kind"]), "a virtual node runs no DaemonSet pods", "put the agent into the pods as a further container, or keep it to managed nodes");
}
