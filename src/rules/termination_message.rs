//! `termination-message`: finds containers that put their last words elsewhere than the default.

use crate::findings::{Edit, Findings, Literal};
use crate::oracle::Row;
use crate::reader::Text;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "termination-message",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    rows: &[Row::TerminationMessagePolicy, Row::TerminationMessagePath],
    fix_fields: Fields::of(&["terminationMessagePath", "terminationMessagePolicy"]),
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    report(container.termination_message_path(), "/dev/termination-log", findings);
    report(container.termination_message_policy(), "File", findings);
}

fn report<'d>(field: Option<Text<'d>>, default: &'static str, findings: &mut Findings<'d>) {
    if let Some(field) = field.filter(|field| !field.value.is_empty() && field.value != default) {
        findings.mendable(
            field.node,
            format_args!("sets {}, and virtual nodes support only the default", field.node.name()),
            format_args!("remove it or set it to {default}"),
            // The API server defaults a field that is not there, so the default is what removing it comes to.
            Edit::Set(field.node.into(), Literal::Text(default)),
        );
    }
}
