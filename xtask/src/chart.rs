//! What the Helm chart and the chart of metadata for Rancher repeat of the rules and of the settings.

use std::collections::BTreeMap;
use std::path::Path;

use oke_virtual_nodes_policy::kubernetes::custom_workloads::SERVED;
use oke_virtual_nodes_policy::kubernetes::products::{FOUND_BY_GROUP, Resources};
use oke_virtual_nodes_policy::lint::lookup::Lookup;
use serde_json::{Map, Value, json};

use crate::metadata::{Scope, WebhookRule, webhook_rules, yaml};
use crate::settings::SETTINGS;
use crate::text::{head, row};
use crate::{NOTICE, read};

/// The chart that installs the policy.
const CHART: &str = "charts/oke-virtual-nodes-policy";
/// The chart that Rancher's extension lists.
const CATALOG: &str = "catalog/oke-virtual-nodes-policy";
/// At the head of what names the module.
const UNPUBLISHED: &str = "# No module is published: nothing can be pulled from this registry, whose name nobody can register. Set your own copy in\n\
                           # the form. The chart of a release names the real one.\n";
/// Around the table of values in the chart's README.
const BEGIN: &str = "<!-- BEGIN values (cargo xtask generate) -->";
const END: &str = "<!-- END values -->";

/// How the API server calls a kind that the policy can look up.
#[must_use]
pub fn resource(lookup: Lookup) -> &'static str {
    match lookup {
        Lookup::Node => "nodes",
        Lookup::Pod => "pods",
        Lookup::Secret => "secrets",
        Lookup::PersistentVolumeClaim => "persistentvolumeclaims",
        Lookup::Namespace => "namespaces",
        Lookup::StorageClass => "storageclasses",
        Lookup::PersistentVolume => "persistentvolumes",
    }
}

/// The custom resources of a product that the policy has rules for. Not asked about by default: the audit scanner gives
/// up on a policy that names a resource which the cluster does not have.
pub struct Product {
    /// Its name among the chart's values.
    pub name: String,
    /// Group, version and resources.
    pub resources: Vec<Resources>,
}

/// All products, by name: those that have rules of their own, and those whose workloads have pod templates.
#[must_use]
pub fn products() -> Vec<Product> {
    let mut products: BTreeMap<String, Vec<Resources>> = BTreeMap::new();
    for (name, resources) in FOUND_BY_GROUP {
        products.insert((*name).to_owned(), resources.to_vec());
    }
    for served in SERVED {
        let name = served.product.to_lowercase().replace(' ', "-");
        products.entry(name).or_default().push((served.group, served.version, served.resources));
    }
    products.into_iter().map(|(name, resources)| Product { name, resources }).collect()
}

/// A value of the chart that is not a setting of the policy.
struct ChartValue {
    /// Its path, with dots.
    path: &'static str,
    /// Its JSON Schema.
    schema: &'static str,
    /// What holds without it, as JSON. The same stands in values.yaml.
    default: &'static str,
    /// What it means.
    about: &'static str,
}

