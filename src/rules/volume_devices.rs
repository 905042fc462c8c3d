//! `volume-devices`: finds containers that use block devices.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-devices",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::VolumeDevices],
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    if let Some(devices) = container.volume_devices().filled() {
        findings.add(
            devices,
            "uses volumeDevices, and virtual nodes attach no block devices",
            "remove them, or run it on managed nodes",
        );
    }
}
