//! `subcore-cpu`: finds containers whose cpu is not a whole number of cores.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::reader::Amount;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, ResourceRequirements};

/// The rule.
pub static RULE: Rule = Rule {
    id: "subcore-cpu",
    strict: Level::Warn,
    tolerant: Level::Off,
    rows: &[Row::ResourceAllocation, Row::SubcoreResources],
    on_resize: true,
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let Some(cpu) = effective(container.resources()).filter(|cpu| !cpu.value().is_whole()) else { return };
    // A resize that leaves the cpu as it is brings nothing new.
    let before = subject.before(container).and_then(|before| effective(before.resources()));
    if before.is_some_and(|before| before.equals(cpu)) {
        return;
    }
    findings.add(
        cpu.node,
        "asks for a part of a core, and whole cores are given and billed",
        "ask for whole cores, or accept the cost",
    );
}

/// The cpu that a virtual node looks at: the limit, else the request.
fn effective(resources: Option<ResourceRequirements<'_>>) -> Option<Amount<'_>> {
    let resources = resources?;
    resources.limits().get("cpu").or_else(|| resources.requests().get("cpu"))
}
