//! The generated files exist, are not stale, and say what the policy does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use oke_virtual_nodes_policy::check_settings;
use oke_virtual_nodes_policy::config::{PLATFORMS, Settings, keys, parse};
use oke_virtual_nodes_policy::kubernetes::custom_workloads::{CUSTOM_WORKLOADS, SERVED, Served};
use oke_virtual_nodes_policy::lint::lookup::Lookup;
use oke_virtual_nodes_policy::lint::oracle::Row;
use oke_virtual_nodes_policy::review::exemption as exempt;
use oke_virtual_nodes_policy::review::response::Response;
use oke_virtual_nodes_policy::rules::RULES;
use serde_json::{Map, Value, json};
use xtask::metadata::{Scope, webhook_rules, with_rules};
use xtask::pages::Pages;
use xtask::settings::{SETTINGS, Values, takes};
use xtask::{chart, custom_workloads, oracle, schema as made};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a parent").to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn schema() -> Value {
    made::schema(&Pages::read(&root()).unwrap())
}

fn yaml(text: &str, what: &str) -> Value {
    yaml_serde::from_str(text).unwrap_or_else(|error| panic!("{what}: {error}\n{text}"))
}

/// Documentation for people, as far as it can have examples and links.
fn pages() -> Vec<(String, String)> {
    let mut paths = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned(), "SECURITY.md".to_owned()];
    for folder in ["docs", "docs/rules", "deploy"] {
        let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        paths.extend(names.filter(|name| name.ends_with(".md")).map(|name| format!("{folder}/{name}")));
    }
    paths.into_iter().map(|path| (path.clone(), read(&path))).collect()
}

// Staleness.

#[test]
fn nothing_is_stale() {
    assert_eq!(xtask::stale(&root()), Ok(Vec::new()), "run `cargo xtask generate`");
}

#[test]
fn the_rules_of_webhooks_are_made_between_their_markers_alone() {
    let text = "# a\n# BEGIN rules (cargo xtask generate)\nrules: []\n# END rules\nb: 1\n";
    let made = with_rules("x", text).unwrap();
    assert!(made.starts_with("# a\n# BEGIN rules (cargo xtask generate)\nrules:\n  - apiGroups"), "{made}");
    assert!(made.ends_with("# END rules\nb: 1\n"), "{made}");
    assert_eq!(with_rules("x", &made).unwrap(), made);
    for wrong in ["b: 1\n", "# BEGIN rules (cargo xtask generate)\n", "# BEGIN rules elsewhere\n# END rules\n"] {
        assert!(with_rules("x", wrong).is_err(), "{wrong}");
    }
}

// Oracle's page.

#[test]
fn every_row_of_oracles_page_is_there() {
    let counts: Vec<_> = oracle::SECTIONS.iter().map(|section| section.rows.len()).collect();
    // The entries of the lists in a row are rows. Counted on the page, not here.
    assert_eq!(counts, [12, 69, 9, 6]);
    let page = read("docs/oracle.md");
    for entry in oracle::rows() {
        let mut rules = entry.rules().peekable();
        assert!(rules.peek().is_some() || !entry.note.is_empty(), "{}: neither a rule nor a reason", entry.says);
        assert_eq!(rules.peek().is_some(), entry.row.is_some(), "{}: no rule declares this row", entry.says);
        assert!(rules.all(|id| page.contains(&format!("[`{id}`]("))), "{}", entry.says);
    }
    let named: Vec<_> = oracle::rows().filter_map(|entry| entry.row).collect();
    assert_eq!(named, Row::ALL, "the rows of src/oracle.rs, in the order of the page");
}

#[test]
fn every_rule_is_in_one_table_of_oracles_pages() {
    let others: Vec<_> = oracle::FACTS.iter().map(|fact| fact.rule).collect();
    let mut expected = Vec::new();
    for rule in RULES {
        assert!(rule.rows.is_sorted(), "{}: {:?} is not in the order of the page", rule.id, rule.rows);
        let of_page = oracle::rows().any(|entry| entry.rules().any(|id| id == rule.id));
        assert_eq!(of_page, !rule.rows.is_empty(), "{}", rule.id);
        if rule.rows.is_empty() {
            expected.push(rule.id);
        }
    }
    assert_eq!(others, expected, "the rules without a row of the comparison page, in the order of the catalogue");
    let page = read("docs/oracle.md");
    let (_, others) = page.split_once("\n## Oracle's other pages\n").expect("the second table");
    for fact in oracle::FACTS {
        let row = format!("| [`{0}`](rules/{0}.md) | [{1}]({2}) |", fact.rule, fact.title, fact.url);
        assert!(others.contains(&row), "{row}");
        assert!(!fact.says.ends_with('.'), "{}", fact.says);
    }
}

// Custom workloads.

