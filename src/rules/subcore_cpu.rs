//! `subcore-cpu`: finds containers whose cpu is not a whole number of cores.

use crate::check::prelude::*;
use crate::document::view::Amount;
use crate::kubernetes::views::ResourceRequirements;

/// The rule.
pub static RULE: Rule = Rule {
    id: "subcore-cpu",
    strict: Warn,
    tolerant: Off,
    rows: &[Row::ResourceAllocation, Row::SubcoreResources],
    is_asked_on_resize: true,
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    let Some(cpu) = effective(container.resources()).filter(|cpu| !cpu.value().is_whole()) else { return };
    // A resize that leaves the cpu as it is brings nothing new.
    let before = cx.before.and_then(|before| effective(before.container(container)?.resources()));
    if before.is_none_or(|before| !before.equals(cpu)) {
        cx.report(
            cpu.node,
            "asks for a part of a core, and whole cores are given and billed",
            "ask for whole cores, or accept the cost",
        );
    }
}

/// The cpu that a virtual node looks at: the limit, else the request.
fn effective(resources: Option<ResourceRequirements>) -> Option<Amount> {
    let resources = resources?;
    resources.limits().get("cpu").or_else(|| resources.requests().get("cpu"))
}
