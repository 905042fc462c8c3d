//! `config-propagation`: finds changes of ConfigMaps and Secrets, which running pods will not see.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::oracle::Row;
use crate::reader::{Presence, View};
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::unchanged::same_json;
use crate::views::Configuration;

/// The rule.
pub static RULE: Rule = Rule {
    id: "config-propagation",
    strict: Level::Warn,
    tolerant: Level::Off,
    rows: &[Row::ConfigPropagation],
    outside_default_webhook_rules: true,
    checks: &[Check::Object(&[Kind::ConfigMap, Kind::Secret], check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let (Some(new), Some(old)) = (Configuration::of(subject.root), subject.old.and_then(Configuration::of)) else {
        return;
    };
    let fields: [(&'static [&'static str], _, _); 3] = [
        (&["data"], new.data(), old.data()),
        (&["binaryData"], new.binary_data(), old.binary_data()),
        (&["stringData"], new.string_data(), old.string_data()),
    ];
    for (name, new, old) in fields {
        if !same_json(text(new), text(old)) {
            findings.add(
                Place::Below(subject.root, name),
                "pods that run on virtual nodes do not see the change",
                "restart them, for example with kubectl rollout restart",
            );
        }
    }
}

fn text(field: Option<Presence<'_>>) -> &str {
    field.and_then(|field| field.0.raw()).unwrap_or("{}")
}