#[test]
fn every_custom_workload_has_its_webhook_rule_and_a_version_that_was_read() {
    let kinds: BTreeSet<_> = CUSTOM_WORKLOADS.iter().map(|info| (info.group, info.resource)).collect();
    assert_eq!(kinds.len(), CUSTOM_WORKLOADS.len(), "a kind is there twice");
    let of_product = |served: &Served| served.resources.iter().map(|name| (served.group, *name)).collect::<Vec<_>>();
    assert_eq!(SERVED.iter().flat_map(of_product).collect::<BTreeSet<_>>(), kinds);

    let page = read("docs/custom-workloads.md");
    let (before, versions) = page.split_once("\n## Versions that were read\n").expect("the versions");
    let products: BTreeSet<_> = SERVED.iter().map(|served| served.product).collect();
    let read: Vec<_> =
        versions.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next()).skip(1).collect();
    assert_eq!(read.iter().copied().collect::<BTreeSet<_>>(), products);
    assert_eq!(read.len(), products.len(), "a product is there twice");
    for info in CUSTOM_WORKLOADS {
        let row = format!("| `{}` | {} | `{}`", info.group, info.name, info.templates[0].text());
        assert!(before.contains(&row), "{row}");
    }
    let mut count = 0;
    for block in before.split("```yaml\n- apiGroups").skip(1) {
        let text = format!("- apiGroups{}", block.split("```").next().unwrap());
        for rule in yaml(&text, "webhook rules").as_array().unwrap() {
            let of = |key: &str| rule[key][0].as_str().unwrap().to_owned();
            let resources = strings(rule.get("resources"));
            let is_it = |served: &&Served| {
                (served.group, served.version) == (of("apiGroups").as_str(), of("apiVersions").as_str())
                    && resources == served.resources.iter().map(|name| (*name).to_owned()).collect()
            };
            assert!(SERVED.iter().any(|served| is_it(&served)), "{rule}");
            assert_eq!(rule["operations"], json!(["CREATE", "UPDATE"]));
            count += 1;
        }
    }
    assert_eq!(count, SERVED.len());
    for product in products.iter().filter_map(|product| custom_workloads::remark(product)) {
        assert!(page.contains(product), "{product}");
    }
}

// Settings: what the documentation says of them, the schema, the form and the policy agree.

#[test]
fn every_setting_is_described() {
    let described: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!(described, keys().collect());
    for setting in SETTINGS {
        let default: Value = serde_json::from_str(setting.default).unwrap();
        assert_valid(&json!({setting.name: default}), setting.name);
        assert_valid(&yaml(setting.example, setting.name), setting.name);
    }
}

fn assert_valid(settings: &Value, what: &str) {
    let read = check_settings(Some(&settings.to_string()));
    assert!(read.is_ok(), "{what}: {}: {:?}", settings, read.err());
    let schema = schema();
    if let Err(error) = conforms(settings, &schema, &schema) {
        panic!("{what}: {settings}: the schema says {error}");
    }
}

#[test]
fn every_platform_is_described() {
    let setting = SETTINGS.iter().find(|setting| setting.name == "platform").expect("the setting");
    let days: Vec<_> = PLATFORMS.iter().map(|platform| platform.day).collect();
    assert!(setting.values == Values::Choice(Vec::leak(days.clone())), "{days:?}");
    assert_eq!(setting.default, format!("\"{}\"", days[0]));
    assert!(days.iter().all(|day| setting.about.contains(&format!("`{day}`"))), "{}", setting.about);
    let changes = read("docs/platform-changes.md");
    assert!(days.iter().skip(1).all(|day| changes.contains(&format!("`platform: \"{day}\"`"))), "{days:?}");
}

