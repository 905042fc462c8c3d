//! Virtual nodes: whether a pod can be placed on one, as the scheduler decides it.
//!
//! The sources are Kubernetes' documentation of node selectors, node affinity, taints and tolerations, and of the API's
//! types NodeSelectorRequirement and Toleration.

use crate::document::node::{Node, children};
use crate::document::text::append;
use crate::document::view::{Map, Text};
use crate::kubernetes::views::{NodeSelectorRequirement, NodeSelectorTerm, PodSpec, Toleration};

/// The label that virtual nodes have, unless the settings describe them otherwise. Its value is empty.
pub const DEFAULT_LABEL: &str = "node-role.kubernetes.io/virtual-node";

/// A virtual node: as the settings describe all of them, or one as it is in the cluster.
#[derive(Clone, Copy)]
pub struct VirtualNode<'d> {
    /// Its name, where a look-up found it.
    name: Option<&'d str>,
    labels: Option<Node<'d>>,
    taints: Option<Node<'d>>,
    /// The label that it does not have, where it is any node but a virtual one.
    without: Option<&'d str>,
}

/// What is known of a node's label.
#[derive(Clone, Copy, PartialEq)]
enum Label<'n> {
    Absent,
    Is(&'n str),
    /// The node has it, and the value is not known.
    Some,
    /// The node may have it, with any value.
    Maybe,
}

/// The labels that every node has, each with a value of its own.
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

/// The labels that virtual nodes may have, with any value.
const OPTIONAL: [&str; 3] = [
    "node.kubernetes.io/instance-type",
    "beta.kubernetes.io/instance-type",
    "node.kubernetes.io/exclude-from-external-load-balancers",
];

/// What holds of a label where nothing else is known of a node.
fn common(key: &str) -> Label<'static> {
    match key {
        "kubernetes.io/os" | "beta.kubernetes.io/os" => Label::Is("linux"),
        _ if COMMON.contains(&key) => Label::Some,
        _ if OPTIONAL.contains(&key) => Label::Maybe,
        _ => Label::Absent,
    }
}

impl<'d> VirtualNode<'d> {
    /// What the settings say of virtual nodes, an object with `labels` and `taints`; a node with the default label and
    /// no taint, where they say nothing.
    #[must_use]
    pub fn described(settings: Option<Node<'d>>) -> Self {
        let field = |name| settings.and_then(|settings| settings.at(&[name]));
        let labels = field("labels").filter(|labels| labels.children().next().is_some());
        VirtualNode { name: None, labels, taints: field("taints"), without: None }
    }

    /// A Node of the cluster.
    #[must_use]
    pub fn found(object: Node<'d>) -> Self {
        VirtualNode {
            name: Some(object.text_at(&["metadata", "name"])),
            labels: object.at(&["metadata", "labels"]),
            taints: object.at(&["spec", "taints"]),
            without: None,
        }
    }

    /// Any node without the label by which virtual nodes are known. Nothing else is known of it.
    #[must_use]
    pub fn without(label: &'d str) -> Self {
        VirtualNode { name: None, labels: None, taints: None, without: Some(label) }
    }

    /// Whether a node has the labels that the settings describe virtual nodes by; an empty value asks only for the key,
    /// as it does in [`VirtualNode::selector`].
    #[must_use]
    pub fn is_described_by(&self, described: &VirtualNode<'_>) -> bool {
        let has = |key: &str, value: &str| {
            let label = self.labels.and_then(|labels| labels.at(&[key]));
            label.is_some_and(|label| value.is_empty() || label.text() == Some(value))
        };
        (described.labels.is_some() || has(DEFAULT_LABEL, ""))
            && children(described.labels).all(|label| has(label.name(), label.text().unwrap_or_default()))
    }

    /// The label selector that finds such nodes in the cluster.
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

    /// Whether a pod can land on the node. Unknown facts count in its favour.
    #[must_use]
    pub fn takes(&self, pod: PodSpec<'_>) -> bool {
        let node_name = text_of(pod.node_name());
        if node_name.is_empty() {
            return self.has_all(pod.node_selector())
                && self.matches_affinity(pod)
                && self.is_tolerated(pod, &["NoSchedule", "NoExecute"]);
        }
        // A pod that names its node passes the scheduler by. Only a taint that ends running pods still counts.
        self.name.is_none_or(|name| name == node_name) && self.is_tolerated(pod, &["NoExecute"])
    }

    fn label(&self, key: &str) -> Label<'d> {
        if let Some(without) = self.without {
            return if key == without { Label::Absent } else { Label::Some };
        }
        match (self.labels.and_then(|labels| labels.at(&[key])), self.name) {
            // Where the settings leave the value empty, any value is meant.
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

    /// A term without any requirement matches no node.
    fn matches(&self, term: NodeSelectorTerm<'_>) -> bool {
        let is_empty = term.match_expressions().filled().is_none() && term.match_fields().filled().is_none();
        // The only field is the node's name.
        let name = self.name.map_or(Label::Some, Label::Is);
        !is_empty
            && term
                .match_expressions()
                .into_iter()
                .all(|requirement| fits(self.label(text_of(requirement.key())), requirement))
            && term.match_fields().into_iter().all(|requirement| fits(name, requirement))
    }

    /// Whether the pod tolerates the taints of the node that have one of these effects.
    fn is_tolerated(&self, pod: PodSpec<'_>, effects: &[&str]) -> bool {
        children(self.taints).all(|taint| {
            let (key, effect) = (taint.text_at(&["key"]), taint.text_at(&["effect"]));
            // The taints of a node that is not ready, or cordoned, will be gone some time.
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

/// Whether a label of which so much is known can fit a requirement. Operators that Kubernetes does not know count in its favour.
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
        // Newer operators compare numbers. One that is not known here counts in the pod's favour.
        _ => wanted_key == key,
    }
}

fn text_of(text: Option<Text<'_>>) -> &str {
    text.map_or("", |text| text.value)
}

/// The label, with its value, by which virtual nodes are known; `None` where the settings describe them by nothing that
/// other nodes do not have.
#[must_use]
pub fn own_label<'d>(nodes: &VirtualNode<'d>) -> Option<(&'d str, &'d str)> {
    if nodes.labels.is_none() {
        return Some((DEFAULT_LABEL, ""));
    }
    let label = children(nodes.labels).find(|label| common(label.name()) == Label::Absent)?;
    Some((label.name(), label.text().unwrap_or_default()))
}
