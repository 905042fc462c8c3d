//! The webhook rules, `rules:` in metadata.yml and in the manifests, from the kinds that the rules look at.

use oke_virtual_nodes_policy::CATALOGUE;
use oke_virtual_nodes_policy::kubernetes::kinds::{KINDS, Kind, KindInfo};
use oke_virtual_nodes_policy::lint::rule::Rule;
use oke_virtual_nodes_policy::rules::RULES;

/// The start of the line before generated rules.
pub const BEGIN: &str = "# BEGIN rules";
/// The start of the line after generated rules.
pub const END: &str = "# END rules";

/// One of the `rules:` of a webhook. The version of all kinds is v1.
#[derive(Debug, PartialEq, Eq)]
pub struct WebhookRule {
    /// The API group.
    pub group: &'static str,
    /// The resources of that group.
    pub resources: Vec<&'static str>,
    /// The operations on them.
    pub operations: &'static [&'static str],
}

/// The policy that the webhook rules are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A policy of the whole cluster.
    Cluster,
    /// A policy of one namespace.
    Namespace,
    /// A second instance, which judges pods after all webhooks that change them.
    Pods,
}

/// Whether a rule looks at objects of a kind.
#[must_use]
pub fn looks_at(rule: &Rule, info: &KindInfo) -> bool {
    CATALOGUE.checks_of(rule).iter().any(|check| check.looks_at(info))
}

/// The webhook rules by which the policy gets every request that one of its rules looks at.
#[must_use]
pub fn webhook_rules(scope: Scope) -> Vec<WebhookRule> {
    let asked = RULES.iter().filter(|rule| !rule.outside_default_webhook_rules);
    let asked: Vec<_> = asked.collect();
    let is_seen = |info: &KindInfo| {
        asked.iter().any(|rule| looks_at(rule, info))
            && match scope {
                Scope::Cluster => true,
                Scope::Namespace => info.is_namespaced,
                Scope::Pods => info.kind == Kind::Pod,
            }
    };
    let mut rules: Vec<WebhookRule> = Vec::new();
    let mut add = |group, resource, operations| match rules
        .iter_mut()
        .find(|rule| rule.group == group && rule.operations == operations)
    {
        Some(rule) => rule.resources.push(resource),
        None => rules.push(WebhookRule { group, resources: vec![resource], operations }),
    };
    for info in KINDS.iter().filter(|info| !info.kind.is_connection() && is_seen(info)) {
        add(info.group, info.resource, &["CREATE", "UPDATE"]);
    }
    // The rule for a resource doesn't cover its subresources.
    if RULES.iter().any(|rule| rule.id == "ephemeral-containers") {
        add("", "pods/ephemeralcontainers", &["UPDATE"]);
    }
    if RULES.iter().any(|rule| rule.is_asked_on_resize) {
        add("", "pods/resize", &["UPDATE"]);
    }
    for info in KINDS.iter().filter(|info| info.kind.is_connection() && is_seen(info)) {
        add(info.group, info.resource, &["CONNECT"]);
    }
    rules
}

/// The rules as YAML.
#[must_use]
pub fn yaml(rules: &[WebhookRule], indent: &str) -> String {
    let mut text = format!("{indent}rules:\n");
    for rule in rules {
        text.push_str(&format!("{indent}  - apiGroups: [\"{}\"]\n{indent}    apiVersions: [v1]\n", rule.group));
        text.push_str(&format!("{indent}    resources:\n"));
        for resource in &rule.resources {
            text.push_str(&format!("{indent}      - {resource}\n"));
        }
        text.push_str(&format!("{indent}    operations: [{}]\n", rule.operations.join(", ")));
    }
    text
}

/// The file with the rules of a policy of the whole cluster generated again between the markers.
///
/// # Errors
/// A sentence for people, where a marker is wrong or missing.
pub fn with_rules(path: &str, text: &str) -> Result<String, String> {
    let mut made = String::new();
    let mut within = false;
    for line in text.lines() {
        let indent = &line[..line.len() - line.trim_start().len()];
        if line.trim_start().starts_with(END) && !std::mem::take(&mut within) {
            return Err(format!("{path}: `{END}` without `{BEGIN}`"));
        }
        if !within {
            made.push_str(line);
            made.push('\n');
        }
        if let Some(marker) = line.trim_start().strip_prefix(BEGIN) {
            if !marker.starts_with(" (cargo") {
                return Err(format!("{path}: unknown marker: {line}"));
            }
            made.push_str(&yaml(&webhook_rules(Scope::Cluster), indent));
            within = true;
        }
    }
    if within || !made.contains(BEGIN) {
        return Err(format!("{path}: lacks `{BEGIN}` or `{END}`"));
    }
    Ok(made)
}