#[test]
fn the_schema_refuses_what_the_policy_refuses() {
    let schema = schema();
    for wrong in [
        json!([]),
        json!("strict"),
        json!({"profil": "strict"}),
        json!({"profile": "lax"}),
        json!({"profile": 1}),
        json!({"nodeKind": "both"}),
        json!({"mutate": true}),
        json!({"mutate": "on"}),
        json!({"mutateTemplates": "yes"}),
        json!({"annotate": 1}),
        json!({"helpUrl": "wiki"}),
        json!({"helpUrl": 7}),
        json!({"rules": []}),
        json!({"rules": {"no-such-rule": "deny"}}),
        json!({"rules": {"exec": "allow"}}),
        json!({"rules": {"exec": true}}),
        json!({"rules": {"exec": {"mutate": true}}}),
        json!({"rules": {"exec": {"levels": "deny"}}}),
        json!({"rules": {"volume-type": {"allow": "csi"}}}),
        json!({"rules": {"volume-type": {"allow": [""]}}}),
        json!({"rules": {"emptydir-medium": {"medium": "HugePages"}}}),
        json!({"rules": {"node-port-conflict": {"nodePortRange": "30000"}}}),
        json!({"rules": {"missing-resources": {"cpu": []}}}),
        json!({"rules": {"placement": "warn"}}),
        json!({"rules": {"placement": {"level": "warn"}}}),
        json!({"rules": {"placement": {"mutate": "yes"}}}),
        json!({"nodeKind": false}),
        json!({"lookups": ["ConfigMap"]}),
        json!({"lookups": [null]}),
        json!({"lookups": "Node"}),
        json!({"onLookupFailure": "off"}),
        json!({"onLookupFailure": false}),
        json!({"virtualNodes": []}),
        json!({"virtualNodes": {"label": {}}}),
        json!({"virtualNodes": {"labels": {"a": 1}}}),
        json!({"virtualNodes": {"taints": ["a"]}}),
        json!({"virtualNodes": {"taints": [{"key": "a", "effect": "Never"}]}}),
        json!({"virtualNodes": {"taints": [{"key": "a", "effect": null}]}}),
        json!({"virtualNodes": {"taints": [{"key": "", "effect": "NoSchedule"}]}}),
        json!({"virtualNodes": {"taints": [{"effect": "NoSchedule"}]}}),
        json!({"exemptions": {}}),
        json!({"exemptions": [{"namespaces": ["a"]}]}),
        json!({"exemptions": [{"namespaces": ["a"], "reason": null}]}),
        json!({"exemptions": [{"namespaces": ["a"], "reason": " "}]}),
        json!({"exemptions": [{"namespaces": "a", "reason": "b"}]}),
        json!({"exemptions": [{"namespace": ["a"], "reason": "b"}]}),
        json!({"exemptions": [{"kinds": ["Pod", ""], "reason": "b"}]}),
        json!({"exemptions": [{"rules": ["no-such-rule"], "reason": "b"}]}),
        json!({"exemptions": [null]}),
        json!({"exemptions": [{"users": ["system:*"], "reason": "b"}]}),
        json!({"virtualNodes": {"taints": [null]}}),
        json!({"exemptions": [{"namespaces": ["a", "*"], "reason": "b"}]}),
        // What matches everything.
        json!({"exemptions": [{"reason": "b"}]}),
        json!({"exemptions": [{"namespaces": ["*"], "names": ["**"], "reason": "b"}]}),
        json!({"exemptions": [{"namespaces": ["*"], "kinds": [], "users": null, "reason": "b"}]}),
        json!({"exemptions": [{"labels": {}, "reason": "b"}]}),
        json!({"exemptions": [{"labels": {"a": null}, "reason": "b"}]}),
        json!({"allowAnnotations": "true"}),
        json!({"platform": "2026-08-29"}),
        json!({"platform": 20260828}),
        json!({"podTemplates": {}}),
        json!({"podTemplates": [null]}),
        json!({"podTemplates": ["example.com"]}),
        json!({"podTemplates": [{"group": "example.com", "kind": "A"}]}),
        json!({"podTemplates": [{"group": "example.com", "path": "spec"}]}),
        json!({"podTemplates": [{"kind": "A", "path": "spec"}]}),
        json!({"podTemplates": [{"group": "", "kind": "A", "path": "spec"}]}),
        json!({"podTemplates": [{"group": "apps", "kind": "A", "path": "spec"}]}),
        json!({"podTemplates": [{"group": "networking.k8s.io", "kind": "A", "path": "spec"}]}),
        json!({"podTemplates": [{"group": "k8s.io", "kind": "A", "path": "spec"}]}),
        json!({"podTemplates": [{"group": "example.com", "kind": "", "path": "spec"}]}),
        json!({"podTemplates": [{"group": "example.com", "kind": "A", "path": ""}]}),
        json!({"podTemplates": [{"group": "example.com", "kind": "A", "path": "[*]"}]}),
        json!({"podTemplates": [{"group": "example.com", "kind": "A", "path": "spec[0]"}]}),
        json!({"podTemplates": [{"group": "example.com", "kind": "A", "path": "spec", "version": "v1"}]}),
        json!({"podTemplates": vec![json!({"group": "example.com", "kind": "A", "path": "spec"}); 17]}),
        json!({"rules": {"subcore-cpu": {"cpusPerOcpu": 3}}}),
        json!({"rules": {"subcore-cpu": {"cpusPerOcpu": "two"}}}),
        json!({"rules": {"job-ttl": {"seconds": -1}}}),
        json!({"rules": {"job-ttl": {"seconds": 4294967296_i64}}}),
        json!({"rules": {"pod-size": {"maxCpu": []}}}),
        json!({"rules": {"ephemeral-storage": {"max": true}}}),
    ] {
        assert!(check_settings(Some(&wrong.to_string())).is_err(), "the policy takes {wrong}");
        assert!(conforms(&wrong, &schema, &schema).is_err(), "the schema takes {wrong}");
    }
}

