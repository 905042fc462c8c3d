//! `emptydir-medium`: finds an emptyDir whose medium is neither the default nor memory.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "emptydir-medium",
    strict: Deny,
    tolerant: Deny,
    fix: Some(Full),
    parameters: &[&MEDIUM],
    rows: doc(&[Row::EmptyDirMedium]),
    fix_fields: doc(&["medium"]),
    ..Rule::NEW
};

/// The medium that the fix sets; the empty one removes the field.
static MEDIUM: Parameter = Parameter { name: "medium", kind: ParameterKind::Choice(&["", "Memory"]) };

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Volume(check)];

fn check(cx: &mut Context, volume: Volume) {
    let Some(medium) = volume.empty_dir().and_then(|volume| volume.medium()) else { return };
    if matches!(medium.value, "" | "Memory") {
        return;
    }
    let new = cx.text(&MEDIUM).unwrap_or_default();
    cx.report(medium.node, "the medium is neither \"\" nor Memory", "remove it or use Memory");
    if new.is_empty() {
        cx.and_remove(medium.node);
    } else {
        cx.and_set(medium.node, Scalar::Text(new.to_owned()));
    }
}
