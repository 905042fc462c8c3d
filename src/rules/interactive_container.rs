//! `interactive-container`: finds containers that expect somebody at a terminal.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "interactive-container",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container stdin/stdinOnce, tty",
        summary: "Finds containers that expect somebody at a terminal.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
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
