//! `privileged`: finds privileged containers.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "privileged",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::Privileged],
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let flag = container.security_context().and_then(|context| context.privileged());
    if let Some(flag) = flag.filter(|flag| flag.value) {
        findings.add(
            flag.node,
            "is privileged, and virtual nodes do not run those",
            "remove it and add the capabilities that are needed",
        );
    }
}