static VALUES: &[ChartValue] = &[
    ChartValue {
        path: "module.repository",
        schema: r#"{"type": "string"}"#,
        default: "\"\"",
        about: "Where the policy server pulls the module from, without a tag: `<host>/<path>`, or a whole address that \
                starts with `https://`, `http://` or `file://`. Has to be set in a checkout; the chart of a release \
                names its module.",
    },
    ChartValue {
        path: "module.tag",
        schema: r#"{"type": "string"}"#,
        default: "\"\"",
        about: "The tag. Empty: `v` and the chart's `appVersion`.",
    },
    ChartValue {
        path: "module.digest",
        schema: r#"{"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"}"#,
        default: "\"\"",
        about: "The digest, `sha256:<hex>`. It takes the place of the tag.",
    },
    ChartValue {
        path: "name",
        schema: r#"{"type": "string", "pattern": "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$", "maxLength": 240}"#,
        default: "\"\"",
        about: "Name of the policy. Empty: the name of the release.",
    },
    ChartValue {
        path: "scope",
        schema: r#"{"enum": ["cluster", "namespace"]}"#,
        default: "\"cluster\"",
        about: "`cluster` makes a ClusterAdmissionPolicy, `namespace` an AdmissionPolicy for the namespace of the release.",
    },
    ChartValue {
        path: "mode",
        schema: r#"{"enum": ["protect", "monitor"]}"#,
        default: "\"protect\"",
        about: "`protect` denies requests; `monitor` denies and changes nothing, and only logs. A policy can be changed \
                from `monitor` to `protect`, but not back.",
    },
    ChartValue {
        path: "failurePolicy",
        schema: r#"{"enum": ["Fail", "Ignore"]}"#,
        default: "\"Fail\"",
        about: "What the API server does while the policy server does not answer: `Fail` refuses the requests that the \
                policy is asked about, `Ignore` accepts them unseen.",
    },
    ChartValue {
        path: "audit",
        schema: r#"{"type": "boolean"}"#,
        default: "true",
        about: "Whether Kubewarden's audit scanner judges what already runs.",
    },
    ChartValue {
        path: "policyServer.name",
        schema: r#"{"type": "string", "minLength": 1}"#,
        default: "\"default\"",
        about: "The PolicyServer that runs the policy.",
    },
    ChartValue {
        path: "policyServer.serviceAccount",
        schema: r#"{"type": "string", "minLength": 1}"#,
        default: "\"policy-server\"",
        about: "Its account, to which the permissions for look-ups are granted.",
    },
    ChartValue {
        path: "policyServer.namespace",
        schema: r#"{"type": "string", "minLength": 1}"#,
        default: "\"kubewarden\"",
        about: "The namespace of that account; with Rancher `cattle-kubewarden-system`.",
    },
    ChartValue {
        path: "rbac.create",
        schema: r#"{"type": "boolean"}"#,
        default: "true",
        about: "Whether the account is granted what `lookups` need: to get, list and watch these kinds in all namespaces.",
    },
    ChartValue {
        path: "excludedNamespaces",
        schema: r#"{"type": "array", "items": {"type": "string", "minLength": 1}}"#,
        default: "[\"kube-system\"]",
        about: "Namespaces whose objects are not judged. Kubewarden leaves out its own namespace by itself.",
    },
    ChartValue {
        path: "namespaceSelector",
        schema: r#"{"type": "object", "additionalProperties": false, "properties": {
            "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}},
            "matchExpressions": {"type": "array", "items": {"type": "object"}}}}"#,
        default: "{}",
        about: "Further conditions on the namespace's labels, `matchLabels` and `matchExpressions`. Kubewarden drops \
                `matchLabels` here, so the chart writes them as expressions.",
    },
    ChartValue {
        path: "products",
        schema: "",
        default: "[]",
        about: "Products whose custom resources the policy is asked about. Name only what the cluster has: the audit \
                scanner gives up on a policy that names a resource which does not exist.",
    },
    ChartValue {
        path: "configUpdates",
        schema: r#"{"type": "boolean"}"#,
        default: "false",
        about: "Whether the policy is asked about every update of a ConfigMap or Secret, for the rule \
                `config-propagation`.",
    },
    ChartValue {
        path: "extraRules",
        schema: r#"{"type": "array", "items": {"type": "object"}}"#,
        default: "[]",
        about: "More rules for the webhook, as in `spec.rules` of a ClusterAdmissionPolicy.",
    },
    ChartValue {
        path: "extraSpec",
        schema: r#"{"type": "object"}"#,
        default: "{}",
        about: "More fields for the `spec` of the policies, such as `timeoutSeconds` or `matchConditions`.",
    },
    ChartValue {
        path: "labels",
        schema: r#"{"type": "object", "additionalProperties": {"type": "string"}}"#,
        default: "{}",
        about: "More labels for every object.",
    },
    ChartValue {
        path: "annotations",
        schema: r#"{"type": "object", "additionalProperties": {"type": "string"}}"#,
        default: "{}",
        about: "More annotations for the policies.",
    },
];

/// Settings that the chart gives another default than the policy, as JSON. An installation begins with the newest day of
/// Oracle's; the policy without settings stays with the oldest, so that an upgrade changes no verdict.
static DEFAULTS: &[(&str, &str)] = &[("platform", "\"2026-08-28\"")];

/// The files of both charts that are made: their paths in the repository, and what must be in them.
///
/// `settings` is the schema of the settings and `questions` the form, both as text.
///
/// # Errors
/// A sentence for people, where a file cannot be read, or lacks its markers or what is taken from it.
pub fn outputs(root: &Path, settings: &str, questions: &str) -> Result<BTreeMap<String, String>, String> {
    let readme = format!("{CHART}/README.md");
    let metadata = read(root, "metadata.yml")?;
    Ok(BTreeMap::from([
        (format!("{CHART}/files/webhooks.yaml"), webhooks()),
        (format!("{CHART}/files/lookups.yaml"), lookups()),
        (format!("{CHART}/values.schema.json"), values_schema(settings)?),
        (readme.clone(), with_table(&readme, &read(root, &readme)?)?),
        (format!("{CHART}/LICENSE"), read(root, "LICENSE")?),
        (format!("{CATALOG}/Chart.yaml"), catalog_chart(&metadata)?),
        (format!("{CATALOG}/values.yaml"), catalog_values(&metadata)?),
        (format!("{CATALOG}/questions.yaml"), questions.to_owned()),
        (format!("{CATALOG}/LICENSE"), read(root, "LICENSE")?),
    ]))
}

