//! The context of a check: the object, the settings, the look-ups, and the methods to report findings.

use std::borrow::Cow;
use std::fmt;

use crate::check::before::Before;
use crate::check::claims::States;
use crate::check::detection::Marks;
use crate::cluster::{Grant, Lookups, capability};
use crate::config::{ParameterValue, RuleSettings, Settings};
use crate::document::node::{Json, Node};
use crate::document::path::{FieldPath, Step, short};
use crate::document::quantity::Quantity;
use crate::document::text::sort_names;
use crate::document::view::Int32;
use crate::kubernetes::image::Image;
use crate::kubernetes::object::{Object, Template};
use crate::kubernetes::resources::{self, PodAmount};
use crate::kubernetes::views::{ContainerPort, PodSpec};
use crate::lint::finding::{Edit, Finding, Old, Scalar};
use crate::lint::lookup::Lookup;
use crate::lint::rule::{Level, Parameter, Rule};

/// The place of a finding or an edit.
#[derive(Clone, Copy)]
pub enum Place<'d> {
    /// A value that was read.
    Node(Node<'d>),
    /// A value that may be absent: an existing node, and the keys below it.
    Below(Node<'d>, &'d [&'static str]),
    /// A path outside the object, such as `pods/exec`.
    Resource(&'static str),
}

impl<'d> From<Node<'d>> for Place<'d> {
    fn from(node: Node<'d>) -> Self {
        Place::Node(node)
    }
}

impl Place<'_> {
    fn path(&self) -> FieldPath {
        match self {
            Place::Resource(name) => FieldPath::Resource(name),
            _ => FieldPath::Field(self.steps()),
        }
    }

    fn node(&self) -> Option<Node<'_>> {
        match self {
            Place::Node(node) | Place::Below(node, _) => Some(*node),
            Place::Resource(_) => None,
        }
    }

    fn steps(&self) -> Vec<Step<'static>> {
        let mut steps = self.node().map_or_else(Vec::new, Node::steps);
        if let Place::Below(_, names) = self {
            steps.extend(names.iter().map(|name| Step::key(name)));
        }
        steps
    }

    fn old(&self) -> Old {
        let Place::Node(node) = self else { return Old::Absent };
        match node.json() {
            Json::Bool(value) => Old::Scalar(Scalar::Bool(value)),
            Json::Int(value) => Old::Scalar(Scalar::Int(value)),
            Json::Text(text) => Old::Scalar(Scalar::Text(text.to_owned())),
            _ => Old::Structure,
        }
    }
}

/// The problem of a finding: a fixed text, or one formatted with names and numbers.
pub trait Problem {
    /// Adds a finding with this problem.
    fn report(self, cx: &mut Context<'_>, place: Place<'_>, remedy: &'static str);
}

impl Problem for &'static str {
    fn report(self, cx: &mut Context<'_>, place: Place<'_>, remedy: &'static str) {
        cx.push(place, self, remedy);
    }
}

impl Problem for fmt::Arguments<'_> {
    fn report(self, cx: &mut Context<'_>, place: Place<'_>, remedy: &'static str) {
        cx.push_formatted(place, self, remedy);
    }
}

/// The maximum number of findings in an object. More take longer than a policy server waits, and an API server stores no
/// object with so many.
pub const MAX_FINDINGS: usize = 12_000;

/// The result of evaluating the rules on an object.
#[derive(Default)]
pub struct Evaluation {
    /// The violations, in the order of reporting.
    pub findings: Vec<Finding>,
    /// Recommended edits without a violation, made where the fix is on.
    pub improvements: Vec<Finding>,
    /// True if there is more than can be judged, so that findings may be missing.
    pub is_partial: bool,
}

impl Evaluation {
    /// Returns true if no more is to be judged. The last finding may be incomplete.
    pub(super) fn is_full(&self) -> bool {
        self.findings.len() > MAX_FINDINGS
    }
}

