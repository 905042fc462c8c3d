//! `pod-shape`: finds pods that ask for a GPU or can only run on GPU or Intel shapes.

use crate::check::prelude::*;
use crate::document::text::sort_names;
use crate::document::view::Amount;
use crate::kubernetes::views::NodeSelectorTerm;

/// The rule.
pub static RULE: Rule = Rule {
    id: "pod-shape",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::IntelAndGpuShapes]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(pod), Check::Container(container)];

/// The labels for a node's shape.
const SHAPE_LABELS: [&str; 2] = ["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"];
/// Oracle's compute shapes with Intel processors, without the prefix `VM.` or `BM.` and the size.
const INTEL: [&str; 8] =
    ["Standard1", "Standard2", "Standard3", "Standard.B1", "Optimized3", "DenseIO1", "DenseIO2", "HPC2"];

fn container(cx: &mut Context, container: Container) {
    let Some(resources) = container.resources() else { return };
    for (name, limit) in resources.limits() {
        report(cx, name, limit);
    }
    // Kubernetes rejects a GPU request without an equal limit, but a template may have one.
    let mut limits = resources.limits().into_iter().peekable();
    for (name, request) in resources.requests() {
        while limits.next_if(|(limit, _)| *limit < name).is_some() {}
        let limit = limits.next_if(|(limit, _)| *limit == name);
        if !limit.is_some_and(|(_, limit)| limit.value().is_positive()) {
            report(cx, name, request);
        }
    }
}

fn report(cx: &mut Context, name: &str, amount: Amount) {
    if is_gpu(name) && amount.value().is_positive() {
        cx.report(amount.node, "asks for a GPU, and virtual nodes have none", "run it on managed nodes with a GPU shape");
    }
}

fn is_gpu(name: &str) -> bool {
    name == "amd.com/gpu" || name.starts_with("nvidia.com/") || name.starts_with("gpu.intel.com/")
}

fn pod(cx: &mut Context, pod: PodSpec) {
    let remedy = "allow the shapes of virtual nodes, or run it on managed nodes";
    for (label, shape) in pod.node_selector() {
        if SHAPE_LABELS.contains(&label) && is_foreign(shape.value) {
            cx.report(shape.node, "virtual nodes have no GPU or Intel shapes", remedy);
        }
    }
    let Some(affinity) = pod.affinity().and_then(|affinity| affinity.node_affinity()) else { return };
    let Some(required) = affinity.required() else { return };
    let mut verdicts = required.node_selector_terms().into_iter().filter_map(only_foreign).peekable();
    if verdicts.peek().is_some() && verdicts.all(|only_foreign| only_foreign) {
        cx.report(affinity.node, "allows only nodes with GPU or Intel shapes, which virtual nodes do not have", remedy);
    }
}

/// Returns true if every node that the term can match has a shape that virtual nodes don't have; `None` if it matches
/// no node.
fn only_foreign(term: NodeSelectorTerm) -> Option<bool> {
    term.match_expressions().filled()?;
    let (mut shapes, mut count) = (Vec::new(), 0_usize);
    for requirement in term.match_expressions() {
        let operator = requirement.operator().map_or("", |operator| operator.value);
        let is_on_shape = requirement.key().is_some_and(|key| SHAPE_LABELS.contains(&key.value));
        if !is_on_shape || !matches!(operator, "In" | "NotIn") {
            continue;
        }
        let is_excluding = operator == "NotIn";
        count = count.saturating_add(usize::from(!is_excluding));
        let requirement_number = if is_excluding { EXCLUDED } else { count };
        shapes.extend(requirement.values().into_iter().map(|value| (value.value, requirement_number)));
    }
    if count == 0 {
        return Some(false);
    }
    // One requirement alone allows all its values.
    if count > 1 || shapes.iter().any(|(_, number)| *number == EXCLUDED) {
        sort_names(&mut shapes);
        shapes.dedup();
    }
    let mut only_foreign = None;
    for same in shapes.chunk_by(|(left, _), (right, _)| left == right) {
        // All requirements have to allow it.
        if let Some((shape, number)) = same.first().filter(|_| count == 1 || same.len() == count)
            && *number != EXCLUDED
        {
            only_foreign = Some(only_foreign.unwrap_or(true) && is_foreign(shape));
        }
    }
    only_foreign
}

/// The number of all requirements that exclude shapes. The others are counted from 1.
const EXCLUDED: usize = 0;

/// Returns true if virtual nodes don't have the shape.
fn is_foreign(shape: &str) -> bool {
    let size = shape.split_once('.').map_or(shape, |(_, rest)| rest);
    shape.as_bytes().windows(3).any(|part| part == b"GPU")
        || INTEL
            .iter()
            .any(|family| size.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}
