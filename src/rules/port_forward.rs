//! `port-forward`: finds `kubectl port-forward`.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "port-forward",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::PortForward]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::PodPortForwardOptions], check)];

fn check(cx: &mut Context) {
    cx.report(Place::Resource("pods/portforward"), "virtual nodes cannot forward ports", "use kubectl proxy, which reaches the pod through the API server");
}
