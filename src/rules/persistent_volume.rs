//! `persistent-volume`: finds PersistentVolumes whose source virtual nodes do not mount.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::oracle::Row;
use crate::reader::View;
use crate::rule::{Check, Level, Parameter, ParameterKind, Rule};
use crate::subject::Subject;
use crate::views::PersistentVolume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "persistent-volume",
    strict: Level::Deny,
    tolerant: Level::Warn,
    parameters: &[Parameter { name: "allowDrivers", kind: ParameterKind::Names }],
    rows: &[Row::LocalVolumes, Row::NfsVolumes, Row::IscsiVolumes, Row::CephfsVolumes],
    checks: &[Check::Object(&[Kind::PersistentVolume], check)],
    ..Rule::NEW
};

const REMEDY: &str = "use File Storage with its CSI driver, and allow the driver in the settings";

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let Some(spec) = PersistentVolume::of(subject.root).and_then(|volume| volume.spec()) else { return };
    let place = Place::Below(subject.root, &["kind"]);
    if let Some(csi) = spec.csi() {
        let driver = csi.driver().map_or("", |driver| driver.value);
        if !subject.names(RULE.id, "allowDrivers").contains(&driver) {
            findings.add(place, "virtual nodes do not mount volumes of this CSI driver", REMEDY);
        }
    } else if let Some(source) = spec.sources().next() {
        findings.add(place, format_args!("virtual nodes do not mount volumes of type {}", source.name()), REMEDY);
    }
}
