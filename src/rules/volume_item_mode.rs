//! `volume-item-mode`: finds a file mode other than 0644 on an item of a configMap or secret volume or projected source.

use crate::check::prelude::*;
use crate::document::view::List;
use crate::kubernetes::views::KeyToPath;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-item-mode",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: &[Row::ItemMode],
    fix_fields: &["mode"],
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Volume(check)];

/// 0644, the mode that virtual nodes give to files.
const MODE: i32 = 0o644;

fn check(cx: &mut Context, volume: Volume) {
    if let Some(source) = volume.config_map() {
        report(cx, source.items());
    }
    if let Some(source) = volume.secret() {
        report(cx, source.items());
    }
    for source in volume.projections() {
        for source in [source.config_map(), source.secret()].into_iter().flatten() {
            report(cx, source.items());
        }
    }
}

fn report(cx: &mut Context, items: List<KeyToPath>) {
    for item in items {
        if let Some(mode) = item.mode().filter(|mode| mode.value != MODE) {
            cx.set(mode.node, Scalar::Int(MODE.into()), format_args!("files get mode 0644 on virtual nodes, not 0{:03o}", mode.value), "remove mode or set it to 0644 (420)");
        }
    }
}
