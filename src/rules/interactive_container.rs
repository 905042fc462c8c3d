//! `interactive-container`: finds containers that expect somebody at a terminal.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "interactive-container",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: &[Row::InteractiveContainers],
    fix_fields: Fields::of(&["stdin", "stdinOnce", "tty"]),
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for flag in [container.stdin(), container.stdin_once(), container.tty()].into_iter().flatten() {
        if flag.value {
            findings.mendable(
                flag.node,
                format_args!("sets {}, and nobody can attach to it on a virtual node", flag.node.name()),
                "remove it",
                Edit::Remove(flag.node),
            );
        }
    }
}
