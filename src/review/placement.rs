//! Placement: decides if the pods of a request land on virtual nodes, and keeps them off.

use super::Case;
use super::mutation::{Mutation, Target, edited};
use super::request::Operation;
use super::verdict::Verdict;
use crate::check::context::{Place, finding, lookup_failure};
use crate::check::evaluate::Scope;
use crate::cluster::LookupError;
use crate::config::{NodeKind, RuleSettings};
use crate::document::edit::Change;
use crate::document::node::children;
use crate::document::path::Step;
use crate::document::reader::Document;
use crate::document::text::{joined, json_member, json_text};
use crate::kubernetes::kinds::Kind;
use crate::kubernetes::object::Object;
use crate::kubernetes::views::PodSpec;
use crate::kubernetes::virtual_node::{VirtualNode, own_label};
use crate::lint::finding::Finding;
use crate::lint::lookup::Lookup;
use crate::lint::rule::{Level, PLACEMENT};

/// The placement of a request's pods, as far as known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landing {
    /// The part of the object to check; `None` if its pods stay on managed nodes.
    pub scope: Option<Scope>,
    /// The kind whose look-up failed. The answer then depends on the settings alone.
    pub failed: Option<Lookup>,
}

impl Landing {
    /// Returns the finding for a failed look-up.
    #[must_use]
    pub fn failure(self, place: Place<'_>, case: &Case<'_>) -> Option<Finding> {
        let rule = RuleSettings::new(&PLACEMENT, case.settings.on_lookup_failure);
        self.failed.map(|kind| lookup_failure(rule, kind, case.lookups, place))
    }
}

/// Returns the part of the object to check, depending on where its pods land, and removes the templates whose pods stay
/// on managed nodes. Objects without pods are always checked.
#[must_use]
pub fn keep_landing(object: &mut Object<'_>, old: Option<&Object<'_>>, scope: Scope, case: &Case<'_>) -> Landing {
    // Without the old pod, the change is checked as a new pod.
    let running = old.and_then(Object::pod).filter(|_| scope != Scope::Whole);
    let scope = if running.is_some() { scope } else { Scope::Whole };
    let Some(pod) = object.pod().filter(|_| case.settings.node_kind == NodeKind::Mixed) else {
        return Landing { scope: Some(scope), failed: None };
    };
    let list = case.lookups.virtual_nodes();
    let nodes = VirtualNodes::new(&list, case);
    let Some(running) = running else { return landing_templates(object, &nodes) };
    // A running pod doesn't move. The API server ignores or rejects other changes to its placement.
    if nodes.take(running) {
        return Landing { scope: Some(scope), failed: nodes.failed };
    }
    // A new toleration can place a pending pod.
    let is_waiting = scope == Scope::PodUpdate && running.node_name().is_none_or(|name| name.value.is_empty());
    let lands_now = is_waiting && nodes.take(pod);
    Landing { scope: lands_now.then_some(Scope::Whole), failed: nodes.failed }
}

/// Keeps only the templates whose pods can land on virtual nodes.
fn landing_templates(object: &mut Object<'_>, nodes: &VirtualNodes<'_>) -> Landing {
    object.templates.retain(|template| template.spec.is_none_or(|pod| nodes.take(pod)));
    Landing { scope: object.pod().is_some().then_some(Scope::Whole), failed: nodes.failed }
}

/// The virtual nodes of the cluster, if the look-up is enabled and finds any, else their description in the settings.
pub struct VirtualNodes<'n> {
    nodes: Vec<VirtualNode<'n>>,
    /// The kind whose look-up failed.
    pub failed: Option<Lookup>,
}

impl<'n> VirtualNodes<'n> {
    /// Reads the answer to the look-up.
    #[must_use]
    pub fn new(list: &'n Result<Document<'_>, LookupError>, case: &Case<'n>) -> Self {
        let described = case.settings.virtual_nodes;
        let items = list.as_ref().ok().and_then(|list| list.root().at(&["items"]));
        // The look-up used a label selector. Check again, because with a managed node among them every pod would land.
        let found = children(items).map(VirtualNode::found).filter(|node| node.is_described_by(&described));
        let mut nodes: Vec<_> = found.collect();
        if nodes.is_empty() {
            nodes.push(described);
        }
        let is_failure = matches!(list, Err(error) if error.is_failure());
        VirtualNodes { nodes, failed: is_failure.then_some(Lookup::Node) }
    }

    /// Returns true if a pod can land on one of them.
    #[must_use]
    pub fn take(&self, pod: PodSpec<'_>) -> bool {
        self.nodes.iter().any(|node| node.takes(pod))
    }
}

/// Returns the requirement that keeps a pod off nodes with a label, as JSON, which is also valid YAML.
#[must_use]
pub fn requirement((name, value): (&str, &str)) -> String {
    let mut requirement = "{".to_owned();
    json_member(&mut requirement, "key", name);
    json_member(&mut requirement, "operator", if value.is_empty() { "DoesNotExist" } else { "NotIn" });
    if !value.is_empty() {
        requirement.push_str(",\"values\":[");
        json_text(&mut requirement, value);
        requirement.push(']');
    }
    requirement.push('}');
    requirement
}

