//! `emptydir-medium`: finds an emptyDir on another medium than the default one or memory.

use crate::findings::{Edit, Findings, Literal};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Parameter, ParameterKind, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "emptydir-medium",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    parameters: &[Parameter { name: "medium", kind: ParameterKind::Choice(&["", "Memory"]) }],
    rows: &[Row::EmptyDirMedium],
    fix_fields: Fields::of(&["medium"]),
    checks: &[Check::Volume(check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    let Some(medium) = volume.empty_dir().and_then(|volume| volume.medium()) else { return };
    if matches!(medium.value, "" | "Memory") {
        return;
    }
    let edit = match subject.text(RULE.id, "medium") {
        None | Some("") => Edit::Remove(medium.node),
        Some(medium_to_be) => Edit::Set(medium.node.into(), Literal::Text(medium_to_be)),
    };
    findings.mendable(medium.node, "the medium is neither \"\" nor Memory", "remove it or use Memory", edit);
}
