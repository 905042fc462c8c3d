//! `unlisted-security-context`: finds security context fields that Oracle lists neither as supported nor as not
//! supported.

use crate::check::prelude::*;
use crate::document::node::Node;

/// The rule.
pub static RULE: Rule = Rule {
    id: "unlisted-security-context",
    strict: Warn,
    tolerant: Off,
    rows: doc(&[Row::SeccompProfile, Row::ProcMount]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(pod), Check::Container(container)];

fn pod(cx: &mut Context, pod: PodSpec) {
    let Some(context) = pod.security_context() else { return };
    let found = [
        context.app_armor_profile().filled(),
        context.windows_options().filled(),
        other(context.supplemental_groups_policy(), "Merge"),
        other(context.se_linux_change_policy(), "MountOption"),
    ];
    report(cx, found);
}

fn container(cx: &mut Context, container: Container) {
    let Some(context) = container.security_context() else { return };
    let found = [
        context.seccomp_profile().filled(),
        context.se_linux_options().filled(),
        context.app_armor_profile().filled(),
        context.windows_options().filled(),
    ];
    report(cx, found);
}

fn other<'d>(text: Option<Text<'d>>, default: &str) -> Option<Node<'d>> {
    text.filter(|text| !text.value.is_empty() && text.value != default).map(|text| text.node)
}

fn report(cx: &mut Context, found: [Option<Node>; 4]) {
    for node in found.into_iter().flatten() {
        cx.report(node, format_args!("sets {}, and Oracle does not say whether it is supported", node.name()), "test that the virtual node honours it");
    }
}