#[test]
fn the_schema_takes_what_the_policy_takes() {
    for right in [
        json!(null),
        json!({}),
        json!({"profile": null, "rules": null, "helpUrl": "", "mutate": null, "nodeKind": "managed"}),
        json!({"rules": {"exec": null, "volume-type": {"level": null, "allow": []}}}),
        json!({"rules": {"volume-type": {"level": "deny", "allow": ["csi"]}, "host-port": {"mutate": false}}}),
        json!({"rules": {"missing-resources": {"cpu": 1, "memory": "1Gi"}, "exec": {"mutate": false}}}),
        json!({"rules": {"emptydir-medium": {"medium": ""}, "node-port-conflict": {"nodePortRange": "30000-32767"}}}),
        json!({"rules": {"placement": {"mutate": true}}}),
        json!({"rules": {"placement": null}}),
        json!({"nodeKind": "mixed", "virtualNodes": {}, "lookups": [], "exemptions": [], "allowAnnotations": null}),
        json!({"virtualNodes": null, "lookups": null, "onLookupFailure": null, "exemptions": null}),
        json!({"virtualNodes": {"labels": {"a": "", "b": null}, "taints": [{"key": "a", "effect": "NoSchedule"}]}}),
        json!({"virtualNodes": {"taints": [{"key": "a", "value": null, "effect": "NoExecute"}]}}),
        json!({"lookups": Lookup::NAMES, "onLookupFailure": "deny"}),
        json!({"exemptions": [{"names": ["a-*"], "labels": {"a": "b"}, "rules": ["exec"], "reason": "c"}]}),
        json!({"exemptions": [{"namespaces": ["*"], "kinds": ["Pod"], "names": null, "reason": "c"}]}),
        json!({"exemptions": [{"users": ["a"], "reason": "c"}, {"groups": ["a"], "reason": "c"}]}),
        json!({"exemptions": [{"labels": {"a": ""}, "reason": "c"}]}),
        json!({"exemptions": [{"rules": ["placement"], "reason": "b"}]}),
        json!({"platform": "2024-10-28"}),
        json!({"platform": "2026-08-28", "podTemplates": []}),
        json!({"platform": null, "podTemplates": null}),
        json!({"podTemplates": [{"group": "jobset.x-k8s.io", "kind": "A", "path": "spec.a-b.*.c_d[*].template"}]}),
        json!({"podTemplates": vec![json!({"group": "example.com", "kind": "A", "path": "spec"}); 16]}),
        json!({"rules": {"subcore-cpu": {"cpusPerOcpu": 2}, "job-ttl": {"seconds": 0}}}),
        json!({"rules": {"subcore-cpu": {"cpusPerOcpu": "2"}, "job-ttl": {"seconds": "3600"}}}),
        json!({"rules": {"pod-size": {"maxCpu": 64}, "ephemeral-storage": {"max": "20Gi"}}}),
        json!({"rules": {"pod-size": {"maxCpu": "64.5"}, "ephemeral-storage": {"max": null}}}),
    ] {
        assert_valid(&right, "right");
    }
    // The schema agrees with the policy about these too, whatever the policy says.
    let schema = schema();
    for either in
        [json!({"mutate": false}), json!({"rules": {"exec": false}}), json!({"rules": {"attach": {"level": false}}})]
    {
        assert_eq!(takes(&either), conforms(&either, &schema, &schema).is_ok(), "{either}");
    }
    for rule in RULES {
        assert_valid(&json!({"rules": {rule.id: "warn"}}), rule.id);
        assert_valid(&json!({"rules": {rule.id: {"level": "off", "mutate": rule.fix.is_some()}}}), rule.id);
    }
}

/// Whether a value conforms to a JSON Schema, as far as ours goes; anything that is not known here is an error.
fn conforms(value: &Value, schema: &Value, whole: &Value) -> Result<(), String> {
    for (keyword, wanted) in schema.as_object().expect("an object") {
        let holds = match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" | "default" => true,
            "$ref" => {
                let path = wanted.as_str().and_then(|path| path.strip_prefix('#')).expect("a path");
                conforms(value, whole.pointer(path).expect("a definition"), whole)?;
                true
            }
            "anyOf" => wanted.as_array().unwrap().iter().any(|schema| conforms(value, schema, whole).is_ok()),
            "not" => conforms(value, wanted, whole).is_err(),
            "enum" => wanted.as_array().unwrap().contains(value),
            "type" => {
                let is = |name: &str| match name {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64(),
                    "null" => value.is_null(),
                    _ => panic!("type {name}"),
                };
                match wanted {
                    Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
                    name => is(name.as_str().unwrap()),
                }
            }
            "properties" => {
                for (name, schema) in wanted.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        conforms(value, schema, whole).map_err(|error| format!("{name}: {error}"))?;
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
                let further = value.as_object().cloned().unwrap_or_default();
                let mut further = further.iter().filter(|(name, _)| !known.contains_key(*name));
                match wanted {
                    Value::Bool(false) => further.next().is_none(),
                    schema => further.all(|(_, value)| conforms(value, schema, whole).is_ok()),
                }
            }
            "required" => {
                let names = wanted.as_array().unwrap();
                value
                    .as_object()
                    .is_none_or(|entries| names.iter().all(|name| entries.contains_key(name.as_str().unwrap())))
            }
            "items" => {
                for entry in value.as_array().into_iter().flatten() {
                    conforms(entry, wanted, whole)?;
                }
                true
            }
            "maxItems" => value.as_array().is_none_or(|list| list.len() <= wanted.as_u64().unwrap() as usize),
            "minimum" => value.as_i64().is_none_or(|number| number >= wanted.as_i64().unwrap()),
            "maximum" => value.as_i64().is_none_or(|number| number <= wanted.as_i64().unwrap()),
            "minItems" => value.as_array().is_none_or(|list| list.len() >= wanted.as_u64().unwrap() as usize),
            "minLength" => value.as_str().is_none_or(|text| !text.is_empty()),
            "maxLength" => value.as_str().is_none_or(|text| text.len() <= wanted.as_u64().unwrap() as usize),
            "pattern" => value.as_str().is_none_or(|text| match wanted.as_str().unwrap() {
                "^(https?://[!-~]+)?$" => {
                    text.is_empty() || text.starts_with("https://") || text.starts_with("http://")
                }
                "^[0-9]{1,5}-[0-9]{1,5}$" => text.split('-').filter(|port| port.parse::<u32>().is_ok()).count() == 2,
                "^[0-9]+$" => text.bytes().all(|byte| byte.is_ascii_digit()),
                "[.]" => text.contains('.'),
                "(^|[.])k8s[.]io$" => text == "k8s.io" || text.ends_with(".k8s.io"),
                r"^[A-Za-z0-9_-]+(\[\*\])?(\.([A-Za-z0-9_-]+(\[\*\])?|\*))*$" => is_path(text),
                "^[^*]*$" => !text.contains('*'),
                "[^*]" => text.bytes().any(|byte| byte != b'*'),
                r"[^ \t\n\f\r]" => !text.trim_ascii().is_empty(),
                pattern => panic!("pattern {pattern}"),
            }),
            _ => panic!("keyword {keyword}"),
        };
        if !holds {
            return Err(format!("{keyword}: {wanted} does not hold for {value}"));
        }
    }
    Ok(())
}

