//! `attach`: finds `kubectl attach`.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "attach",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::Attach]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::PodAttachOptions], check)];

fn check(cx: &mut Context) {
    cx.report(Place::Resource("pods/attach"), "virtual nodes cannot attach to a container", "use kubectl logs to see what it writes");
}
