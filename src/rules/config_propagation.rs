//! `config-propagation`: finds changes of ConfigMaps and Secrets, which running pods will not see.

use crate::check::prelude::*;
use crate::document::node::same_json;
use crate::document::view::Presence;
use crate::kubernetes::object::Object;

/// The rule.
pub static RULE: Rule = Rule {
    id: "config-propagation",
    strict: Warn,
    tolerant: Off,
    rows: doc(&[Row::ConfigPropagation]),
    outside_default_webhook_rules: true,
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::ConfigMap, Kind::Secret], check)];

fn check(cx: &mut Context) {
    let Some(old) = cx.old else { return };
    for name in ["data", "binaryData", "stringData"] {
        if !same_json(text(cx.object, name), text(old, name)) {
            cx.report(
                Place::Below(cx.object.root, &[name]),
                "pods that run on virtual nodes do not see the change",
                "restart them, for example with kubectl rollout restart",
            );
        }
    }
}

fn text<'d>(object: &Object<'d>, name: &'static str) -> &'d str {
    object.field::<Presence>(name).and_then(|field| field.0.raw()).unwrap_or("{}")
}