/// Whether a text is the path of a pod template, as the pattern in the schema has it.
fn is_path(text: &str) -> bool {
    let is_plain = |key: &str| {
        !key.is_empty() && key.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
    };
    let mut steps = text.split('.');
    let is_key = |step: &str| is_plain(step.strip_suffix("[*]").unwrap_or(step));
    steps.next().is_some_and(is_key) && steps.all(|step| step == "*" || is_key(step))
}

/// The questions of the form.
fn questions() -> Vec<Value> {
    let form = yaml(&read("questions-ui.yml"), "questions-ui.yml");
    form["questions"].as_array().unwrap().clone()
}

#[test]
fn a_form_that_nobody_touched_changes_nothing() {
    let mut sent = json!({});
    let mut variables = BTreeSet::new();
    for question in questions() {
        let question = question.as_object().unwrap();
        let variable = question["variable"].as_str().unwrap();
        assert!(variables.insert(variable.to_owned()), "{variable}: asked twice");
        for key in question.keys() {
            assert!(KEYS.contains(&key.as_str()), "{variable}: {key}");
        }
        let kind = question["type"].as_str().unwrap();
        assert!(["enum", "boolean", "string", "int", "array[", "sequence["].contains(&kind), "{variable}: {kind}");
        assert_eq!(question.contains_key("sequence_questions"), kind == "sequence[", "{variable}");
        for option in question.get("options").and_then(Value::as_array).into_iter().flatten() {
            assert_valid(&at(variable, option.clone()), variable);
        }
        if let Some(default) = question.get("default") {
            overlay(&mut sent, at(variable, default.clone()));
        }
    }
    assert_valid(&sent, "the untouched form");
    let sent = sent.to_string();
    let (of_form, defaults) = (parse(Some(&sent)).unwrap(), parse(None).unwrap());
    let (of_form, defaults) = (Settings::read(&of_form, RULES).unwrap(), Settings::read(&defaults, RULES).unwrap());
    for (index, rule) in RULES.iter().enumerate() {
        assert_eq!(of_form.rules[index].level, defaults.rules[index].level, "{}", rule.id);
        assert_eq!(of_form.rules[index].fixes, defaults.rules[index].fixes, "{}", rule.id);
        assert!(variables.contains(&format!("rules.{}.level", rule.id)), "{}: not in the form", rule.id);
    }
    assert_eq!(of_form.help_url, None);
    assert_eq!(of_form.node_kind, defaults.node_kind);
    assert_eq!(of_form.on_lookup_failure, defaults.on_lookup_failure);
    assert_eq!(Lookup::ALL.map(|kind| of_form.looks_up(kind)), [false; 7]);
    assert!(!of_form.allow_annotations && !of_form.fixes_placement && !of_form.fixes_anything());
    assert_eq!(of_form.exemptions.map_or(0, |list| list.children().count()), 0);
    assert_eq!(of_form.platform, defaults.platform);
    // What a form cannot ask for.
    let asked = |name: &str| variables.iter().any(|known| known.split('.').next() == Some(name));
    let others: Vec<_> = keys().filter(|name| !asked(name)).collect();
    assert_eq!(others, ["virtualNodes"]);
    for rule in RULES {
        let of_rule: Vec<_> =
            rule.parameters.iter().map(|parameter| format!("rules.{}.{}", rule.id, parameter.name)).collect();
        assert!(of_rule.iter().all(|variable| variables.contains(variable)), "{of_rule:?}");
    }
}

/// The keys of a question that Rancher's form reads.
const KEYS: [&str; 12] = [
    "variable",
    "label",
    "group",
    "type",
    "required",
    "default",
    "options",
    "value_multiline",
    "show_if",
    "description",
    "tooltip",
    "sequence_questions",
];

