//! `supplemental-groups`: finds pods whose processes are to be in further groups.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "supplemental-groups",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod security contexts: supplementalGroups",
        summary: "Finds pods whose processes are to be in further groups.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(groups) = pod.security_context().and_then(|context| context.supplemental_groups().filled()) {
        findings.mendable(
            groups,
            "virtual nodes do not support supplementalGroups",
            "remove them, and put the groups into the image",
            Edit::Remove(groups),
        );
    }
}
