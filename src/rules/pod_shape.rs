//! `pod-shape`: finds pods that ask for a GPU or may only run on GPU or Intel shapes.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, NodeSelectorTerm, PodSpec};
use std::collections::BTreeSet;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-shape",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(pod), Check::Container(container)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pods with Intel and GPU shapes",
        summary: "Finds pods that ask for a GPU or may only run on GPU or Intel shapes.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

/// The labels that hold a node's shape.
const SHAPE_LABELS: [&str; 2] = ["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"];
/// Oracle's compute shapes with Intel processors, without `VM.` or `BM.` in front and the size behind.
const INTEL: [&str; 8] =
    ["Standard1", "Standard2", "Standard3", "Standard.B1", "Optimized3", "DenseIO1", "DenseIO2", "HPC2"];

fn container<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let Some(resources) = container.resources() else { return };
    let mut reported = BTreeSet::new();
    for amounts in [resources.limits(), resources.requests()].into_iter().flatten() {
        for (name, amount) in amounts.iter() {
            let is_gpu = name.starts_with("nvidia.com/")
                || matches!(name, "amd.com/gpu" | "gpu.intel.com/i915")
                || name.starts_with("gpu.intel.com/");
            if is_gpu && amount.value.is_positive() && reported.insert(name) {
                findings.add(
                    amount.node,
                    "asks for a GPU, and virtual nodes have none",
                    "run it on managed nodes with a GPU shape",
                );
            }
        }
    }
}

fn pod<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let remedy = "allow the shapes of virtual nodes, or run it on managed nodes";
    for (label, shape) in pod.node_selector().iter().flat_map(|selector| selector.iter()) {
        if SHAPE_LABELS.contains(&label) && is_foreign(shape.value) {
            findings.add(shape.node, "virtual nodes have no GPU or Intel shapes", remedy);
        }
    }
    let Some(affinity) = pod.affinity().and_then(|affinity| affinity.node_affinity()) else { return };
    let terms = affinity.required().and_then(|required| required.node_selector_terms());
    let mut verdicts = terms.iter().flat_map(|terms| terms.iter()).filter_map(only_foreign).peekable();
    if verdicts.peek().is_some() && verdicts.all(|only_foreign| only_foreign) {
        findings.add(
            affinity.node,
            "allows only nodes with GPU or Intel shapes, which virtual nodes do not have",
            remedy,
        );
    }
}

/// Whether every node that the term can match has a shape that no virtual node has; `None` if it matches no node.
fn only_foreign(term: NodeSelectorTerm<'_>) -> Option<bool> {
    let mut allowed: Option<BTreeSet<&str>> = None;
    let mut excluded = BTreeSet::new();
    let mut requirements = term.match_expressions()?.iter().peekable();
    requirements.peek()?;
    for requirement in requirements {
        if !requirement.key().is_some_and(|key| SHAPE_LABELS.contains(&key.value)) {
            continue;
        }
        let values = requirement.values();
        let values = values.iter().flat_map(|values| values.iter()).map(|value| value.value);
        match requirement.operator().map(|operator| operator.value) {
            Some("In") => {
                let values = values.collect::<BTreeSet<_>>();
                allowed = Some(match allowed {
                    Some(allowed) => allowed.intersection(&values).copied().collect(),
                    None => values,
                });
            }
            Some("NotIn") => excluded.extend(values),
            _ => {}
        }
    }
    let Some(allowed) = allowed else { return Some(false) };
    let mut shapes = allowed.difference(&excluded).peekable();
    shapes.peek()?;
    Some(shapes.all(|shape| is_foreign(shape)))
}

/// Whether a shape is one that virtual nodes do not have.
fn is_foreign(shape: &str) -> bool {
    let size = shape.split_once('.').map_or(shape, |(_, rest)| rest);
    shape.contains("GPU")
        || INTEL
            .iter()
            .any(|family| size.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}
