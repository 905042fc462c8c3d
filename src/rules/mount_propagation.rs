//! `mount-propagation`: finds mounts that are to be propagated between host and container.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mount-propagation",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container: VolumeMount.MountPropagation",
        summary: "Finds mounts that are to be propagated between host and container.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
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
