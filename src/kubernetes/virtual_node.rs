//! Virtual nodes: matches pods with nodes, as the scheduler does.
//!
//! Sources: Kubernetes' documentation of node selectors, node affinity, taints and tolerations, and of the API types
//! NodeSelectorRequirement and Toleration.

use crate::document::node::{Node, children};
use crate::document::text::append;
use crate::document::view::{Map, Text};
use crate::kubernetes::views::{NodeSelectorRequirement, NodeSelectorTerm, PodSpec, Toleration};

/// The label of virtual nodes, unless the settings describe them otherwise. Its value is empty.
pub const DEFAULT_LABEL: &str = "node-role.kubernetes.io/virtual-node";

/// A virtual node: all of them as described by the settings, or one found in the cluster.
#[derive(Clone, Copy)]
pub struct VirtualNode<'d> {
    /// The name; `None` unless a look-up found the node.
    name: Option<&'d str>,
    labels: Option<Node<'d>>,
    taints: Option<Node<'d>>,
    /// The label that this node lacks, if it stands for all nodes that aren't virtual.
    without: Option<&'d str>,
}

/// Knowledge about a node's label.
#[derive(Clone, Copy, PartialEq)]
enum Label<'n> {
    Absent,
    Is(&'n str),
    /// The node has the label, with an unknown value.
    Some,
    /// The node may have the label, with any value.
    Maybe,
}

/// Labels that every node has, with different values.
const COMMON: [&str; 8] = [
    "kubernetes.io/arch",
    "kubernetes.io/hostname",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "oci.oraclecloud.com/fault-domain",
    "beta.kubernetes.io/arch",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
];

/// Labels that virtual nodes may have, with any value.
const OPTIONAL: [&str; 3] = [
    "node.kubernetes.io/instance-type",
    "beta.kubernetes.io/instance-type",
    "node.kubernetes.io/exclude-from-external-load-balancers",
];

/// Returns what is known about a label of any node.
fn common(key: &str) -> Label<'static> {
    match key {
        "kubernetes.io/os" | "beta.kubernetes.io/os" => Label::Is("linux"),
        _ if COMMON.contains(&key) => Label::Some,
        _ if OPTIONAL.contains(&key) => Label::Maybe,
        _ => Label::Absent,
    }
}

impl<'d> VirtualNode<'d> {
    /// Creates the node that the settings describe, an object with `labels` and `taints`. By default, a node with the
    /// default label and no taint.
    #[must_use]
    pub fn described(settings: Option<Node<'d>>) -> Self {
        let field = |name| settings.and_then(|settings| settings.at(&[name]));
        let labels = field("labels").filter(|labels| labels.children().next().is_some());
        VirtualNode { name: None, labels, taints: field("taints"), without: None }
    }

    /// Creates a node from a Node object of the cluster.
    #[must_use]
    pub fn found(object: Node<'d>) -> Self {
        VirtualNode {
            name: Some(object.text_at(&["metadata", "name"])),
            labels: object.at(&["metadata", "labels"]),
            taints: object.at(&["spec", "taints"]),
            without: None,
        }
    }

    /// Creates a node without the label that identifies virtual nodes. Nothing else is known about it.
    #[must_use]
    pub fn without(label: &'d str) -> Self {
        VirtualNode { name: None, labels: None, taints: None, without: Some(label) }
    }

    /// Returns true if the node has the labels in the settings' description of virtual nodes. An empty value requires
    /// only the key, as in [`VirtualNode::selector`].
    #[must_use]
    pub fn is_described_by(&self, described: &VirtualNode<'_>) -> bool {
        let has = |key: &str, value: &str| {
            let label = self.labels.and_then(|labels| labels.at(&[key]));
            label.is_some_and(|label| value.is_empty() || label.text() == Some(value))
        };
        (described.labels.is_some() || has(DEFAULT_LABEL, ""))
            && children(described.labels).all(|label| has(label.name(), label.text().unwrap_or_default()))
    }

    /// Returns the label selector that finds these nodes in the cluster.
    #[must_use]
    pub fn selector(&self) -> String {
        let mut selector = String::new();
        for label in children(self.labels) {
            let value = label.text().unwrap_or_default();
            let comma = if selector.is_empty() { "" } else { "," };
            append(&mut selector, &[comma, label.name(), if value.is_empty() { "" } else { "=" }, value]);
        }
        if selector.is_empty() { DEFAULT_LABEL.to_owned() } else { selector }
    }

    /// Returns true if the pod can be placed on the node. Unknown facts count in its favour.
    #[must_use]
    pub fn takes(&self, pod: PodSpec<'_>) -> bool {
        let node_name = text_of(pod.node_name());
        if node_name.is_empty() {
            return self.has_all(pod.node_selector())
                && self.matches_affinity(pod)
                && self.is_tolerated(pod, &["NoSchedule", "NoExecute"]);
        }
        // A pod with a node name bypasses the scheduler. Only a taint that evicts running pods still counts.
        self.name.is_none_or(|name| name == node_name) && self.is_tolerated(pod, &["NoExecute"])
    }

