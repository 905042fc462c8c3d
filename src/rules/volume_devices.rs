//! `volume-devices`: finds containers that use block devices.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-devices",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::VolumeDevices]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    if let Some(devices) = container.volume_devices().filled() {
        cx.report(devices, "uses volumeDevices, and virtual nodes attach no block devices", "remove them, or run it on managed nodes");
    }
}
