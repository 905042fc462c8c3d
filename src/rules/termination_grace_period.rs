//! `termination-grace-period`: finds pods with a grace period other than the default.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "termination-grace-period",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Safe),
    rows: doc(&[Row::TerminationGracePeriod]),
    fix_fields: doc(&["terminationGracePeriodSeconds"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

/// Kubernetes' default, in seconds.
const DEFAULT: i64 = 30;

fn check(cx: &mut Context, pod: PodSpec) {
    let seconds = pod.termination_grace_period_seconds().filter(|seconds| seconds.value != DEFAULT);
    let Some(seconds) = seconds else { return };
    cx.report(
        seconds.node,
        "virtual nodes support no grace period other than 30 seconds",
        "set it to 30 or remove it",
    );
    if !pod.all_containers().any(sleeps_longer) {
        // Removing the field would have the same effect, because the API server sets the default.
        cx.and_set(seconds.node, Scalar::Int(DEFAULT));
    }
}

/// Returns true if a lifecycle hook of the container sleeps longer than the default grace period. Kubernetes would
/// reject the fix.
fn sleeps_longer(container: Container) -> bool {
    container.read_lifecycle(|lifecycle| {
        let hooks = [lifecycle.post_start(), lifecycle.pre_stop()].into_iter().flatten();
        hooks.filter_map(|hook| hook.sleep()?.seconds()).any(|seconds| seconds.value > DEFAULT)
    })
}
