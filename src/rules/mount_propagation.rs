//! `mount-propagation`: finds mounts that are to be propagated between host and container.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mount-propagation",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    rows: &[Row::MountPropagation],
    fix_fields: Fields::of(&["mountPropagation"]),
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for mount in container.volume_mounts() {
        let propagation = mount.mount_propagation();
        if let Some(propagation) = propagation.filter(|propagation| !matches!(propagation.value, "" | "None")) {
            findings.mendable(
                propagation.node,
                "propagates a mount, and virtual nodes do not support that",
                "remove mountPropagation",
                Edit::Remove(propagation.node),
            );
        }
    }
}