#[test]
fn a_form_reads_as_one_for_people() {
    let questions = questions();
    let text = |question: &Value, key: &str| question[key].as_str().unwrap_or_default().to_owned();
    let variables: Vec<_> = questions.iter().map(|question| text(question, "variable")).collect();
    let mut labels = BTreeSet::new();
    let mut groups: Vec<String> = Vec::new();
    for question in &questions {
        let (variable, label, group) = (text(question, "variable"), text(question, "label"), text(question, "group"));
        assert!(labels.insert(label.clone()), "{variable}: another question has the label {label:?}");
        assert!(RULES.iter().all(|rule| label != rule.id), "{variable}: the label {label:?} is no title for people");
        assert!(text(question, "description").len() > 20, "{variable}");
        // A group is a heading: its questions stand together.
        if groups.last() != Some(&group) {
            assert!(!groups.contains(&group), "{variable}: the group {group:?} is torn apart");
            groups.push(group);
        }
        if let Some(rule) = variable.strip_prefix("rules.").and_then(|rest| rest.split('.').next())
            && rule != "placement"
        {
            assert!(text(question, "description").contains(&format!("Rule {rule}.")), "{variable}: its id is nowhere");
        }
        if let Some(condition) = question.get("show_if") {
            for part in condition.as_str().unwrap().split("||") {
                let (key, value) = part.split_once('=').expect("key=value");
                let asked = questions.iter().find(|question| text(question, "variable") == key).expect(key);
                // Rancher's form takes a hyphen for a minus, and reads nothing but `=` rightly.
                assert!(
                    !key.contains(['-', '!']) && asked["options"].as_array().unwrap().contains(&json!(value)),
                    "{part}"
                );
                let place = |name: &str| variables.iter().position(|variable| variable == name);
                let [first, group] = [place(key), place(&variable)];
                assert!(
                    first < group || text(asked, "group") == "Basics" || key == "mutate",
                    "{variable}: {condition}"
                );
            }
        }
    }
    assert_eq!(groups[0], "Basics");
    let levels: Vec<_> = groups.iter().filter(|group| group.starts_with("Levels: ")).collect();
    assert_eq!(levels.len(), 7, "{groups:?}");
    for group in levels {
        let of_group = questions.iter().filter(|question| text(question, "group") == *group);
        let labels: Vec<_> = of_group.map(|question| text(question, "label").to_lowercase()).collect();
        assert!(labels.is_sorted(), "{group}: {labels:?}");
    }
}

/// What somebody adds to a list of the form is what the policy takes.
#[test]
fn an_entry_of_a_list_in_the_form_is_valid() {
    for (setting, filled) in [
        ("podTemplates", json!({"group": "example.com", "kind": "Fleet", "path": "spec.template"})),
        ("exemptions", json!({"reason": "moves in May", "names": ["web-*"]})),
    ] {
        let questions = questions();
        let list = questions.iter().find(|question| question["variable"] == setting).expect(setting);
        let mut entry = json!({});
        for field in list["sequence_questions"].as_array().unwrap() {
            overlay(&mut entry, at(field["variable"].as_str().unwrap(), field["default"].clone()));
        }
        overlay(&mut entry, filled);
        assert_valid(&json!({setting: [entry]}), setting);
    }
}

/// The settings in which only this variable of a form is set.
fn at(variable: &str, value: Value) -> Value {
    variable.rsplit('.').fold(value, |value, name| json!({name: value}))
}

fn overlay(target: &mut Value, patch: Value) {
    match patch {
        Value::Object(entries) => {
            if !target.is_object() {
                *target = Value::Object(Map::new());
            }
            for (name, value) in entries {
                overlay(&mut target[name.as_str()], value);
            }
        }
        value => *target = value,
    }
}

// What people read.

#[test]
fn every_example_of_settings_is_valid() {
    let mut count = 0;
    for (path, text) in pages() {
        let mut parts = text.split("```yaml\n");
        let mut before = parts.next().unwrap();
        for block in parts {
            // tests/guides.rs puts to the policy what has a marker.
            let is_marked = before.lines().last().is_some_and(|line| line.starts_with("<!-- check: "));
            before = block;
            if is_marked {
                continue;
            }
            // The others are manifests and requests.
            let value = yaml(block.split("```").next().unwrap(), &path);
            if value.get("apiVersion").is_some() || value.get("request").is_some() {
                continue;
            }
            let settings = value.pointer("/spec/settings").unwrap_or(&value);
            let is_other = |key| settings.get(key).is_some();
            if !["spec", "metadata", "apiGroups"].into_iter().any(is_other) && !settings.is_array() {
                assert_valid(settings, &path);
                count += 1;
            }
        }
    }
    assert!(count > RULES.len(), "{count}");
}

#[test]
fn the_denial_in_the_readme_is_real() {
    let review: Value = serde_json::from_str(&read("test_data/reviews/022-pod-create.json")).unwrap();
    let payload = json!({"request": review["request"], "settings": {"profile": "tolerant"}});
    let message =
        oke_virtual_nodes_policy::validate(&oke_virtual_nodes_policy::cluster::Host, payload.to_string().as_bytes())
            .message
            .unwrap();
    assert!(read("README.md").contains(&format!("```text\n{message}\n```\n")), "{message}");
}

#[test]
fn the_advice_in_the_readme_is_real() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"hostPID": true}});
    let message = create(&pod, &json!({"nodeKind": "mixed"})).message.unwrap();
    let advice = message.lines().last().unwrap();
    assert!(advice.contains("affinity: "), "{message}");
    assert!(read("README.md").contains(&format!("```text\n{advice}\n```\n")), "{advice}");
}