/// The object and its environment, for the checks of one rule.
pub struct Context<'d> {
    /// The object.
    pub object: &'d Object<'d>,
    /// The old object, if the request is an update.
    pub old: Option<&'d Object<'d>>,
    /// The old version of a running pod, if only the change is checked.
    pub before: Option<&'d Before<'d>>,
    /// The settings.
    pub settings: &'d Settings<'d>,
    /// The look-ups.
    pub lookups: &'d Lookups<'d>,
    /// The images of all containers of the object, to detect products.
    pub(super) images: &'d [Image<'d>],
    /// The labels and annotations of the object, then those of its templates, to detect products.
    pub(super) marks: &'d [Marks<'d>],
    pub(super) rule: RuleSettings,
    pub(super) template: Option<&'d Template<'d>>,
    pub(super) first_empty_dir: Option<Node<'d>>,
    /// The host ports of the current pod, sorted. Computed on demand.
    pub(super) host_ports: Option<Vec<String>>,
    /// The cpu of the current pod. Computed on demand.
    pub(super) cpu: Option<Option<PodAmount<'d>>>,
    /// True if the current pod's own `resources` have a cpu; likewise memory.
    pub(super) pod_has: [bool; 2],
    /// The states of the object's claim templates. Computed on demand.
    pub(super) claim_states: Option<States>,
    pub(super) container: Option<&'d str>,
    pub(super) result: Evaluation,
}