/// What policies are asked about, for the templates.
fn webhooks() -> String {
    let mut text = format!("# {NOTICE}\n# What the policies are asked about, as the rules of a webhook.\nscopes:\n");
    for (name, scope) in [("cluster", Scope::Cluster), ("namespace", Scope::Namespace), ("final", Scope::Pods)] {
        text.push_str(&format!("  {name}:\n{}", list(&webhook_rules(scope), "  ")));
    }
    let updates = WebhookRule { group: "", resources: vec!["configmaps", "secrets"], operations: &["UPDATE"] };
    text.push_str(&format!("configUpdates:\n{}products:\n", list(&[updates], "")));
    for product in products() {
        text.push_str(&format!("  {}:\n", product.name));
        for (group, version, resources) in product.resources {
            let rule = WebhookRule { group, resources: resources.to_vec(), operations: &["CREATE", "UPDATE"] };
            text.push_str(&list(&[rule], "  ").replace("apiVersions: [v1]", &format!("apiVersions: [{version}]")));
        }
    }
    text
}

/// Rules as the items of a list, without the key above them.
fn list(rules: &[WebhookRule], indent: &str) -> String {
    let text = yaml(rules, indent);
    text.split_once('\n').map(|(_, items)| items.to_owned()).unwrap_or_default()
}

/// The kinds that can be looked up, for the templates.
fn lookups() -> String {
    let mut text =
        format!("# {NOTICE}\n# The kinds that the policy can look up, and the permission that each needs.\n");
    for lookup in Lookup::ALL {
        let (kind, version, resource) = (lookup.name(), lookup.api_version(), resource(lookup));
        let group = version.split_once('/').map_or("", |(group, _)| group);
        text.push_str(&format!("{kind}: {{apiVersion: {version}, group: \"{group}\", resource: {resource}}}\n"));
    }
    text
}

/// The JSON Schema of the values: the chart's own ones, and the settings beside them.
fn values_schema(settings: &str) -> Result<String, String> {
    let parse = |what: &str, text: &str| {
        serde_json::from_str::<Value>(text).map_err(|error| format!("{what}: not JSON: {error}"))
    };
    let settings = parse("the schema of the settings", settings)?;
    let mut properties = settings["properties"].as_object().cloned().unwrap_or_default();
    for (name, default) in DEFAULTS {
        let setting = properties.get_mut(*name).ok_or_else(|| format!("{name} isn't a setting"))?;
        setting["default"] = parse(name, default)?;
    }
    for value in VALUES {
        let mut schema = match value.path {
            "products" => json!({"type": "array", "items": {"enum": names()}}),
            path => parse(path, value.schema)?,
        };
        schema["description"] = json!(value.about);
        schema["default"] = parse(value.path, value.default)?;
        insert(&mut properties, value.path, schema);
    }
    // Helm puts it there for charts that are part of another one.
    properties.insert("global".to_owned(), json!({"type": "object"}));
    let schema = json!({
        "$schema": settings["$schema"],
        "title": "Values of the chart oke-virtual-nodes-policy",
        "description": NOTICE,
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "$defs": settings["$defs"],
    });
    serde_json::to_string_pretty(&schema).map(|text| text + "\n").map_err(|error| error.to_string())
}

/// The names of all products.
fn names() -> Vec<String> {
    products().into_iter().map(|product| product.name).collect()
}

/// Puts the schema of a value where its path leads; maps on the way take no other keys.
fn insert(properties: &mut Map<String, Value>, path: &str, schema: Value) {
    let Some((first, rest)) = path.split_once('.') else {
        properties.insert(path.to_owned(), schema);
        return;
    };
    let map = properties
        .entry(first)
        .or_insert_with(|| json!({"type": "object", "additionalProperties": false, "properties": {}}));
    if let Some(inner) = map["properties"].as_object_mut() {
        insert(inner, rest, schema);
    }
}

/// The chart's README with the table of values made anew.
fn with_table(path: &str, text: &str) -> Result<String, String> {
    let missing = || format!("{path}: lacks `{BEGIN}` or `{END}`");
    let (before, rest) = text.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    let mut table = head(&["value", "default", "meaning"]);
    for value in VALUES {
        let about = match value.path {
            "products" => format!("{} Known: {}.", value.about, quoted(&names())),
            _ => value.about.to_owned(),
        };
        table.push_str(&row(&[format!("`{}`", value.path), format!("`{}`", value.default), about]));
    }
    table.push_str("\nThe settings of the policy, under their own names:\n\n");
    table.push_str(&head(&["value", "default", "meaning"]));
    for setting in SETTINGS {
        // The first sentence; the rest is a click away.
        let about = setting.about.split_once(". ").map_or(setting.about, |(first, _)| first).trim_end_matches('.');
        // Its links start from docs/.
        let about = about.replace("](", "](../../docs/");
        let link = format!("[`{0}`](../../docs/settings.md#{1})", setting.name, setting.name.to_lowercase());
        let default = DEFAULTS.iter().find(|(name, _)| *name == setting.name).map_or(setting.default, |(_, own)| own);
        table.push_str(&row(&[link, format!("`{default}`"), format!("{about}.")]));
    }
    Ok(format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The value of an annotation in metadata.yml.
fn annotation<'a>(metadata: &'a str, name: &str) -> Result<&'a str, String> {
    let start = format!("  {name}: ");
    let value = metadata.lines().find_map(|line| line.strip_prefix(&start));
    value.map(str::trim).ok_or_else(|| format!("metadata.yml: has no annotation {name}"))
}