/// What the README writes as the annotation is one that has an effect.
#[test]
fn the_exemption_in_the_readme_is_real() {
    let readme = read("README.md");
    let block = readme.split("```yaml\n").find(|block| block.starts_with("metadata:\n")).expect("an annotation");
    let metadata = yaml(block.split("```").next().unwrap(), "README.md");
    let name = metadata["metadata"]["annotations"].as_object().unwrap().keys().next().unwrap();
    assert_eq!(name, exempt::ANNOTATION);
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "spec": {"securityContext": {"fsGroup": 1}}});
    pod["metadata"] = metadata["metadata"].clone();
    let response = create(&pod, &json!({"allowAnnotations": true}));
    assert!(response.accepted && response.warnings.is_none(), "{response:?}");
    assert_eq!(response.audit_annotations.unwrap().exempted.unwrap(), "fs-group");
    assert!(!create(&pod, &json!({})).accepted);
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    for (path, text) in pages() {
        let folder = Path::new(&path).parent().unwrap().to_owned();
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            let file = link.split('#').next().unwrap();
            if file.is_empty() || link.contains("://") {
                continue;
            }
            assert!(root().join(&folder).join(file).exists(), "{path}: {link}");
        }
    }
}

// Manifests.

#[test]
fn every_manifest_is_valid() {
    let mut count = 0;
    for entry in fs::read_dir(root().join("deploy")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".yaml") || name == "kustomization.yaml" {
            continue;
        }
        let text = read(&format!("deploy/{name}"));
        for document in text.split("\n---\n") {
            let manifest = yaml(document, &name);
            match manifest["kind"].as_str().unwrap() {
                "ClusterAdmissionPolicy" | "AdmissionPolicy" => {
                    assert_policy(&manifest, &name);
                    count += 1;
                }
                "ClusterRole" | "ClusterRoleBinding" => {}
                kind => panic!("{name}: {kind}"),
            }
        }
    }
    assert!(count >= 6, "{count}");
}

/// The keys that Kubewarden's definitions know in a policy's `spec`.
const SPEC: [&str; 18] = [
    "allowInsideAdmissionControllerNamespace",
    "backgroundAudit",
    "contextAwareResources",
    "failurePolicy",
    "matchConditions",
    "matchPolicy",
    "message",
    "mode",
    "module",
    "mutating",
    "namespaceSelector",
    "objectSelector",
    "policyServer",
    "rules",
    "settings",
    "sideEffects",
    "timeoutEvalSeconds",
    "timeoutSeconds",
];

fn assert_policy(manifest: &Value, name: &str) {
    let is_namespaced = manifest["kind"] == "AdmissionPolicy";
    assert_eq!(manifest["apiVersion"], "policies.kubewarden.io/v1", "{name}");
    assert_eq!(manifest.pointer("/metadata/namespace").is_some(), is_namespaced, "{name}: namespace");
    let spec = manifest["spec"].as_object().unwrap();
    for key in spec.keys() {
        assert!(SPEC.contains(&key.as_str()), "{name}: {key}");
        let is_cluster_wide = ["allowInsideAdmissionControllerNamespace", "contextAwareResources", "namespaceSelector"]
            .contains(&key.as_str());
        assert!(!is_cluster_wide || !is_namespaced, "{name}: {key} belongs to a ClusterAdmissionPolicy");
    }
    let module = spec["module"].as_str().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    // Nothing is published: a name that nobody can register stands for the administrator's own registry.
    assert_eq!(
        module,
        format!("registry://registry.example.com/policies/oke-virtual-nodes-policy:v{version}"),
        "{name}"
    );
    let settings = spec.get("settings").cloned().unwrap_or_default();
    assert_valid(&settings, name);
    let mutates = settings.get("mutate").is_some_and(|mutate| mutate != "off")
        || settings.pointer("/rules/placement/mutate").is_some_and(|mutate| mutate == true);
    assert_eq!(spec["mutating"], json!(mutates), "{name}: `mutating` has to agree with the settings");
    if let Some(mode) = spec.get("mode") {
        assert!(["protect", "monitor"].contains(&mode.as_str().unwrap()), "{name}: {mode}");
    }
    // What is looked up has to be granted, and nothing else.
    let looked_up = strings(settings.get("lookups"));
    let resources = spec.get("contextAwareResources").and_then(Value::as_array).into_iter().flatten();
    let granted = resources.map(|resource| {
        let kind = resource["kind"].as_str().unwrap();
        let lookup = Lookup::ALL.into_iter().find(|lookup| lookup.name() == kind).expect(kind);
        assert_eq!(resource["apiVersion"], lookup.api_version(), "{name}");
        kind.to_owned()
    });
    assert_eq!(looked_up, granted.collect(), "{name}");
    for rule in spec["rules"].as_array().unwrap() {
        assert!(rule["apiGroups"].as_array().unwrap().len() == 1, "{name}: one group a rule");
        assert!(!rule.to_string().contains('*'), "{name}: a wildcard");
    }
}

/// A list of strings, as a set.
fn strings(list: Option<&Value>) -> BTreeSet<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.map(|text| text.as_str().expect("a string").to_owned()).collect()
}

