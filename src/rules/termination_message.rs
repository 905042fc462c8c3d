//! `termination-message`: finds containers that put their last words elsewhere than the default.

use crate::findings::{Edit, Findings, Literal};
use crate::reader::Text;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "termination-message",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container: TerminationMessagePolicy, TerminationMessagePath",
        summary: "Finds containers that put their last words elsewhere than the default.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
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
