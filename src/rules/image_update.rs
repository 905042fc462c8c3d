//! `image-update`: finds updates that change the image of a running pod.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-update",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::ImageUpdates]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Update(check)];

fn check(cx: &mut Context, container: Container, before: Container) {
    if image(container) != image(before) {
        cx.report(
            Place::Below(container.node, &["image"]),
            "gets another image, and virtual nodes do not change a running pod",
            "delete the pod, or roll it out with its Deployment",
        );
    }
}

fn image<'d>(container: Container<'d>) -> &'d str {
    container.image().map_or("", |image| image.value)
}
