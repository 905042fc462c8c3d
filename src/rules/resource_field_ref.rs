//! `resource-field-ref`: finds files of a downwardAPI volume that show a container's resources.

use crate::check::prelude::*;
use crate::document::view::List;
use crate::kubernetes::views::DownwardApiVolumeFile;

/// The rule.
pub static RULE: Rule = Rule {
    id: "resource-field-ref",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::ResourceFieldRef]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Volume(check)];

fn check(cx: &mut Context, volume: Volume) {
    if let Some(source) = volume.downward_api() {
        report(cx, source.items());
    }
    for source in volume.projections() {
        if let Some(source) = source.downward_api() {
            report(cx, source.items());
        }
    }
}

fn report(cx: &mut Context, items: List<DownwardApiVolumeFile>) {
    for item in items {
        if let Some(reference) = item.resource_field_ref() {
            cx.report(reference.0, "virtual nodes do not support resourceFieldRef in volumes", "give the value to the container in an environment variable");
        }
    }
}
