//! deploy/scan.yaml: the permissions that `oke-vn scan` needs, from the kinds that rules check.

use oke_virtual_nodes_policy::kubernetes::kinds::checked_resources;

use crate::NOTICE;

/// The manifest.
pub const PATH: &str = "deploy/scan.yaml";

/// Its head.
const HEAD: &str = "\
# The permissions of `oke-vn scan`: to read what rules look at, and nothing else (docs/scan.md). Bind oke-vn-scan to those who
# scan. They need oke-vn-scan-look-ups as well only where the settings look these kinds up: of Secrets the scan asks for names
# and types alone, but Kubernetes has no permission that is as narrow.
";

/// What the settings can look up beyond that.
const LOOK_UPS: &[(&str, &[&str])] = &[("", &["nodes", "secrets"]), ("storage.k8s.io", &["storageclasses"])];

/// The manifest as text.
#[must_use]
pub fn manifest() -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (group, resource) in checked_resources() {
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, resources)) if resources.contains(&resource) => {}
            Some((_, resources)) => resources.push(resource),
            None => groups.push((group, vec![resource])),
        }
    }
    let mut text = format!("# {NOTICE}\n#\n{HEAD}{}", role("oke-vn-scan"));
    for (group, resources) in &groups {
        text.push_str(&rule(group, resources, "list"));
    }
    text.push_str("  # For --save: a plan needs to know how many Pods there can be.\n");
    text.push_str(&rule("autoscaling", &["horizontalpodautoscalers"], "list"));
    text.push_str(&rule("keda.sh", &["scaledobjects"], "list"));
    text.push_str("  # For --namespace and --settings-from-cluster.\n");
    text.push_str(&rule("", &["namespaces"], "get"));
    text.push_str(&rule("policies.kubewarden.io", &["clusteradmissionpolicies"], "get"));
    text.push_str(&format!("---\n{}", role("oke-vn-scan-look-ups")));
    for (group, resources) in LOOK_UPS {
        text.push_str(&rule(group, resources, "list"));
    }
    text
}

fn role(name: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: {name}\n  labels:\n    \
         app.kubernetes.io/name: oke-virtual-nodes-policy\nrules:\n"
    )
}

fn rule(group: &str, resources: &[&str], verb: &str) -> String {
    let mut text =
        format!("  - apiGroups:\n      - {}\n    resources:\n", if group.is_empty() { "\"\"" } else { group });
    for resource in resources {
        text.push_str(&format!("      - {resource}\n"));
    }
    text + &format!("    verbs:\n      - {verb}\n")
}
