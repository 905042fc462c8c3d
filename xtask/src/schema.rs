//! settings.schema.json: the settings as a JSON Schema, for editors and for those who check manifests.

use oke_virtual_nodes_policy::lint::rule::{Level, ParameterKind, Rule};
use oke_virtual_nodes_policy::rules::RULES;
use serde_json::{Map, Value, json};

use crate::pages::{Page, Pages};
use crate::rules::fix;
use crate::settings::{PLACEMENT, SETTINGS, Setting, Values, takes};

/// The schema's text.
#[must_use]
pub fn text(pages: &Pages) -> String {
    let mut text = serde_json::to_string_pretty(&schema(pages)).unwrap_or_default();
    text.push('\n');
    text
}

/// The schema. Null is absence everywhere, as a form may send it.
#[must_use]
pub fn schema(pages: &Pages) -> Value {
    let properties: Map<String, Value> =
        SETTINGS.iter().map(|setting| (setting.name.to_owned(), setting_schema(setting, pages))).collect();
    let mut levels = vec![json!("deny"), json!("warn"), json!("off"), Value::Null];
    if takes(&json!({"rules": {"exec": false}})) {
        levels.push(json!(false));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://raw.githubusercontent.com/oke-virtual-nodes/oke-virtual-nodes-policy/main/settings.schema.json",
        "title": "Settings of oke-virtual-nodes-policy",
        "description": "Made by `cargo xtask generate` from the declarations in src/rules. Do not edit.",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": properties,
        "$defs": {
            "level": {
                "description": "deny rejects, warn accepts with a warning, off does nothing; false is off as YAML 1.1 \
                                reads it",
                "enum": levels,
            },
            "names": {"type": ["array", "null"], "items": {"type": "string", "minLength": 1}},
            "labels": {"type": ["object", "null"], "additionalProperties": {"type": ["string", "null"]}},
        },
    })
}

fn setting_schema(setting: &Setting, pages: &Pages) -> Value {
    let mut schema = match setting.values {
        Values::Choice(choices) => {
            let mut values: Vec<Value> = choices.iter().map(|choice| json!(choice)).collect();
            if takes(&json!({setting.name: false})) {
                values.push(json!(false));
            }
            values.push(Value::Null);
            json!({"enum": values})
        }
        Values::Flag => json!({"type": ["boolean", "null"]}),
        Values::Url => json!({
            "type": ["string", "null"],
            "maxLength": 1024,
            "pattern": "^(https?://[!-~]+)?$",
        }),
        Values::Some(choices) => json!({"type": ["array", "null"], "items": {"enum": choices}}),
        Values::Structure => match setting.name {
            "virtualNodes" => virtual_nodes(),
            "exemptions" => exemptions(),
            _ => rules(pages),
        },
    };
    schema["description"] = json!(setting.about);
    schema["default"] = serde_json::from_str(setting.default).unwrap_or_default();
    schema
}

fn rules(pages: &Pages) -> Value {
    let mut properties: Map<String, Value> =
        RULES.iter().map(|rule| (rule.id.to_owned(), rule_schema(rule, pages.of(rule)))).collect();
    let placement = json!({
        "description": PLACEMENT,
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": {"mutate": {"type": ["boolean", "null"], "default": false}},
    });
    properties.insert("placement".to_owned(), placement);
    json!({"type": ["object", "null"], "additionalProperties": false, "properties": properties})
}

fn rule_schema(rule: &Rule, page: &Page) -> Value {
    let mut properties = Map::new();
    properties.insert("level".to_owned(), json!({"$ref": "#/$defs/level"}));
    let mutate = match rule.fix {
        Some(_) => json!({
            "description": format!("Whether findings of this rule are mended; without it the setting mutate decides. \
                                    The fix is {}.", fix(rule)),
            "type": ["boolean", "null"],
        }),
        None => json!({"description": "This rule has no fix, a person must decide.", "enum": [false, null]}),
    };
    properties.insert("mutate".to_owned(), mutate);
    for parameter in rule.parameters {
        let mut schema = match parameter.kind {
            ParameterKind::Names => json!({"$ref": "#/$defs/names"}),
            ParameterKind::Choice(choices) => {
                let choices: Vec<Value> = choices.iter().map(|choice| json!(choice)).chain([Value::Null]).collect();
                json!({"enum": choices})
            }
            ParameterKind::PortRange => json!({"type": ["string", "null"], "pattern": "^[0-9]{1,5}-[0-9]{1,5}$"}),
            ParameterKind::Quantity => json!({"type": ["string", "integer", "null"]}),
        };
        schema["description"] = json!(page.parameter(parameter.name));
        properties.insert(parameter.name.to_owned(), schema);
    }
    let level = |level: Level| level.name();
    json!({
        "description": format!("{} Default: {} under strict, {} under tolerant.",
            page.summary, level(rule.strict), level(rule.tolerant)),
        "anyOf": [
            {"$ref": "#/$defs/level"},
            {"type": "object", "additionalProperties": false, "properties": properties},
        ],
    })
}

fn virtual_nodes() -> Value {
    json!({
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": {
            "labels": {"$ref": "#/$defs/labels", "description": "The labels of virtual nodes."},
            "taints": {
                "description": "The taints of virtual nodes.",
                "type": ["array", "null"],
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["key", "effect"],
                    "properties": {
                        "key": {"type": "string", "minLength": 1},
                        "value": {"type": ["string", "null"]},
                        "effect": {"enum": ["NoSchedule", "PreferNoSchedule", "NoExecute"]},
                    },
                },
            },
        },
    })
}

fn exemptions() -> Value {
    let names = |about: &str| json!({"$ref": "#/$defs/names", "description": about});
    let plain = |about: &str| {
        let mut names = names(about);
        names["items"] = json!({"pattern": "^[^*]*$"});
        names
    };
    // What has at least one entry, and no entry that matches everything, asks for something.
    let asks = |field: &str, schema: Value| json!({"required": [field], "properties": {field: schema}});
    let of_names = |field| asks(field, json!({"type": "array", "minItems": 1}));
    let of_patterns = |field| asks(field, json!({"type": "array", "minItems": 1, "items": {"pattern": "[^*]"}}));
    let of_labels = asks("labels", json!({"type": "object", "not": {"additionalProperties": {"type": "null"}}}));
    json!({
        "type": ["array", "null"],
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["reason"],
            "properties": {
                "namespaces": names("Namespaces of the objects; * stands for any text."),
                "names": names("Names of the objects; * stands for any text."),
                "kinds": plain("Kinds of the objects, such as Pod or Deployment."),
                "labels": {"$ref": "#/$defs/labels", "description": "Labels that the objects have, all of them."},
                "users": plain("Names of the users who ask."),
                "groups": plain("Groups of the users who ask."),
                "rules": {
                    "description": "The rules that it holds for; without it all.",
                    "type": ["array", "null"],
                    "items": {"enum": RULES.iter().map(|rule| rule.id).chain(["placement"]).collect::<Vec<_>>()},
                },
                "reason": {
                    "description": "Why; for those who read the settings.",
                    "type": "string",
                    "pattern": "[^ \\t\\n\\f\\r]",
                },
            },
            "anyOf": [
                of_patterns("namespaces"),
                of_patterns("names"),
                of_names("kinds"),
                of_labels,
                of_names("users"),
                of_names("groups"),
                of_names("rules"),
            ],
        },
    })
}
