//! `volume-item-mode`: finds a file mode other than 0644 on an item of a configMap or secret volume or projected source.

use crate::check::modes;
use crate::check::prelude::*;
use crate::document::view::List;
use crate::kubernetes::views::KeyToPath;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-item-mode",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: doc(&[Row::ItemMode]),
    fix_fields: doc(&["mode"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Volume(check)];

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
    for mode in items.into_iter().filter_map(|item| item.mode()) {
        modes::report(cx, mode, "remove mode or set it to 0644 (420)");
    }
}