impl<'d> Context<'d> {
    /// The current pod; `None` in checks of whole objects.
    #[must_use]
    pub fn pod(&self) -> Option<PodSpec<'d>> {
        self.template?.spec
    }

    /// The cpu that the current pod requests; `None` if it requests none.
    pub fn cpu(&mut self) -> Option<PodAmount<'d>> {
        if self.cpu.is_none() {
            self.cpu = Some(self.pod().and_then(|pod| resources::of_pod(pod, "cpu")));
        }
        self.cpu.flatten()
    }

    /// Returns true if the current pod's own `resources` have a request or a limit for cpu; the second value for memory.
    #[must_use]
    pub fn pod_has_cpu_and_memory(&self) -> [bool; 2] {
        self.pod_has
    }

    /// The template of the current pod.
    #[must_use]
    pub fn template(&self) -> Option<&'d Template<'d>> {
        self.template
    }

    /// The first emptyDir volume of the current pod.
    #[must_use]
    pub fn first_empty_dir(&self) -> Option<Node<'d>> {
        self.first_empty_dir
    }

    /// Returns true if the fix of another rule is on. For fixes that depend on that one.
    #[must_use]
    pub fn is_fixed(&self, rule: &Rule) -> bool {
        let mut rules = self.settings.rules.iter();
        rules.any(|settings| settings.rule.id == rule.id && settings.fixes && settings.level != Level::Off)
    }

    /// Returns true if another port of the pod has the same host port and protocol.
    #[must_use]
    pub fn shares_host_port(&mut self, port: ContainerPort<'_>) -> bool {
        let Some(key) = host_port(port) else { return false };
        if self.host_ports.is_none() {
            let mut keys = Vec::new();
            for container in self.pod().into_iter().flat_map(PodSpec::all_containers) {
                keys.extend(container.ports().into_iter().filter_map(host_port));
            }
            let mut sorted = keys.iter().map(|key| (key.as_str(), 0)).collect();
            sort_names(&mut sorted);
            self.host_ports = Some(sorted.iter().map(|(key, _)| (*key).to_owned()).collect());
        }
        let keys = self.host_ports.as_deref().unwrap_or_default();
        let first = keys.partition_point(|known| *known < key);
        keys.get(first.saturating_add(1)).is_some_and(|next| *next == key)
    }

    /// Returns true if Kubernetes copied the host port from the container port, as it does with the host's network.
    #[must_use]
    pub fn is_host_port_copied(&self, port: ContainerPort<'_>) -> bool {
        let number = |port: Option<Int32<'_>>| port.map(|port| port.value);
        number(port.host_port()) == number(port.container_port()) && self.pod().is_some_and(PodSpec::uses_host_network)
    }

    /// Reports a violation. The edits of its fix, if any, are added with the methods below.
    ///
    /// `problem` says what is wrong and `remedy` what to do, both without `;`. For a container, the problem starts with
    /// a verb, because messages put the container's name in front.
    pub fn report<'p>(
        &mut self,
        place: impl Into<Place<'p>>,
        problem: impl Problem,
        remedy: &'static str,
    ) -> &mut Self {
        problem.report(self, place.into(), remedy);
        self
    }

    /// Reports a value, with a fix that removes it.
    pub fn remove(&mut self, node: Node<'_>, problem: impl Problem, remedy: &'static str) -> &mut Self {
        self.report(node, problem, remedy).and_remove(node)
    }

    /// Reports a value, with a fix that replaces it.
    pub fn set(&mut self, node: Node<'_>, value: Scalar, problem: impl Problem, remedy: &'static str) -> &mut Self {
        self.report(node, problem, remedy).and_set(node, value)
    }

    /// Replaces the remedy of the last finding.
    pub fn with_remedy(&mut self, remedy: fmt::Arguments<'_>) {
        if let Some(finding) = self.last() {
            finding.remedy = Cow::Owned(remedy.to_string());
        }
    }

    /// Adds an edit to the fix of the last finding: removes a value.
    #[inline(never)]
    pub fn and_remove(&mut self, node: Node<'_>) -> &mut Self {
        self.edit(Place::Node(node), None)
    }

    /// Adds an edit to the fix of the last finding: sets a value.
    pub fn and_set<'p>(&mut self, place: impl Into<Place<'p>>, value: Scalar) -> &mut Self {
        self.edit(place.into(), Some(value))
    }

    /// Changes the level of the last finding, unless the settings set the level of the rule.
    pub fn with_level(&mut self, level: Level) {
        if !self.rule.has_own_level
            && let Some(finding) = self.last()
        {
            finding.level = level;
        }
    }

    /// Lowers the level of the last finding to a warning.
    pub fn only_warn(&mut self) -> &mut Self {
        if let Some(finding) = self.last() {
            finding.level = finding.level.min(Level::Warn);
        }
        self
    }

    /// Makes the fix of the last finding depend on the fix of another rule.
    pub fn relying_on(&mut self, rule: &'static Rule) {
        if let Some(finding) = self.last() {
            finding.relies_on = Some(rule);
        }
    }

    /// Adds a caution about a side effect of the last finding's fix.
    pub fn with_caution(&mut self, caution: &'static str) {
        if let Some(finding) = self.last() {
            finding.caution = caution;
        }
    }

    /// Proposes a recommended value, set where the fix is on. Not a violation.
    pub fn improve(&mut self, place: Place<'_>, problem: &'static str, value: Scalar) {
        let mut finding = self.finding(place, Cow::Borrowed(problem), "");
        finding.edits.extend(edit(place, Some(value)).filter(|_| self.rule.fixes));
        self.result.improvements.push(finding);
    }

    /// Reports that a look-up failed.
    pub fn report_lookup_failure<'p>(&mut self, kind: Lookup, place: impl Into<Place<'p>>) {
        if self.result.is_full() {
            return;
        }
        let rule = RuleSettings { level: self.settings.on_lookup_failure, ..self.rule };
        let finding = lookup_failure(rule, kind, self.lookups, place.into());
        self.result.findings.push(Finding { container: self.container_name(), ..finding });
    }

    /// The names in a parameter of kind [`crate::lint::rule::ParameterKind::Names`]; empty if not set.
    #[must_use]
    pub fn names(&self, parameter: &'static Parameter) -> &'d [&'d str] {
        match self.settings.parameter(parameter) {
            Some(ParameterValue::Names(names)) => names,
            _ => &[],
        }
    }

    /// The text of a parameter; `None` if not set.
    #[must_use]
    pub fn text(&self, parameter: &'static Parameter) -> Option<&'d str> {
        match self.settings.parameter(parameter) {
            Some(ParameterValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The number in a parameter; `None` if not set.
    #[must_use]
    pub fn number(&self, parameter: &'static Parameter) -> Option<i64> {
        match self.settings.parameter(parameter) {
            Some(ParameterValue::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The quantity in a parameter; `None` if not set.
    #[must_use]
    pub fn quantity(&self, parameter: &'static Parameter) -> Option<Quantity> {
        self.text(parameter).and_then(Quantity::parse)
    }

    /// The first and last port of a parameter; `None` if not set.
    #[must_use]
    pub fn ports(&self, parameter: &'static Parameter) -> Option<(u16, u16)> {
        match self.settings.parameter(parameter) {
            Some(ParameterValue::Ports(first, last)) => Some((*first, *last)),
            _ => None,
        }
    }

    /// Returns the finding that was reported last; `None` if there are too many, so that it may not be among them.
    #[inline(never)]
    fn last(&mut self) -> Option<&mut Finding> {
        if self.result.is_full() { None } else { self.result.findings.last_mut() }
    }

    fn edit(&mut self, place: Place<'_>, new: Option<Scalar>) -> &mut Self {
        if self.rule.fixes
            && let Some(finding) = self.last()
        {
            finding.edits.extend(edit(place, new));
        }
        self
    }

    // Not inlined, because these two have many callers.
    #[inline(never)]
    fn push(&mut self, place: Place<'_>, problem: &'static str, remedy: &'static str) {
        if self.result.is_full() {
            return;
        }
        let finding = self.finding(place, Cow::Borrowed(problem), remedy);
        self.result.findings.push(finding);
    }

    #[inline(never)]
    fn push_formatted(&mut self, place: Place<'_>, problem: fmt::Arguments<'_>, remedy: &'static str) {
        if self.result.is_full() {
            return;
        }
        let finding = self.finding(place, Cow::Owned(problem.to_string()), remedy);
        self.result.findings.push(finding);
    }

    fn finding(&self, place: Place<'_>, problem: Cow<'static, str>, remedy: &'static str) -> Finding {
        let mut finding = finding(self.rule, place, problem, remedy);
        finding.is_in_template = self.template.is_some() || self.is_in_template(&finding.path);
        finding.container = self.container_name();
        finding
    }

    /// Returns true if the path is in a pod template of a workload. A Pod isn't a template for other pods.
    fn is_in_template(&self, path: &FieldPath) -> bool {
        let FieldPath::Field(steps) = path else { return false };
        self.object.info.templates.iter().any(|pattern| pattern.is_prefix_of(steps))
    }

    fn container_name(&self) -> Option<String> {
        self.container.map(|name| short(name).into_owned())
    }
}

/// Returns a host port with its protocol, as in `80/TCP`.
fn host_port(port: ContainerPort<'_>) -> Option<String> {
    let number = port.host_port().map(|port| port.value).filter(|number| *number != 0)?;
    Some(format!("{number}/{}", port.protocol().map_or("TCP", |protocol| protocol.value)))
}

/// Creates an edit; `None` if the path to the value has a key that is longer than any name in Kubernetes.
fn edit(place: Place<'_>, new: Option<Scalar>) -> Option<Edit> {
    let steps = place.steps();
    let is_cut = steps.iter().any(Step::is_cut);
    (!is_cut).then(|| Edit { steps, old: place.old(), new })
}

/// Creates a finding without a fix and without a container.
#[must_use]
pub fn finding(
    rule: RuleSettings,
    place: Place<'_>,
    problem: impl Into<Cow<'static, str>>,
    remedy: impl Into<Cow<'static, str>>,
) -> Finding {
    Finding {
        rule: rule.rule,
        level: rule.level,
        path: place.path(),
        value: if let Place::Node(node) = place { node.text().map(str::to_owned) } else { None },
        container: None,
        problem: problem.into(),
        remedy: remedy.into(),
        edits: Vec::new(),
        caution: "",
        relies_on: None,
        is_in_template: false,
        is_lookup_failure: false,
    }
}

/// Creates the finding for a failed look-up. The remedy names the missing grant.
#[must_use]
pub fn lookup_failure(rule: RuleSettings, kind: Lookup, lookups: &Lookups<'_>, place: Place<'_>) -> Finding {
    let plural = if kind == Lookup::StorageClass { "es" } else { "s" };
    let problem = format!("the policy could not look up {}{plural} in the cluster", kind.name());
    let remedy: Cow<'static, str> = match lookups.missing_grant(kind) {
        Some(Grant::Resource) => "name the kind in contextAwareResources of the policy".into(),
        Some(Grant::Capability) => {
            let name = capability(kind);
            format!("name kubernetes/{name} in namespacedPoliciesCapabilities of the policy server").into()
        }
        Some(Grant::Permission) => "grant the account of the policy server get, list and watch".into(),
        None => "name the kind in contextAwareResources, and grant the policy server get, list and watch".into(),
    };
    Finding { is_lookup_failure: true, ..finding(rule, place, problem, remedy) }
}
