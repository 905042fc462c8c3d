//! docs/custom-workloads.md: its prose is written by hand, and its tables of kinds and its webhook rules are generated.

use std::path::Path;

use oke_virtual_nodes_policy::document::pattern::Pattern;
use oke_virtual_nodes_policy::kubernetes::custom_workloads::{CUSTOM_WORKLOADS, SERVED, Served};

use crate::text::{head, row};
use crate::{pages, read};

/// The page.
pub const PATH: &str = "docs/custom-workloads.md";

/// What differs between the versions of a product, for those who add its webhook rules.
static REMARKS: &[(&str, &str)] = &[
    ("OpenKruise", "Kruise before 1.9 serves `daemonsets` and `broadcastjobs` as `v1alpha1`."),
    (
        "Kubeflow Training Operator",
        "Take out `jaxjobs` before version 1.9 of the operator, and `mpijobs` if the MPI Operator is installed.",
    ),
    ("Kubeflow MPI Operator", "In place of `mpijobs` of the Training Operator: a cluster has one of the two."),
    ("Strimzi", "Strimzi before 0.49 serves `v1beta2` alone."),
];

/// The remark on a product.
#[must_use]
pub fn remark(product: &str) -> Option<&'static str> {
    REMARKS.iter().find(|(known, _)| *known == product).map(|(_, remark)| *remark)
}

/// The page, with its generated parts made anew.
///
/// # Errors
/// A sentence for people, where the page is missing or its markers are wrong.
pub fn page(root: &Path) -> Result<String, String> {
    let made = pages::with_parts(&read(root, PATH)?, |name| match name {
        "kinds" => Ok(kinds()),
        "webhook rules" => Ok(webhook_rules()),
        _ => Err(format!("has no generated part named {name:?}")),
    });
    made.map_err(|error| format!("{PATH}: {error}"))
}

/// The table of all kinds, with the places of their templates.
fn kinds() -> String {
    let code = |patterns: &[Pattern<'_>]| {
        patterns.iter().map(|pattern| format!("`{}`", pattern.text())).collect::<Vec<_>>().join(", ")
    };
    let mut table = head(&["group", "kind", "pod templates", "templates of claims"]);
    for info in CUSTOM_WORKLOADS {
        let claims: Vec<_> = info.claims.into_iter().collect();
        table.push_str(&row(&[&format!("`{}`", info.group), info.name, &code(info.templates), &code(&claims)]));
    }
    table
}

/// The webhook rules, product by product.
fn webhook_rules() -> String {
    let mut part = String::new();
    let mut products: Vec<&str> = Vec::new();
    for served in SERVED {
        if !products.contains(&served.product) {
            products.push(served.product);
        }
    }
    for product in products {
        part.push_str(&format!("### {product}\n\n"));
        if let Some(remark) = remark(product) {
            part.push_str(&format!("{remark}\n\n"));
        }
        part.push_str("<!-- check: none -->\n```yaml\n");
        for served in SERVED.iter().filter(|served| served.product == product) {
            part.push_str(&rule(served));
        }
        part.push_str("```\n\n");
    }
    part.truncate(part.trim_end().len());
    part + "\n"
}

/// One of the `rules:` of a webhook.
fn rule(served: &Served) -> String {
    format!(
        "- apiGroups: [{}]\n  apiVersions: [{}]\n  resources: [{}]\n  operations: [CREATE, UPDATE]\n",
        served.group,
        served.version,
        served.resources.join(", ")
    )
}
