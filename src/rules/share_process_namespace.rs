//! `share-process-namespace`: finds pods whose containers see each other's processes.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "share-process-namespace",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::ShareProcessNamespace]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    if let Some(flag) = pod.share_process_namespace().filter(|flag| flag.value) {
        cx.report(flag.node, "virtual nodes do not let the containers of a pod share processes", "remove shareProcessNamespace, or run the processes in one container");
    }
}
