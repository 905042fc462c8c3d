//! `volume-item-mode`: finds a file mode other than 0644 on an item of a configMap or secret volume or projected source.

use crate::findings::{Edit, Findings, Literal};
use crate::oracle::Row;
use crate::reader::List;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::{KeyToPath, Volume};

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-item-mode",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: &[Row::ItemMode],
    fix_fields: Fields::of(&["mode"]),
    checks: &[Check::Volume(check)],
    ..Rule::NEW
};

/// 0644, the mode that virtual nodes give to files.
const MODE: i32 = 0o644;

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    if let Some(source) = volume.config_map() {
        report(source.items(), findings);
    }
    if let Some(source) = volume.secret() {
        report(source.items(), findings);
    }
    for source in volume.projections() {
        for source in [source.config_map(), source.secret()].into_iter().flatten() {
            report(source.items(), findings);
        }
    }
}

fn report<'d>(items: List<'d, KeyToPath<'d>>, findings: &mut Findings<'d>) {
    for item in items {
        if let Some(mode) = item.mode().filter(|mode| mode.value != MODE) {
            findings.mendable(
                mode.node,
                format_args!("files get mode 0644 on virtual nodes, not 0{:03o}", mode.value),
                "remove mode or set it to 0644 (420)",
                Edit::Set(mode.node.into(), Literal::Int(MODE.into())),
            );
        }
    }
}
