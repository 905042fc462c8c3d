//! `pod-shape`: finds pods that ask for a GPU or may only run on GPU or Intel shapes.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::reader::Amount;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, NodeSelectorRequirement, NodeSelectorTerm, PodSpec};

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-shape",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::IntelAndGpuShapes],
    checks: &[Check::Pod(pod), Check::Container(container)],
    ..Rule::NEW
};

/// The labels that hold a node's shape.
const SHAPE_LABELS: [&str; 2] = ["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"];
/// Oracle's compute shapes with Intel processors, without `VM.` or `BM.` in front and the size behind.
const INTEL: [&str; 8] =
    ["Standard1", "Standard2", "Standard3", "Standard.B1", "Optimized3", "DenseIO1", "DenseIO2", "HPC2"];

fn container<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let Some(resources) = container.resources() else { return };
    for (name, limit) in resources.limits() {
        report(name, limit, findings);
    }
    // Kubernetes takes no GPU request without an equal limit; a template may still hold one.
    for (name, request) in resources.requests() {
        if is_gpu(name) && !resources.limits().get(name).is_some_and(|limit| limit.value().is_positive()) {
            report(name, request, findings);
        }
    }
}

fn report<'d>(name: &str, amount: Amount<'d>, findings: &mut Findings<'d>) {
    if is_gpu(name) && amount.value().is_positive() {
        findings.add(
            amount.node,
            "asks for a GPU, and virtual nodes have none",
            "run it on managed nodes with a GPU shape",
        );
    }
}

fn is_gpu(name: &str) -> bool {
    name == "amd.com/gpu" || name.starts_with("nvidia.com/") || name.starts_with("gpu.intel.com/")
}

fn pod<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let remedy = "allow the shapes of virtual nodes, or run it on managed nodes";
    for (label, shape) in pod.node_selector() {
        if SHAPE_LABELS.contains(&label) && is_foreign(shape.value) {
            findings.add(shape.node, "virtual nodes have no GPU or Intel shapes", remedy);
        }
    }
    let Some(affinity) = pod.affinity().and_then(|affinity| affinity.node_affinity()) else { return };
    let Some(required) = affinity.required() else { return };
    let mut verdicts = required.node_selector_terms().into_iter().filter_map(only_foreign).peekable();
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
    term.match_expressions().filled()?;
    let on_shape = |operator: &'static str| {
        term.match_expressions().into_iter().filter(move |requirement| {
            requirement.key().is_some_and(|key| SHAPE_LABELS.contains(&key.value))
                && requirement.operator().is_some_and(|is| is.value == operator)
        })
    };
    let holds = |requirement: NodeSelectorRequirement<'_>, shape: &str| {
        requirement.values().into_iter().any(|value| value.value == shape)
    };
    let Some(allowed) = on_shape("In").next() else { return Some(false) };
    let mut shapes = allowed.values().into_iter().map(|shape| shape.value).filter(|shape| {
        on_shape("In").all(|allowed| holds(allowed, shape)) && !on_shape("NotIn").any(|excluded| holds(excluded, shape))
    });
    let is_first_foreign = is_foreign(shapes.next()?);
    Some(is_first_foreign && shapes.all(is_foreign))
}

/// Whether a shape is one that virtual nodes do not have.
fn is_foreign(shape: &str) -> bool {
    let size = shape.split_once('.').map_or(shape, |(_, rest)| rest);
    shape.as_bytes().windows(3).any(|part| part == b"GPU")
        || INTEL
            .iter()
            .any(|family| size.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}