/// Returns the advice for keeping a workload on managed nodes; `None` if the label doesn't fit into a line. `is_free`
/// is false if the pod requires virtual nodes.
#[must_use]
pub fn advice(requirement: &str, is_free: bool) -> Option<String> {
    const TERMS: &str = "add to the pod's spec: affinity: {nodeAffinity: \
                         {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [";
    // Valid keys and values of labels are shorter.
    let is_short = requirement.len() <= 512 && requirement.is_ascii();
    let first = if is_free { "" } else { "take out what asks for virtual nodes, and " };
    let parts = ["To keep it on managed nodes instead, ", first, TERMS, requirement, "]}]}}}"];
    is_short.then(|| joined(parts.into_iter(), ""))
}

/// Returns the changes that add a requirement to a pod's required node affinity: to each term that can match, or as a
/// new term. Empty if no term can match any node.
fn changes(pod: PodSpec<'_>, requirement: &str) -> Vec<Change<'static>> {
    let mut steps = pod.node.steps();
    steps.extend(TERMS.map(Step::key));
    let at = |term: usize, requirement_index: usize| {
        let mut steps = steps.clone();
        steps.extend([Step::Index(term), Step::key("matchExpressions"), Step::Index(requirement_index)]);
        Change { steps, value: Some(requirement.to_owned()) }
    };
    let affinity = pod.affinity().and_then(|affinity| affinity.node_affinity());
    let Some(required) = affinity.and_then(|affinity| affinity.required()) else { return vec![at(0, 0)] };
    let mut changes = Vec::new();
    for (index, term) in required.node_selector_terms().into_iter().enumerate() {
        let count = term.match_expressions().into_iter().count();
        if count > 0 || term.match_fields().filled().is_some() {
            changes.push(at(index, count));
        }
    }
    changes
}

const TERMS: [&str; 4] =
    ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];

/// Under `mixed`, adds advice on how to keep a denied object off virtual nodes, or does it if that fix is on.
#[must_use]
pub fn keep_off(mut verdict: Verdict, object: &Object<'_>, case: &Case<'_>) -> Verdict {
    let (settings, operation) = (case.settings, case.request.operation);
    let (Some(pod), Some(label)) = (object.pod(), own_label(&settings.virtual_nodes)) else { return verdict };
    // A pod that runs or has a node doesn't move.
    let has_node = object.pods().any(|pod| pod.node_name().is_some_and(|name| !name.value.is_empty()));
    let is_placed = object.kind() == Kind::Pod && (operation != Operation::Create || has_node);
    if settings.node_kind != NodeKind::Mixed || !verdict.is_denied() || is_placed {
        return verdict;
    }
    let requirement = requirement(label);
    // A pod that requires virtual nodes could not be placed anywhere else. A pod with a node name bypasses the
    // scheduler.
    let elsewhere = VirtualNode::without(label.0);
    let is_free = !has_node && object.pods().all(|pod| elsewhere.takes(pod));
    verdict.advice = advice(&requirement, is_free);
    if settings.fixes_placement
        && is_free
        && let Some(mutation) = kept_off(&verdict.findings, object, case, changes(pod, &requirement))
    {
        verdict.mutation = mutation;
        for finding in &mut verdict.findings {
            finding.level = finding.level.min(Level::Warn);
        }
    }
    verdict
}

/// Returns the mutation that keeps an object off virtual nodes; `None` if that wouldn't help.
fn kept_off(
    findings: &[Finding],
    object: &Object<'_>,
    case: &Case<'_>,
    changes: Vec<Change<'static>>,
) -> Option<Mutation> {
    let target = Target::reachable(object, case)?;
    // Its pods are kept off only if the same findings deny them again.
    let mut denying = findings.iter().filter(|finding| finding.level == Level::Deny);
    let is_kept =
        |finding: &Finding| !finding.is_lookup_failure && (target == Target::Object || finding.is_in_template);
    if !denying.all(is_kept) {
        return None;
    }
    let place = Place::Below(object.pod()?.node, &["affinity", "nodeAffinity"]);
    let rule = RuleSettings::new(&PLACEMENT, Level::Warn);
    let fixes = vec![finding(rule, place, "it is kept off virtual nodes", "")];
    match target {
        Target::Object => Some(Mutation::Applied {
            object: edited(case.request.object?, changes, case.settings)?,
            fixes,
            proposed: Vec::new(),
        }),
        // A DaemonSet would keep creating pods for virtual nodes, which couldn't be placed there.
        Target::ItsPods if object.kind() == Kind::DaemonSet => None,
        Target::ItsPods => Some(Mutation::Proposed(fixes)),
    }
}
