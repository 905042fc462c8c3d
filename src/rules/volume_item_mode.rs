//! `volume-item-mode`: finds a file mode other than 0644 on an item of a configMap or secret volume or projected source.

use crate::findings::{Edit, Findings, Literal};
use crate::reader::List;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::{KeyToPath, Volume};

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-item-mode",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod:Volumes - Mode must be specified as 0644",
        summary: "Finds a file mode other than 0644 on an item of a configMap or secret volume or projected source.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
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
                format_args!("files get mode 0644 on virtual nodes, not {:#05o}", mode.value),
                "remove mode or set it to 0644 (420)",
                Edit::Set(mode.node.into(), Literal::Int(MODE.into())),
            );
        }
    }
}
