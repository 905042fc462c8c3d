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

/// The API server sets this where nothing is written.
const DEFAULT: i64 = 30;

fn check(cx: &mut Context, pod: PodSpec) {
    let seconds = pod.termination_grace_period_seconds().filter(|seconds| seconds.value != DEFAULT);
    let Some(seconds) = seconds else { return };
    cx.report(
        seconds.node,
        "virtual nodes do not support another grace period than 30 seconds",
        "set it to 30 or remove it",
    );
    if !pod.all_containers().any(sleeps_longer) {
        // The API server defaults a field that is not there, so the default is what removing it comes to.
        cx.and_set(seconds.node, Scalar::Int(DEFAULT));
    }
}

/// Whether a container sleeps longer, at its start or end, than the default allows: Kubernetes would reject the fix.
fn sleeps_longer(container: Container) -> bool {
    container.read_lifecycle(|lifecycle| {
        let hooks = [lifecycle.post_start(), lifecycle.pre_stop()].into_iter().flatten();
        hooks.filter_map(|hook| hook.sleep()?.seconds()).any(|seconds| seconds.value > DEFAULT)
    })
}