    fn label(&self, key: &str) -> Label<'d> {
        if let Some(without) = self.without {
            return if key == without { Label::Absent } else { Label::Some };
        }
        match (self.labels.and_then(|labels| labels.at(&[key])), self.name) {
            // An empty value in the settings means any value.
            (Some(label), None) if label.text() == Some("") => Label::Some,
            (Some(label), _) => Label::Is(label.text().unwrap_or_default()),
            (None, Some(_)) => Label::Absent,
            (None, None) if self.labels.is_none() && key == DEFAULT_LABEL => Label::Is(""),
            (None, None) => common(key),
        }
    }

    fn has_all(&self, selector: Map<'_, Text<'_>>) -> bool {
        selector.into_iter().all(|(key, wanted)| match self.label(key) {
            Label::Absent => false,
            Label::Is(value) => value == wanted.value,
            Label::Some | Label::Maybe => true,
        })
    }

    fn matches_affinity(&self, pod: PodSpec<'_>) -> bool {
        let affinity = pod.affinity().and_then(|affinity| affinity.node_affinity());
        let Some(required) = affinity.and_then(|affinity| affinity.required()) else { return true };
        required.node_selector_terms().into_iter().any(|term| self.matches(term))
    }

    /// Returns true if the term matches. A term without requirements matches no node.
    fn matches(&self, term: NodeSelectorTerm<'_>) -> bool {
        let is_empty = term.match_expressions().filled().is_none() && term.match_fields().filled().is_none();
        // The only field that Kubernetes supports is the node's name.
        let name = self.name.map_or(Label::Some, Label::Is);
        !is_empty
            && term
                .match_expressions()
                .into_iter()
                .all(|requirement| fits(self.label(text_of(requirement.key())), requirement))
            && term.match_fields().into_iter().all(|requirement| fits(name, requirement))
    }

    /// Returns true if the pod tolerates the node's taints with one of these effects.
    fn is_tolerated(&self, pod: PodSpec<'_>, effects: &[&str]) -> bool {
        children(self.taints).all(|taint| {
            let (key, effect) = (taint.text_at(&["key"]), taint.text_at(&["effect"]));
            // Taints of a node that isn't ready or is cordoned are temporary.
            let passes = self.name.is_some()
                && (key.starts_with("node.kubernetes.io/") || key.starts_with("node.cloudprovider.kubernetes.io/"));
            !effects.contains(&effect)
                || passes
                || pod
                    .tolerations()
                    .into_iter()
                    .any(|toleration| tolerates(toleration, key, taint.text_at(&["value"]), effect))
        })
    }
}

/// Returns true if the label can fit the requirement. Unknown operators count in its favour.
fn fits(label: Label<'_>, requirement: NodeSelectorRequirement<'_>) -> bool {
    let is_among = |value: &str| requirement.values().into_iter().any(|wanted| wanted.value == value);
    let operator = text_of(requirement.operator());
    match (operator, label) {
        ("In", Label::Is(value)) => is_among(value),
        ("NotIn", Label::Is(value)) => !is_among(value),
        ("In" | "Exists" | "Gt" | "Lt", Label::Absent) => false,
        ("DoesNotExist", _) => matches!(label, Label::Absent | Label::Maybe),
        ("Gt" | "Lt", Label::Is(value)) => {
            let wanted = requirement.values().into_iter().next().and_then(|wanted| wanted.value.parse::<i64>().ok());
            match (value.parse::<i64>(), wanted) {
                (Ok(value), Some(wanted)) if operator == "Gt" => value > wanted,
                (Ok(value), Some(wanted)) => value < wanted,
                _ => false,
            }
        }
        _ => true,
    }
}

fn tolerates(toleration: Toleration<'_>, key: &str, value: &str, effect: &str) -> bool {
    let (wanted_key, wanted_effect) = (text_of(toleration.key()), text_of(toleration.effect()));
    if !wanted_effect.is_empty() && wanted_effect != effect {
        return false;
    }
    match text_of(toleration.operator()) {
        // An empty key with Exists tolerates everything.
        "Exists" => wanted_key.is_empty() || wanted_key == key,
        "" | "Equal" => wanted_key == key && text_of(toleration.value()) == value,
        // Newer operators compare numbers. Unknown operators count in the pod's favour.
        _ => wanted_key == key,
    }
}

fn text_of(text: Option<Text<'_>>) -> &str {
    text.map_or("", |text| text.value)
}

/// Returns the key and value of the label that identifies virtual nodes; `None` if the settings describe them only by
/// labels that other nodes have too.
#[must_use]
pub fn own_label<'d>(nodes: &VirtualNode<'d>) -> Option<(&'d str, &'d str)> {
    if nodes.labels.is_none() {
        return Some((DEFAULT_LABEL, ""));
    }
    let label = children(nodes.labels).find(|label| common(label.name()) == Label::Absent)?;
    Some((label.name(), label.text().unwrap_or_default()))
}
