//! `unlisted-security-context`: finds security context fields that Oracle lists neither as supported nor as not.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::reader::{Node, Text};
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, PodSpec};

/// The rule.
pub static RULE: Rule = Rule {
    id: "unlisted-security-context",
    strict: Level::Warn,
    tolerant: Level::Off,
    rows: &[Row::SeccompProfile, Row::ProcMount],
    checks: &[Check::Pod(pod), Check::Container(container)],
    ..Rule::NEW
};

fn pod<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let Some(context) = pod.security_context() else { return };
    let found = [
        context.app_armor_profile().filled(),
        context.windows_options().filled(),
        other(context.supplemental_groups_policy(), "Merge"),
        other(context.se_linux_change_policy(), "MountOption"),
    ];
    report(found, findings);
}

fn container<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let Some(context) = container.security_context() else { return };
    let found = [
        context.seccomp_profile().filled(),
        context.se_linux_options().filled(),
        context.app_armor_profile().filled(),
        context.windows_options().filled(),
    ];
    report(found, findings);
}

fn other<'d>(text: Option<Text<'d>>, default: &str) -> Option<Node<'d>> {
    text.filter(|text| !text.value.is_empty() && text.value != default).map(|text| text.node)
}

fn report<'d>(found: [Option<Node<'d>>; 4], findings: &mut Findings<'d>) {
    for node in found.into_iter().flatten() {
        findings.add(
            node,
            format_args!("sets {}, and Oracle does not say whether it is supported", node.name()),
            "test that the virtual node honours it",
        );
    }
}