/// The account of the policy server may read what is looked up, and nothing else.
#[test]
fn the_permissions_of_the_mixed_manifest_are_those_of_its_look_ups() {
    let text = read("deploy/mixed.yaml");
    let manifests: Vec<_> = text.split("\n---\n").map(|manifest| yaml(manifest, "mixed.yaml")).collect();
    let [role, binding, policy] = manifests.as_slice() else { panic!("a role, its binding and a policy") };
    let looked_up = strings(policy.pointer("/spec/settings/lookups"));
    // The least that a mixed cluster needs.
    assert_eq!(looked_up, ["Node", "Pod"].map(str::to_owned).into());

    assert_eq!((&role["apiVersion"], &role["kind"]), (&json!("rbac.authorization.k8s.io/v1"), &json!("ClusterRole")));
    let [rule] = role["rules"].as_array().unwrap().as_slice() else { panic!("one rule") };
    assert_eq!(rule["apiGroups"], json!([""]));
    assert_eq!(rule["verbs"], json!(["get", "list", "watch"]));
    let plural = |kind: &String| format!("{}s", kind.to_lowercase());
    assert_eq!(strings(rule.get("resources")), looked_up.iter().map(plural).collect());

    assert_eq!(binding["kind"], "ClusterRoleBinding");
    assert_eq!(binding.pointer("/roleRef/name"), role.pointer("/metadata/name"));
    assert_eq!(binding.pointer("/subjects/0/kind"), Some(&json!("ServiceAccount")));
}

/// What else can be looked up stands in comments that can be copied, with the permission for each.
#[test]
fn the_mixed_manifest_has_the_other_look_ups_as_comments() {
    let text = read("deploy/mixed.yaml");
    let comments: String = text.lines().take_while(|line| line.starts_with('#')).collect();
    for kind in Lookup::ALL.into_iter().filter(|kind| !["Node", "Pod"].contains(&kind.name())) {
        let (name, version) = (kind.name(), kind.api_version());
        assert!(comments.contains(&format!("- {name}#")), "{name}: not among the additions to `lookups`");
        assert!(comments.contains(&format!("- {{apiVersion: {version}, kind: {name}}}")), "{name}: no resource");
        // Kubewarden's own role lets the account read namespaces.
        let role = format!("resources: [{}], verbs: [get, list, watch]}}", chart::resource(kind));
        assert!(name == "Namespace" || comments.contains(&role), "{name}: no permission");
    }
}

/// The table of the README names each kind, and the permission that the manifest grants.
#[test]
fn the_readme_names_every_look_up() {
    let readme = read("README.md");
    for kind in Lookup::ALL {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{}` |", kind.name())));
        let row = row.unwrap_or_else(|| panic!("no row of the README is about {kind:?}"));
        assert!(row.contains(&format!("`{}`", chart::resource(kind))), "{row}");
    }
}

/// Puts the creation of a Pod to an instance.
fn create(pod: &Value, settings: &Value) -> Response {
    let request = json!({
        "uid": "1", "operation": "CREATE", "name": "web", "namespace": "shop", "userInfo": {"username": "somebody"},
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "object": pod,
    });
    oke_virtual_nodes_policy::validate(
        &oke_virtual_nodes_policy::cluster::Host,
        json!({"request": request, "settings": settings}).to_string().as_bytes(),
    )
}

#[test]
fn the_two_instances_of_the_mutating_manifest_work_together() {
    let text = read("deploy/mutating.yaml");
    let manifests: Vec<_> = text.split("\n---\n").map(|manifest| yaml(manifest, "mutating.yaml")).collect();
    let [fixing, judging] = manifests.as_slice() else { panic!("two instances") };
    let resources = json!({"cpu": "1", "memory": "1Gi"});
    let container = json!({"name": "web", "image": "web:1", "resources": {"requests": resources, "limits": resources}});
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"terminationGracePeriodSeconds": 300, "containers": [container]},
    });
    assert!(!create(&pod, &judging["spec"]["settings"]).accepted);

    let response = create(&pod, &fixing["spec"]["settings"]);
    assert!(response.accepted, "{:?}", response.message);
    let fixed: Value = serde_json::from_str(&response.mutated_object.expect("a change")).unwrap();
    let response = create(&fixed, &judging["spec"]["settings"]);
    assert!(response.accepted && response.mutated_object.is_none() && response.warnings.is_none());

    // What another webhook adds in between is seen by the second instance alone, and not fixed.
    let mut injected = fixed;
    injected["spec"]["initContainers"] = json!([container]);
    injected["spec"]["terminationGracePeriodSeconds"] = json!(60);
    let response = create(&injected, &judging["spec"]["settings"]);
    assert!(!response.accepted && response.mutated_object.is_none());
    let message = response.message.unwrap();
    assert!(message.contains("- init-containers ") && message.contains("- termination-grace-period "), "{message}");
}

#[test]
fn rules_for_one_namespace_leave_out_what_has_none() {
    let resources = |scope| webhook_rules(scope).into_iter().flat_map(|rule| rule.resources).collect::<BTreeSet<_>>();
    let left_out: Vec<_> = resources(Scope::Cluster).difference(&resources(Scope::Namespace)).copied().collect();
    assert_eq!(left_out, ["namespaces", "persistentvolumes"]);
    assert_eq!(resources(Scope::Pods), ["pods", "pods/ephemeralcontainers", "pods/resize"].into());
    let outside: Vec<_> = RULES.iter().filter(|rule| rule.outside_default_webhook_rules).map(|rule| rule.id).collect();
    assert_eq!(outside, ["config-propagation"]);
}
