//! `pod-os`: finds pods that name their operating system.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-os",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: &[Row::PodOs],
    fix_fields: &["os"],
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    let Some((os, name)) = pod.os().and_then(|os| Some((os, os.name()?))) else { return };
    match name.value {
        "" => {}
        "linux" => {
            cx.remove(os.node, "virtual nodes do not support os", "remove it");
        }
        _ => {
            cx.report(os.node, "virtual nodes do not support os and run Linux only", "use an image for Linux and remove os");
        }
    }
}
