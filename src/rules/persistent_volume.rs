//! `persistent-volume`: finds PersistentVolumes whose source virtual nodes don't mount.

use crate::check::claims::{self, DRIVERS};
use crate::check::prelude::*;
use crate::kubernetes::views::PersistentVolumeSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "persistent-volume",
    strict: Deny,
    tolerant: Warn,
    parameters: &[&DRIVERS],
    rows: doc(&[Row::LocalVolumes, Row::NfsVolumes, Row::IscsiVolumes, Row::CephfsVolumes]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::PersistentVolume], check)];

const REMEDY: &str = "use File Storage with its CSI driver, which platform in the settings accepts";

fn check(cx: &mut Context) {
    let Some(spec) = cx.object.field::<PersistentVolumeSpec>("spec") else { return };
    let place = Place::Below(cx.object.root, &["kind"]);
    if let Some(csi) = spec.csi() {
        let driver = csi.driver().map_or("", |driver| driver.value);
        if !claims::is_driver_accepted(cx, driver) {
            cx.report(place, "the settings do not accept volumes of this CSI driver", REMEDY);
        }
    } else if let Some(source) = spec.sources().next() {
        cx.report(place, format_args!("virtual nodes do not mount volumes of type {}", source.name()), REMEDY);
    }
}
