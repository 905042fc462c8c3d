//! `pod-os`: finds pods that name their operating system.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-os",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "podOS",
        summary: "Finds pods that name their operating system.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let Some((os, name)) = pod.os().and_then(|os| Some((os, os.name()?))) else { return };
    match name.value {
        "" => {}
        "linux" => {
            findings.mendable(os.node, "virtual nodes do not support os", "remove it", Edit::Remove(os.node));
        }
        _ => {
            findings.add(
                os.node,
                "virtual nodes do not support os and run Linux only",
                "use an image for Linux and remove os",
            );
        }
    }
}
