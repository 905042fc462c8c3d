//! `pod-overhead`: finds pods with an overhead, which a RuntimeClass adds.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-overhead",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::Overhead]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    if let Some(overhead) = pod.overhead().filled() {
        cx.report(overhead, "virtual nodes do not support overhead, which comes from the pod's RuntimeClass", "remove runtimeClassName or use one without overhead");
    }
}