/// Registry and repository of the module.
fn module(metadata: &str) -> Result<(&str, &str), String> {
    let url = annotation(metadata, "io.kubewarden.policy.ociUrl")?;
    url.split_once('/').ok_or_else(|| format!("metadata.yml: no registry in {url}"))
}

/// Chart.yaml for Rancher's extension, which makes a policy from its annotations.
fn catalog_chart(metadata: &str) -> Result<String, String> {
    let version = env!("CARGO_PKG_VERSION");
    let (registry, repository) = module(metadata)?;
    let resources: String = Lookup::ALL
        .iter()
        .map(|lookup| format!("    - apiVersion: {}\n      kind: {}\n", lookup.api_version(), lookup.name()))
        .collect();
    let mut text = format!("# {NOTICE}\n{UNPUBLISHED}apiVersion: v2\nannotations:\n");
    for (key, value) in [
        ("catalog.cattle.io/hidden", "true"),
        ("catalog.cattle.io/type", "kubewarden-policy"),
        ("catalog.cattle.io/ui-component", "kubewarden"),
        ("kubewarden/displayName", annotation(metadata, "io.artifacthub.displayName")?),
        ("kubewarden/mutation", if metadata.contains("\nmutating: true\n") { "true" } else { "false" }),
        ("kubewarden/registry", registry),
        ("kubewarden/repository", repository),
        ("kubewarden/resources", annotation(metadata, "io.artifacthub.resources")?),
        ("kubewarden/tag", &format!("v{version}")),
    ] {
        text.push_str(&format!("  {key}: {}\n", json!(value)));
    }
    text.push_str(&format!("  kubewarden/contextAwareResources: |\n{resources}"));
    text.push_str(&format!("  kubewarden/rules: |\n{}", list(&webhook_rules(Scope::Cluster), "  ")));
    for (key, value) in [
        ("name", annotation(metadata, "io.kubewarden.policy.title")?),
        ("version", version),
        ("appVersion", version),
        ("description", annotation(metadata, "io.kubewarden.policy.description")?),
        ("home", annotation(metadata, "io.kubewarden.policy.url")?),
    ] {
        text.push_str(&format!("{key}: {}\n", json!(value)));
    }
    text.push_str("keywords:\n");
    for keyword in annotation(metadata, "io.artifacthub.keywords")?.split(',') {
        text.push_str(&format!("  - {}\n", json!(keyword.trim())));
    }
    text.push_str(&format!("sources:\n  - {}\n", json!(annotation(metadata, "io.kubewarden.policy.source")?)));
    Ok(text)
}

/// values.yaml for Rancher's extension, where the module is. A mirror is set here, or in the form.
fn catalog_values(metadata: &str) -> Result<String, String> {
    let (registry, repository) = module(metadata)?;
    Ok(format!(
        "# {NOTICE}\n{UNPUBLISHED}global:\n  cattle:\n    systemDefaultRegistry: {registry}\nmodule:\n  repository: {repository}\n  tag: \
         v{}\n",
        env!("CARGO_PKG_VERSION")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_have_names_that_a_shell_takes_and_groups_that_are_not_kubernetes_own() {
        for product in products() {
            assert!(
                product.name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'),
                "{}",
                product.name
            );
            assert!(product.resources.iter().all(|(group, ..)| group.contains('.')), "{}", product.name);
        }
        assert!(names().contains(&"argo-rollouts".to_owned()) && names().contains(&"istio".to_owned()));
    }

    #[test]
    fn no_value_has_the_name_of_a_setting() {
        for value in VALUES {
            let first = value.path.split('.').next().unwrap_or_default();
            assert!(SETTINGS.iter().all(|setting| setting.name != first), "{first}");
        }
    }

    #[test]
    fn paths_lead_into_maps_that_take_nothing_else() {
        let mut properties = Map::new();
        insert(&mut properties, "a.b", json!(1));
        insert(&mut properties, "a.c", json!(2));
        insert(&mut properties, "d", json!(3));
        let map = json!({"type": "object", "additionalProperties": false, "properties": {"b": 1, "c": 2}});
        assert_eq!(Value::Object(properties), json!({"a": map, "d": 3}));
    }
}
