//! `image-update`: finds updates that change the image of a running pod.

use crate::findings::{Findings, Place};
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-update",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::ImageUpdates],
    checks: &[Check::Update(check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let Some(before) = subject.before(container) else { return };
    let image = |container: Container<'d>| container.image().map_or("", |image| image.value);
    if image(container) != image(before) {
        findings.add(
            Place::Below(container.node, &["image"]),
            "gets another image, and virtual nodes do not change a running pod",
            "delete the pod, or roll it out with its Deployment",
        );
    }
}
