//! `volume-default-mode`: finds a default file mode other than 0644 in configMap, secret and projected volumes.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-default-mode",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: &[Row::DefaultMode],
    fix_fields: &["defaultMode"],
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Volume(check)];

/// 0644, the mode that virtual nodes give to files.
const MODE: i32 = 0o644;

fn check(cx: &mut Context, volume: Volume) {
    let modes = [
        volume.config_map().and_then(|source| source.default_mode()),
        volume.secret().and_then(|source| source.default_mode()),
        volume.projected().and_then(|source| source.default_mode()),
    ];
    for mode in modes.into_iter().flatten().filter(|mode| mode.value != MODE) {
        cx.set(mode.node, Scalar::Int(MODE.into()), format_args!("files get mode 0644 on virtual nodes, not 0{:03o}", mode.value), "remove defaultMode or set it to 0644 (420)");
    }
}
