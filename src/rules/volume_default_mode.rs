//! `volume-default-mode`: finds a default file mode other than 0644 in configMap, secret and projected volumes.

use crate::findings::{Edit, Findings, Literal};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-default-mode",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: &[Row::DefaultMode],
    fix_fields: Fields::of(&["defaultMode"]),
    checks: &[Check::Volume(check)],
    ..Rule::NEW
};

/// 0644, the mode that virtual nodes give to files.
const MODE: i32 = 0o644;

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    let modes = [
        volume.config_map().and_then(|source| source.default_mode()),
        volume.secret().and_then(|source| source.default_mode()),
        volume.projected().and_then(|source| source.default_mode()),
    ];
    for mode in modes.into_iter().flatten().filter(|mode| mode.value != MODE) {
        findings.mendable(
            mode.node,
            format_args!("files get mode 0644 on virtual nodes, not 0{:03o}", mode.value),
            "remove defaultMode or set it to 0644 (420)",
            Edit::Set(mode.node.into(), Literal::Int(MODE.into())),
        );
    }
}
