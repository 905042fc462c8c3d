//! `fs-group-change-policy`: finds pods that say when their volumes' group is changed.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "fs-group-change-policy",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod security contexts: fsGroupChangePolicy",
        summary: "Finds pods that say when their volumes' group is changed.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let policy = pod.security_context().and_then(|context| context.fs_group_change_policy());
    if let Some(policy) = policy.filter(|policy| !matches!(policy.value, "" | "Always")) {
        findings.mendable(
            policy.node,
            "virtual nodes do not support fsGroupChangePolicy",
            "remove it",
            Edit::Remove(policy.node),
        );
    }
}
