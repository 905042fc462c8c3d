//! metadata.yml: the host ignores keys that it does not know and believes the rest, so it is read strictly here and
//! compared with the crate, with what the rules look at, and with the built module.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use common::policy::{KNOWN_KINDS, Lookup, RULES, is_resize_judged, resources_of};
use common::{repository, sources};
use serde::Deserialize;

/// What Kubewarden knows in a policy's metadata. `protocolVersion` is written by `kwctl annotate`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Metadata {
    rules: Vec<WebhookRule>,
    mutating: bool,
    background_audit: bool,
    execution_mode: String,
    policy_type: String,
    minimum_kubewarden_version: String,
    context_aware_resources: Vec<Resource>,
    host_capabilities: BTreeSet<String>,
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WebhookRule {
    api_groups: Vec<String>,
    api_versions: Vec<String>,
    resources: Vec<String>,
    operations: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Resource {
    api_version: String,
    kind: String,
}

/// The annotations that Kubewarden, Rancher and Artifact Hub read. `usage` is the README, which `kwctl annotate` adds.
const ANNOTATIONS: [&str; 12] = [
    "io.artifacthub.displayName",
    "io.artifacthub.keywords",
    "io.artifacthub.resources",
    "io.kubewarden.policy.category",
    "io.kubewarden.policy.description",
    "io.kubewarden.policy.license",
    "io.kubewarden.policy.ociUrl",
    "io.kubewarden.policy.severity",
    "io.kubewarden.policy.source",
    "io.kubewarden.policy.title",
    "io.kubewarden.policy.url",
    "io.kubewarden.policy.version",
];

/// The host capabilities that Kubewarden has for the cluster.
const CAPABILITIES: [&str; 4] = ["can_i", "get_resource", "list_resources_all", "list_resources_by_namespace"];

fn read(name: &str) -> String {
    fs::read_to_string(repository(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn metadata() -> Metadata {
    yaml_serde::from_str(&read("metadata.yml")).unwrap_or_else(|error| panic!("metadata.yml: {error}"))
}

fn operations(rule: &WebhookRule) -> Vec<&str> {
    rule.operations.iter().map(String::as_str).collect()
}

#[test]
fn it_says_what_the_policy_is() {
    let metadata = metadata();
    assert!(metadata.mutating, "the fixes");
    assert!(metadata.background_audit);
    assert_eq!(metadata.execution_mode, "kubewarden-wapc");
    assert_eq!(metadata.policy_type, "kubernetes");
    let version: Vec<_> = metadata.minimum_kubewarden_version.split('.').collect();
    assert!(version.len() == 3 && version.iter().all(|part| part.parse::<u32>().is_ok()), "{version:?}");
}

#[test]
fn its_annotations_are_those_of_the_crate() {
    let annotations = metadata().annotations;
    assert_eq!(annotations.keys().map(String::as_str).collect::<Vec<_>>(), ANNOTATIONS);
    let of = |name: &str| annotations[&format!("io.kubewarden.policy.{name}")].as_str();
    assert_eq!(of("version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(of("title"), env!("CARGO_PKG_NAME"));
    assert_eq!(of("license"), env!("CARGO_PKG_LICENSE"));
    assert_eq!(of("source"), env!("CARGO_PKG_REPOSITORY"));
    assert_eq!(of("url"), env!("CARGO_PKG_REPOSITORY"));
    // Nothing is published: a name that nobody can register. `packaging/release-metadata` writes that of a release.
    assert_eq!(of("ociUrl"), format!("registry.example.com/policies/{}", env!("CARGO_PKG_NAME")));
    // kwctl makes the name of an object from it, as RFC 1123 asks for.
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    assert!(of("title").bytes().all(is_name) && of("title").len() <= 63);
    assert!(["critical", "high", "medium", "low", "info"].contains(&of("severity")));
}

#[test]
fn its_resources_are_the_kinds_of_its_rules() {
    let metadata = metadata();
    let shown: BTreeSet<_> = metadata.annotations["io.artifacthub.resources"].split(", ").map(str::to_owned).collect();
    let asked: BTreeSet<_> = metadata
        .rules
        .iter()
        .flat_map(|rule| rule.resources.iter().map(|resource| kind_of(&rule.api_groups[0], resource)))
        .map(|kind| if is_connection(kind) { "Pod" } else { kind }.to_owned())
        .collect();
    assert_eq!(shown, asked);
}

/// The name of the kind of a resource; a subresource of pods that sends the pod is about the pod.
fn kind_of(group: &str, resource: &str) -> &'static str {
    let resource = match resource {
        "pods/ephemeralcontainers" | "pods/resize" => "pods",
        resource => resource,
    };
    let known = KNOWN_KINDS.iter().find(|info| info.group == group && info.resource == resource);
    known.unwrap_or_else(|| panic!("nothing is known of {group:?} {resource}")).name
}

/// Whether a kind is what a connection to a pod sends.
fn is_connection(kind: &str) -> bool {
    kind.ends_with("Options")
}

// The rules.

#[test]
fn its_rules_are_safe_for_the_audit_scanner() {
    for rule in &metadata().rules {
        let groups = &rule.api_groups;
        let all = [groups, &rule.api_versions, &rule.resources, &rule.operations];
        assert!(all.iter().all(|list| !list.is_empty() && !list.iter().any(|entry| entry.contains('*'))), "{groups:?}");
        // A product of groups and resources would name resources that do not exist.
        assert!(groups.len() == 1 && rule.api_versions == ["v1"], "{groups:?}");
        for resource in &rule.resources {
            let kind = kind_of(&groups[0], resource);
            let expected: &[&str] = match resource.as_str() {
                "pods/ephemeralcontainers" | "pods/resize" => &["UPDATE"],
                _ if is_connection(kind) => &["CONNECT"],
                _ => &["CREATE", "UPDATE"],
            };
            assert_eq!(operations(rule), expected, "{resource}");
        }
    }
}

#[test]
fn its_rules_are_what_the_rules_of_the_policy_look_at() {
    let mut expected = BTreeSet::new();
    for rule in RULES.iter().filter(|rule| !rule.outside_default_webhook_rules) {
        expected.extend(resources_of(rule));
    }
    assert!(is_resize_judged());
    for subresource in ["pods/ephemeralcontainers", "pods/resize"] {
        expected.insert((String::new(), subresource.to_owned()));
    }
    let mut asked = BTreeSet::new();
    for rule in &metadata().rules {
        for resource in &rule.resources {
            assert!(asked.insert((rule.api_groups[0].clone(), resource.clone())), "{resource} is there twice");
        }
    }
    assert_eq!(asked, expected);
    // The others are those that an administrator adds.
    let others: Vec<_> = KNOWN_KINDS
        .iter()
        .filter(|info| !asked.contains(&(info.group.to_owned(), info.resource.to_owned())))
        .map(|info| info.name)
        .collect();
    assert_eq!(others, ["ConfigMap", "Secret"]);
}

// What the policy asks the host for.

/// The names of those capabilities that a text holds, as metadata names them.
fn capabilities_in(text: &str, quote: &str) -> BTreeSet<String> {
    let is_used = |name: &&&str| text.contains(&format!("{quote}{name}{quote}"));
    CAPABILITIES.iter().filter(is_used).map(|name| format!("kubernetes/{name}")).collect()
}

#[test]
fn its_capabilities_are_those_of_the_sources() {
    assert_eq!(metadata().host_capabilities, capabilities_in(&sources("src"), "\""));
}

/// `kwctl annotate` looks for the names of capabilities in the module, and warns where they are not declared.
#[test]
fn its_capabilities_are_those_of_the_module() {
    let module = fs::read(repository("policy.wasm")).expect("policy.wasm: run `make policy.wasm`");
    assert_eq!(metadata().host_capabilities, capabilities_in(&String::from_utf8_lossy(&module), ""));
}

/// Where an administrator grants no more than the policy's own list, every look-up has to be possible.
#[test]
fn it_names_every_kind_that_can_be_looked_up() {
    let resources = metadata().context_aware_resources;
    let version = |kind: &str| if kind == "StorageClass" { "storage.k8s.io/v1" } else { "v1" };
    assert!(resources.iter().all(|resource| resource.api_version == version(&resource.kind)));
    let kinds: Vec<_> = resources.iter().map(|resource| resource.kind.as_str()).collect();
    assert_eq!(kinds, Lookup::NAMES);
}
