//! Whether a pod can be placed on a virtual node, as the scheduler decides it.
//!
//! The sources are Kubernetes' documentation of node selectors, node affinity, taints and tolerations, and of the API's
//! types NodeSelectorRequirement and Toleration.

use crate::findings::{Finding, Place};
use crate::json::{member, text};
use crate::lookups::{Lookup, Lookups, Unanswered};
use crate::mend::Change;
use crate::oracle::Row;
use crate::reader::{Map, Node, Shape, Step, Text, append, children, joined};
use crate::rule::{Fix, Level, Rule};
use crate::views::{NodeSelectorRequirement, NodeSelectorTerm, PodSpec, Toleration};

/// The fix that keeps a pod off virtual nodes instead of denying it. It finds nothing by itself.
pub static RULE: Rule = Rule {
    id: "placement",
    strict: Level::Warn,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: &[Row::MixedClusters],
    ..Rule::NEW
};

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
    /// Every node has it, and the value is not known.
    Some,
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

/// What holds of a label where nothing else is known of a node.
fn common(key: &str) -> Label<'static> {
    match key {
        "kubernetes.io/os" | "beta.kubernetes.io/os" => Label::Is("linux"),
        _ if COMMON.contains(&key) => Label::Some,
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
    fn found(object: Node<'d>) -> Self {
        VirtualNode {
            name: Some(object.text_at(&["metadata", "name"])),
            labels: object.at(&["metadata", "labels"]),
            taints: object.at(&["spec", "taints"]),
            without: None,
        }
    }

    /// Any node that has not the label by which virtual nodes are known. Of everything else nothing is known.
    #[must_use]
    pub fn without(label: &'d str) -> Self {
        VirtualNode { name: None, labels: None, taints: None, without: Some(label) }
    }

    /// Whether a node has the labels that the settings describe virtual nodes by; an empty value asks only for the key,
    /// as it does in [`VirtualNode::selector`].
    fn is_described_by(&self, described: &VirtualNode<'_>) -> bool {
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

    /// Whether a pod can be placed on the node. What is not known speaks for it.
    #[must_use]
    pub fn takes(&self, pod: PodSpec<'_>) -> bool {
        if let Some(name) = self.name
            && !text_of(pod.node_name()).is_empty()
        {
            // The scheduler has spoken, or was passed by.
            return name == text_of(pod.node_name());
        }
        self.has_all(pod.node_selector()) && self.matches_affinity(pod) && self.is_tolerated(pod)
    }

    fn label(&self, key: &str) -> Label<'d> {
        if let Some(without) = self.without {
            return if key == without { Label::Absent } else { Label::Some };
        }
        match (self.labels.and_then(|labels| labels.at(&[key])), self.name) {
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
            Label::Some => true,
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

    fn is_tolerated(&self, pod: PodSpec<'_>) -> bool {
        children(self.taints).all(|taint| {
            let (key, effect) = (taint.text_at(&["key"]), taint.text_at(&["effect"]));
            // What Kubernetes says of a node that is not ready, or cordoned, will be over some time.
            let passes = self.name.is_some()
                && (key.starts_with("node.kubernetes.io/") || key.starts_with("node.cloudprovider.kubernetes.io/"));
            !matches!(effect, "NoSchedule" | "NoExecute")
                || passes
                || pod
                    .tolerations()
                    .into_iter()
                    .any(|toleration| tolerates(toleration, key, taint.text_at(&["value"]), effect))
        })
    }
}

/// Whether a label of which so much is known can fit a requirement. What Kubernetes does not know speaks for it.
fn fits(label: Label<'_>, requirement: NodeSelectorRequirement<'_>) -> bool {
    let is_among = |value: &str| requirement.values().into_iter().any(|wanted| wanted.value == value);
    let operator = text_of(requirement.operator());
    match (operator, label) {
        ("In", Label::Is(value)) => is_among(value),
        ("NotIn", Label::Is(value)) => !is_among(value),
        ("In" | "Exists" | "Gt" | "Lt", Label::Absent) => false,
        ("DoesNotExist", _) => label == Label::Absent,
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
        // Newer operators compare numbers. What is not known here speaks for it.
        _ => wanted_key == key,
    }
}

fn text_of(text: Option<Text<'_>>) -> &str {
    text.map_or("", |text| text.value)
}

/// Whether a pod can be placed on a virtual node: as they are in the cluster where they are looked up and any is found,
/// else as the settings describe them. `failed` is told of a look-up that failed.
#[must_use]
pub fn can_land(pod: PodSpec<'_>, lookups: &Lookups<'_>, failed: &mut dyn FnMut(Lookup)) -> bool {
    let described = &lookups.settings().virtual_nodes;
    let mut can_land = None;
    let answer = lookups.show(Lookup::Node, "", &Shape::Any, &mut |list| {
        // They were asked for by their labels. A managed node among them would make every pod one of virtual nodes.
        for node in children(list.at(&["items"])).map(VirtualNode::found).filter(|node| node.is_described_by(described))
        {
            can_land = Some(can_land.unwrap_or(false) || node.takes(pod));
        }
    });
    if answer == Err(Unanswered::Failed) {
        failed(Lookup::Node);
    }
    can_land.unwrap_or_else(|| described.takes(pod))
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

/// The requirement that keeps a pod off nodes with a label, as JSON, which is YAML too.
#[must_use]
pub fn requirement((name, value): (&str, &str)) -> String {
    let mut requirement = "{".to_owned();
    member(&mut requirement, "key", name);
    member(&mut requirement, "operator", if value.is_empty() { "DoesNotExist" } else { "NotIn" });
    if !value.is_empty() {
        requirement.push_str(",\"values\":[");
        text(&mut requirement, value);
        requirement.push(']');
    }
    requirement.push('}');
    requirement
}

/// How a person keeps a workload to managed nodes; `None` where a label is nothing that can be shown in a line. A pod
/// that is not free asks for virtual nodes.
#[must_use]
pub fn advice(requirement: &str, is_free: bool) -> Option<String> {
    const TERMS: &str = "add to the pod's spec: affinity: {nodeAffinity: \
                         {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [";
    // The key and value of a label, as Kubernetes takes them, are shorter.
    let is_short = requirement.len() <= 512 && requirement.is_ascii();
    let first = if is_free { "" } else { "take out what asks for virtual nodes, and " };
    let parts = ["To keep it on managed nodes instead, ", first, TERMS, requirement, "]}]}}}"];
    is_short.then(|| joined(parts.into_iter(), ""))
}

/// The changes that put a requirement into the required node affinity of a pod: into each term that can match, or into
/// a new one. None where no term can match any node.
#[must_use]
pub fn changes<'c>(pod: PodSpec<'c>, requirement: &str) -> Vec<Change<'c>> {
    let mut steps = pod.node.steps();
    steps.extend(TERMS.map(Step::Key));
    let affinity = pod.affinity().and_then(|affinity| affinity.node_affinity());
    let Some(required) = affinity.and_then(|affinity| affinity.required()) else {
        steps.extend([Step::Index(0), Step::Key("matchExpressions"), Step::Index(0)]);
        return vec![Change { steps, value: Some(requirement.to_owned().into()) }];
    };
    let mut changes = Vec::new();
    for (index, term) in required.node_selector_terms().into_iter().enumerate() {
        let count = term.match_expressions().into_iter().count();
        if count > 0 || term.match_fields().filled().is_some() {
            let mut steps = steps.clone();
            steps.extend([Step::Index(index), Step::Key("matchExpressions"), Step::Index(count)]);
            changes.push(Change { steps, value: Some(requirement.to_owned().into()) });
        }
    }
    changes
}

const TERMS: [&str; 4] =
    ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];

/// What is said of a pod that is kept off virtual nodes.
#[must_use]
pub fn kept_off(pod: PodSpec<'_>) -> Finding<'_> {
    let place = Place::Below(pod.node, &["affinity", "nodeAffinity"]);
    Finding::new(&RULE, Level::Warn, place, "it is kept off virtual nodes".into(), "".into())
}
