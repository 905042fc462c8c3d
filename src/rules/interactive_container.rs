//! `interactive-container`: finds containers that expect somebody at a terminal.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "interactive-container",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: doc(&[Row::InteractiveContainers]),
    fix_fields: doc(&["stdin", "stdinOnce", "tty"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    for flag in [container.stdin(), container.stdin_once(), container.tty()].into_iter().flatten() {
        if flag.value {
            cx.remove(flag.node, format_args!("sets {}, and nobody can attach to it on a virtual node", flag.node.name()), "remove it");
        }
    }
}
