//! `volume-default-mode`: finds a default file mode other than 0644 in configMap, secret and projected volumes.

use crate::check::modes;
use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-default-mode",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: doc(&[Row::DefaultMode]),
    fix_fields: doc(&["defaultMode"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Volume(check)];

fn check(cx: &mut Context, volume: Volume) {
    let modes = [
        volume.config_map().and_then(|source| source.default_mode()),
        volume.secret().and_then(|source| source.default_mode()),
        volume.projected().and_then(|source| source.default_mode()),
    ];
    for mode in modes.into_iter().flatten() {
        modes::report(cx, mode, "remove defaultMode or set it to 0644 (420)");
    }
}
