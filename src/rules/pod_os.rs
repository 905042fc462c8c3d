//! `pod-os`: finds pods that name their operating system.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-os",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: doc(&[Row::PodOs]),
    fix_fields: doc(&["os"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    let Some((os, name)) = pod.os().and_then(|os| Some((os, os.name()?))) else { return };
    match name.value {
        "" => {}
        "linux" => {
            cx.report(os.node, "virtual nodes do not support os", "remove it");
            // Kubernetes rejects a stop signal without os.
            if !pod.all_containers().any(has_stop_signal) {
                cx.and_remove(os.node);
            }
        }
        _ => {
            cx.report(
                os.node,
                "virtual nodes do not support os and run Linux only",
                "use an image for Linux and remove os",
            );
        }
    }
}

fn has_stop_signal(container: Container) -> bool {
    container.read_lifecycle(|lifecycle| lifecycle.stop_signal().is_some_and(|signal| !signal.value.is_empty()))
}
