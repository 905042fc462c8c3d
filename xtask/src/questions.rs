//! questions-ui.yml: the form for Rancher.
//!
//! A form sends the default of every question that the user didn't touch. So the levels of rules have no default:
//! otherwise the form would set all of them, and the profile would have no effect. What `show_if` can say is what
//! Kubewarden's extension understands: `key=value`, joined by `||`; a key has no hyphen.

use oke_virtual_nodes_policy::lint::rule::{Level, ParameterKind, Rule};
use oke_virtual_nodes_policy::rules::RULES;

use crate::NOTICE;
use crate::form::{FIELDS, Group, LAYOUT, Parameter, Part};
use crate::pages::Pages;
use crate::settings::{PLACEMENT, SETTINGS, Setting, Values};
use crate::text::quoted;

/// The question of a form. Everything but the kind is as YAML.
#[derive(Default)]
struct Question {
    variable: String,
    label: String,
    kind: &'static str,
    default: Option<String>,
    options: Vec<&'static str>,
    description: String,
    tooltip: Option<String>,
    show_if: Option<&'static str>,
    /// The questions about each entry of a list of objects.
    fields: Vec<Question>,
}

/// The text of the form.
#[must_use]
pub fn text(pages: &Pages) -> String {
    let mut text = format!("# {NOTICE}\nquestions:\n");
    for Group { name, parts } in LAYOUT {
        let mut questions: Vec<_> = parts.iter().map(|part| question(part, pages)).collect();
        if parts.iter().all(|part| matches!(part, Part::Level(..))) {
            questions.sort_by_key(|question| question.label.to_lowercase());
        }
        for question in questions {
            text.push_str(&yaml(&question, "  ", Some(name)));
        }
    }
    text
}

/// A question, in the form's YAML.
fn yaml(question: &Question, indent: &str, group: Option<&str>) -> String {
    let mut lines = vec![format!("variable: {}", question.variable), format!("label: {}", quoted(&question.label))];
    lines.extend(group.map(|group| format!("group: {}", quoted(group))));
    lines.extend([format!("type: {}", question.kind), "required: false".to_owned()]);
    lines.extend(question.default.as_ref().map(|default| format!("default: {default}")));
    if !question.options.is_empty() {
        let options: Vec<_> = question.options.iter().map(|option| quoted(option)).collect();
        lines.push(format!("options: [{}]", options.join(", ")));
    }
    if question.kind == "array[" {
        lines.push("value_multiline: false".to_owned());
    }
    lines.extend(question.show_if.map(|condition| format!("show_if: {}", quoted(condition))));
    lines.push(format!("description: {}", quoted(&question.description)));
    lines.extend(question.tooltip.as_ref().map(|tooltip| format!("tooltip: {}", quoted(tooltip))));
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        text.push_str(&format!("{indent}{}{line}\n", if index == 0 { "- " } else { "  " }));
    }
    if !question.fields.is_empty() {
        text.push_str(&format!("{indent}  sequence_questions:\n"));
        for field in &question.fields {
            text.push_str(&yaml(field, &format!("{indent}    "), None));
        }
    }
    text
}

fn question(part: &Part, pages: &Pages) -> Question {
    match part {
        Part::Setting(name, show_if) => of_setting(setting(name), *show_if),
        Part::Placement => Question {
            variable: "rules.placement.mutate".to_owned(),
            label: "Move denied pods to managed nodes".to_owned(),
            kind: "boolean",
            default: Some("false".to_owned()),
            description: "Adds a required node affinity to them. Needs mutating: true.".to_owned(),
            tooltip: Some(plain(PLACEMENT)),
            show_if: Some("nodeKind=mixed"),
            ..Question::default()
        },
        Part::Parameter(parameter) => of_parameter(parameter, pages),
        Part::Level(id, label) => of_level(rule(id), label, pages),
    }
}

fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("{id}: the form asks for a rule that isn't there"))
}

fn setting(name: &str) -> &'static Setting {
    let setting = SETTINGS.iter().find(|setting| setting.name == name);
    setting.unwrap_or_else(|| panic!("{name}: the form asks for a setting that isn't there"))
}

/// A text without the marks of Markdown.
fn plain(text: &str) -> String {
    let mut plain = text.replace('`', "");
    // A link is its words.
    while let Some((before, rest)) = plain.split_once('[')
        && let Some((words, rest)) = rest.split_once("](")
        && let Some((_, after)) = rest.split_once(')')
    {
        plain = format!("{before}{words}{after}");
    }
    plain
}

fn of_setting(setting: &Setting, show_if: Option<&'static str>) -> Question {
    let fields: Vec<_> = FIELDS.iter().filter(|field| field.setting == setting.name).collect();
    let (kind, options) = match setting.values {
        Values::Choice(choices) => ("enum", choices.to_vec()),
        Values::Flag => ("boolean", Vec::new()),
        Values::Url => ("string", Vec::new()),
        // The description says what the list can hold.
        Values::Some(_) => ("array[", Vec::new()),
        Values::Structure => ("sequence[", Vec::new()),
    };
    let of_field = |field: &&crate::form::Field| Question {
        variable: field.name.to_owned(),
        label: field.label.to_owned(),
        kind: field.kind,
        default: Some(
            if field.kind == "array[" {
                "[]"
            } else if field.kind == "map[" {
                "{}"
            } else {
                "\"\""
            }
            .to_owned(),
        ),
        description: field.about.to_owned(),
        ..Question::default()
    };
    Question {
        variable: setting.name.to_owned(),
        label: setting.label.to_owned(),
        kind,
        default: Some(setting.default.to_owned()),
        options,
        description: setting.short.to_owned(),
        tooltip: Some(plain(setting.about)),
        show_if,
        fields: fields.iter().map(of_field).collect(),
    }
}

fn of_parameter(parameter: &Parameter, pages: &Pages) -> Question {
    let rule = rule(parameter.rule);
    let kind = rule.parameters.iter().find(|known| known.name == parameter.name).map(|known| known.kind);
    let kind = kind.unwrap_or_else(|| panic!("{}: has no parameter {}", rule.id, parameter.name));
    let (kind, options): (_, &[&'static str]) = match kind {
        _ if !parameter.options.is_empty() => ("enum", parameter.options),
        ParameterKind::Names => ("array[", &[]),
        ParameterKind::Number(..) => ("int", &[]),
        ParameterKind::Quantity if parameter.default.is_some_and(|default| default.parse::<i64>().is_ok()) => {
            ("int", &[])
        }
        // One of the choices may be an empty text, which a list cannot show.
        ParameterKind::Choice(_) | ParameterKind::PortRange | ParameterKind::Quantity => ("string", &[]),
    };
    Question {
        variable: format!("rules.{}.{}", rule.id, parameter.name),
        label: parameter.label.to_owned(),
        kind,
        default: parameter.default.map(str::to_owned),
        options: options.to_vec(),
        description: format!("{} Rule {}.", plain(pages.of(rule).parameter(parameter.name)), rule.id),
        show_if: parameter.show_if,
        ..Question::default()
    }
}

fn of_level(rule: &Rule, label: &str, pages: &Pages) -> Question {
    Question {
        variable: format!("rules.{}.level", rule.id),
        label: label.to_owned(),
        kind: "enum",
        options: Level::ALL.map(Level::name).to_vec(),
        description: format!(
            "Under strict {}, under tolerant {}. {} Rule {}.",
            rule.strict.name(),
            rule.tolerant.name(),
            plain(&pages.of(rule).summary),
            rule.id
        ),
        ..Question::default()
    }
}
