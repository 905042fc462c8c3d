//! `pod-os`: finds pods that name their operating system.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-os",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: &[Row::PodOs],
    fix_fields: Fields::of(&["os"]),
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let Some((os, name)) = pod.os().and_then(|os| Some((os, os.name()?))) else { return };
    match name.value {
        "" => {}
        "linux" => {
            findings.mendable(os.node, "virtual nodes do not support os", "remove it", Edit::Remove(os.node));
        }
        _ => {
            findings.add(
                os.node,
                "virtual nodes do not support os and run Linux only",
                "use an image for Linux and remove os",
            );
        }
    }
}
