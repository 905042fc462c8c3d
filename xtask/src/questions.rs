//! questions-ui.yml: the form for Rancher.
//!
//! A form sends the default of every question that the user didn't touch. So the levels of rules have no default:
//! otherwise the form would set all of them, and the profile would have no effect.

use oke_virtual_nodes_policy::CATALOGUE;
use oke_virtual_nodes_policy::check::Check;
use oke_virtual_nodes_policy::lint::rule::{Level, ParameterKind, Rule};
use oke_virtual_nodes_policy::rules::RULES;

use crate::NOTICE;
use crate::pages::{Page, Pages};
use crate::rules::fix;
use crate::settings::{PLACEMENT, SETTINGS, Setting, Values};
use crate::text::quoted;

struct Question {
    variable: String,
    label: String,
    group: &'static str,
    kind: &'static str,
    /// As YAML.
    default: Option<String>,
    options: Vec<&'static str>,
    about: String,
}

/// The text of the form.
#[must_use]
pub fn text(pages: &Pages) -> String {
    let mut text = format!("# {NOTICE}\nquestions:\n");
    let questions = SETTINGS
        .iter()
        .filter_map(of_setting)
        .chain([placement()])
        .chain(RULES.iter().flat_map(|rule| of_rule(rule, pages.of(rule))));
    for question in questions {
        text.push_str(&format!("  - variable: {}\n", question.variable));
        text.push_str(&format!("    label: {}\n", quoted(&question.label)));
        text.push_str(&format!("    group: {}\n", question.group));
        text.push_str(&format!("    type: {}\n", question.kind));
        text.push_str("    required: false\n");
        if let Some(default) = question.default {
            text.push_str(&format!("    default: {default}\n"));
        }
        if !question.options.is_empty() {
            let options: Vec<_> = question.options.iter().map(|option| quoted(option)).collect();
            text.push_str(&format!("    options: [{}]\n", options.join(", ")));
        }
        text.push_str(&format!("    description: {}\n", quoted(&question.about)));
    }
    text
}

/// The question for a setting, if a form can ask for it: not for lists and maps of objects.
fn of_setting(setting: &Setting) -> Option<Question> {
    let (kind, options) = match setting.values {
        Values::Choice(choices) => ("enum", choices.to_vec()),
        Values::Flag => ("boolean", Vec::new()),
        Values::Url => ("string", Vec::new()),
        // The description says what the list can hold.
        Values::Some(_) => ("array[", Vec::new()),
        Values::Structure => return None,
    };
    Some(Question {
        variable: setting.name.to_owned(),
        label: setting.label.to_owned(),
        group: "Settings",
        kind,
        default: Some(setting.default.to_owned()),
        options,
        about: setting.about.replace('`', ""),
    })
}

/// The question for the fix that belongs to no rule.
fn placement() -> Question {
    Question {
        variable: "rules.placement.mutate".to_owned(),
        label: "Keep pods on managed nodes".to_owned(),
        group: "Settings",
        kind: "boolean",
        default: Some("false".to_owned()),
        options: Vec::new(),
        about: PLACEMENT.replace('`', ""),
    }
}

/// The part of the form that a rule is in.
fn group(rule: &Rule) -> &'static str {
    match CATALOGUE.checks_of(rule).first() {
        Some(Check::Pod(_)) => "Rules for pods",
        Some(Check::Volume(_)) => "Rules for volumes",
        Some(Check::Container(_)) => "Rules for containers",
        Some(Check::Update(..)) => "Rules for requests",
        Some(Check::Object(kinds, _)) if kinds.iter().any(|kind| kind.is_connection()) => "Rules for requests",
        Some(Check::Object(..) | Check::Workload(_) | Check::Product(..) | Check::Claim(_)) | None => {
            "Rules for other objects"
        }
    }
}

fn of_rule(rule: &Rule, page: &Page) -> Vec<Question> {
    let mut questions = vec![Question {
        variable: format!("rules.{}.level", rule.id),
        label: rule.id.to_owned(),
        group: group(rule),
        kind: "enum",
        default: None,
        options: Level::ALL.map(Level::name).to_vec(),
        about: format!(
            "{} Unless chosen here, {} under strict and {} under tolerant. Fix: {}.",
            page.summary.replace('`', ""),
            rule.strict.name(),
            rule.tolerant.name(),
            if rule.fix.is_some() { fix(rule) } else { "none" },
        ),
    }];
    for parameter in rule.parameters {
        let (kind, options): (_, &[&'static str]) = match parameter.kind {
            ParameterKind::Names => ("array[", &[]),
            ParameterKind::Number(..) => ("int", &[]),
            // One of the choices may be an empty text, which a list cannot show.
            ParameterKind::Choice(_) | ParameterKind::PortRange | ParameterKind::Quantity => ("string", &[]),
        };
        questions.push(Question {
            variable: format!("rules.{}.{}", rule.id, parameter.name),
            label: format!("{}: {}", rule.id, parameter.name),
            group: group(rule),
            kind,
            default: (kind == "array[").then(|| "[]".to_owned()),
            options: options.to_vec(),
            about: page.parameter(parameter.name).replace('`', ""),
        });
    }
    questions
}
