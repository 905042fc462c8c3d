//! `resource-field-ref`: finds files of a downwardAPI volume that show a container's resources.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::reader::List;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::{DownwardApiVolumeFile, Volume};

/// The rule.
pub static RULE: Rule = Rule {
    id: "resource-field-ref",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::ResourceFieldRef],
    checks: &[Check::Volume(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    if let Some(source) = volume.downward_api() {
        report(source.items(), findings);
    }
    for source in volume.projections() {
        if let Some(source) = source.downward_api() {
            report(source.items(), findings);
        }
    }
}

fn report<'d>(items: List<'d, DownwardApiVolumeFile<'d>>, findings: &mut Findings<'d>) {
    for item in items {
        if let Some(reference) = item.resource_field_ref() {
            findings.add(
                reference.0,
                "virtual nodes do not support resourceFieldRef in volumes",
                "give the value to the container in an environment variable",
            );
        }
    }
}
