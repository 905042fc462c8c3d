//! `proc-mount`: finds containers with another proc mount than the default one.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "proc-mount",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::ProcMount],
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let mount = container.security_context().and_then(|context| context.proc_mount());
    if let Some(mount) = mount.filter(|mount| !matches!(mount.value, "" | "Default")) {
        findings.add(mount.node, "sets procMount, which virtual nodes do not support", "remove it");
    }
}
