//! `mount-propagation`: finds mounts that are propagated between the host and the container.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mount-propagation",
    strict: Deny,
    tolerant: Deny,
    fix: Some(Full),
    rows: doc(&[Row::MountPropagation]),
    fix_fields: doc(&["mountPropagation"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    for mount in container.volume_mounts() {
        let propagation = mount.mount_propagation();
        if let Some(propagation) = propagation.filter(|propagation| !matches!(propagation.value, "" | "None")) {
            cx.remove(propagation.node, "propagates a mount, and virtual nodes do not support that", "remove mountPropagation");
        }
    }
}
