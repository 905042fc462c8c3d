//! `termination-message`: finds containers that write their termination message elsewhere than by default.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "termination-message",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Safe),
    rows: doc(&[Row::TerminationMessagePolicy, Row::TerminationMessagePath]),
    fix_fields: doc(&["terminationMessagePath", "terminationMessagePolicy"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    report(cx, container.termination_message_path(), "/dev/termination-log");
    report(cx, container.termination_message_policy(), "File");
}

fn report(cx: &mut Context, field: Option<Text>, default: &'static str) {
    if let Some(field) = field.filter(|field| !field.value.is_empty() && field.value != default) {
        // Removing the field would have the same effect, because the API server sets the default.
        cx.set(
            field.node,
            Scalar::Text(default.to_owned()),
            format_args!("sets {}, and virtual nodes support only the default", field.node.name()),
            "",
        )
        .with_remedy(format_args!("remove it or set it to {default}"));
    }
}
