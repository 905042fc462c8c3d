//! The settings as the policy uses them.

use std::borrow::Cow;

use super::errors::{Entries, Errors};
use super::form::{Form, PLACEMENT, SETTINGS};
use super::platform::Platform;
use crate::document::node::{Json, Node, children};
use crate::document::pattern::Pattern;
use crate::document::reader::Document;
use crate::document::shape::Shape;
use crate::kubernetes::kinds::{Kind, KindInfo};
use crate::kubernetes::virtual_node::VirtualNode;
use crate::lint::lookup::Lookup;
use crate::lint::rule::{self, Fix, Level, Parameter, Rule};

/// On which nodes the pods of the requests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum NodeKind {
    /// All on virtual nodes.
    #[default]
    Virtual,
    /// None on virtual nodes: nothing is denied, mutated or warned about.
    Managed,
    /// Some on virtual nodes: those that can be placed there.
    Mixed,
}

/// The value of a rule's parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterValue<'a> {
    /// For [`rule::ParameterKind::Names`].
    Names(Vec<&'a str>),
    /// For [`rule::ParameterKind::Choice`] and [`rule::ParameterKind::Quantity`].
    Text(Cow<'a, str>),
    /// For [`rule::ParameterKind::PortRange`]: the first and the last port.
    Ports(u16, u16),
    /// For [`rule::ParameterKind::Number`].
    Number(i64),
}

/// The settings say this of one rule.
#[derive(Clone, Copy)]
pub struct RuleSettings {
    /// The rule.
    pub rule: &'static Rule,
    /// What its findings lead to.
    pub level: Level,
    /// Whether its fix is on.
    pub fixes: bool,
    /// Whether the settings name its level, and not the profile alone.
    pub has_own_level: bool,
}

impl RuleSettings {
    /// The settings of a finding that no rule of the catalogue reports.
    #[must_use]
    pub const fn new(rule: &'static Rule, level: Level) -> Self {
        RuleSettings { rule, level, fixes: false, has_own_level: false }
    }

    fn set_level(&mut self, level: Option<Level>) {
        if let Some(level) = level {
            self.level = level;
            self.has_own_level = true;
        }
    }
}

/// The settings of the policy.
#[non_exhaustive]
pub struct Settings<'a> {
    /// On which nodes the pods run.
    pub node_kind: NodeKind,
    /// Whether the profile is the tolerant one.
    pub is_tolerant: bool,
    /// The day up to which Oracle's announcements count.
    pub platform: &'static Platform,
    /// The description of virtual nodes, used where `node_kind` is [`NodeKind::Mixed`].
    pub virtual_nodes: VirtualNode<'a>,
    /// The level of a look-up that fails.
    pub on_lookup_failure: Level,
    /// The list of exemptions, each a valid object.
    pub exemptions: Option<Node<'a>>,
    /// Whether objects can ask for an exemption by an annotation.
    pub allow_annotations: bool,
    /// Where a reader of a denial finds more.
    pub help_url: Option<&'a str>,
    /// Whether the templates of workloads are fixed, and not only their pods.
    pub mutate_templates: bool,
    /// Whether a fixed object gets an annotation that says what was changed.
    pub annotate: bool,
    /// Whether a pod that cannot run on virtual nodes is kept off them instead of being denied.
    pub fixes_placement: bool,
    /// Every rule of the catalogue, in its order.
    pub rules: Vec<RuleSettings>,
    /// The custom workloads that the settings add, with their places of pod templates.
    pod_templates: Vec<(KindInfo<'a>, Vec<Pattern<'a>>)>,
    lookups: Option<Node<'a>>,
    parameters: Vec<(&'static Parameter, ParameterValue<'a>)>,
}

/// The settings are not valid: one message with all errors, for people.
#[derive(Debug, PartialEq, Eq)]
pub struct SettingsError(pub String);

/// Reads settings from JSON, to be given to [`Settings::read`]. Nothing at all, null and `{}` are the defaults.
///
/// # Errors
/// [`SettingsError`] if the text is not JSON.
pub fn parse(json: Option<&str>) -> Result<Document<'_>, SettingsError> {
    let json = json.filter(|json| !json.is_empty()).unwrap_or("null");
    Document::read(json, &Shape::Any).map_err(|_| SettingsError("the settings are not valid JSON".to_owned()))
}

impl<'d> Settings<'d> {
    /// The settings in a document of [`parse`], for the rules of a catalogue.
    ///
    /// # Errors
    /// [`SettingsError`] with every error: its path, what is expected there and, for a name that is unknown, the name
    /// that was probably meant.
    pub fn read(document: &'d Document<'d>, catalogue: &[&'static Rule]) -> Result<Self, SettingsError> {
        let root = document.root();
        let mut errors = Errors::new(catalogue);
        errors.check("", root, &Form::Object(SETTINGS));
        let mut settings = Self::top_level(root, catalogue);
        settings.read_rules(root.at(&["rules"]), &mut errors);
        settings.read_pod_templates(root.at(&["podTemplates"]), &mut errors);
        errors.taints(root.at(&["virtualNodes", "taints"]));
        for (index, exemption) in children(settings.exemptions).enumerate() {
            errors.exemption(&format!("exemptions[{index}]"), exemption);
        }
        match errors.message() {
            None => Ok(settings),
            Some(message) => Err(SettingsError(message)),
        }
    }

    /// The settings outside of `rules`, whose errors are known.
    fn top_level(root: Node<'d>, catalogue: &[&'static Rule]) -> Self {
        let is_on = |key| root.at(&[key]).is_some_and(is_true);
        let fix = match root.text_at(&["mutate"]) {
            "safe" => Some(Fix::Safe),
            "full" => Some(Fix::Full),
            _ => None,
        };
        let is_tolerant = root.text_at(&["profile"]) == "tolerant";
        let of_rule = |rule: &&'static Rule| RuleSettings {
            rule,
            level: if is_tolerant { rule.tolerant } else { rule.strict },
            fixes: rule.fix.is_some_and(|own| fix.is_some_and(|max| own <= max)),
            has_own_level: false,
        };
        Settings {
            node_kind: match root.text_at(&["nodeKind"]) {
                "managed" => NodeKind::Managed,
                "mixed" => NodeKind::Mixed,
                _ => NodeKind::Virtual,
            },
            is_tolerant,
            platform: Platform::of(root.text_at(&["platform"])),
            virtual_nodes: VirtualNode::described(root.at(&["virtualNodes"])),
            on_lookup_failure: if root.text_at(&["onLookupFailure"]) == "deny" { Level::Deny } else { Level::Warn },
            exemptions: root.at(&["exemptions"]),
            allow_annotations: is_on("allowAnnotations"),
            help_url: Some(root.text_at(&["helpUrl"])).filter(|url| !url.is_empty()),
            mutate_templates: is_on("mutateTemplates"),
            annotate: is_on("annotate"),
            fixes_placement: false,
            rules: catalogue.iter().map(of_rule).collect(),
            pod_templates: Vec::new(),
            lookups: root.at(&["lookups"]),
            parameters: Vec::new(),
        }
    }

    /// Reads where custom workloads keep their pod templates. What is in the table already gets one more place.
    fn read_pod_templates(&mut self, entries: Option<Node<'d>>, errors: &mut Errors<'_>) {
        for (index, entry) in children(entries).enumerate() {
            let path = format!("podTemplates[{index}]");
            let Some((group, kind, pattern)) = errors.pod_template(&path, index, entry) else { continue };
            let known = self.pod_templates.iter_mut().find(|(info, _)| info.group == group && info.name == kind);
            match known {
                Some((_, patterns)) => patterns.push(pattern),
                None => {
                    let info = KindInfo::find(group, kind).filter(|info| info.kind == Kind::CustomWorkload);
                    let patterns = info.iter().flat_map(|info| info.templates).copied().chain([pattern]).collect();
                    let info = info.unwrap_or(KindInfo::custom_workload(group, kind));
                    self.pod_templates.push((info, patterns));
                }
            }
        }
    }

    /// The kind of that group and name, if any rule knows it.
    #[must_use]
    pub fn kind(&self, group: &str, name: &str) -> Option<KindInfo<'_>> {
        let added = self.pod_templates.iter().find(|(info, _)| info.group == group && info.name == name);
        match added {
            Some((info, templates)) => Some(KindInfo { templates, ..*info }),
            None => KindInfo::find(group, name),
        }
    }

    fn read_rules(&mut self, rules: Option<Node<'d>>, errors: &mut Errors<'_>) {
        let entries = rules.map_or(Entries::NONE, |rules| errors.entries("rules", rules));
        for (id, value) in entries {
            if let Some(index) = self.rules.iter().position(|known| known.rule.id == id) {
                self.read_rule(index, value, errors);
            } else if id == rule::PLACEMENT.id {
                errors.check("rules.placement", value, &PLACEMENT);
                self.fixes_placement = value.at(&["mutate"]).is_some_and(is_true);
            } else {
                errors.unknown_rule("rules", id);
            }
        }
    }

    /// Reads the settings of one rule: a level, or an object with the level and the rule's parameters.
    fn read_rule(&mut self, index: usize, value: Node<'d>, errors: &mut Errors<'_>) {
        let Some(settings) = self.rules.get_mut(index) else { return };
        let path = format!("rules.{}", settings.rule.id);
        if !matches!(value.json(), Json::Object(_) | Json::Null) {
            settings.set_level(errors.level(&path, value, true));
            return;
        }
        for (key, value) in errors.entries(&path, value) {
            let path = format!("{path}.{key}");
            if key == "level" {
                settings.set_level(errors.level(&path, value, false));
            } else if key == "mutate" {
                settings.fixes = errors.flag(&path, value);
                if settings.fixes && settings.rule.fix.is_none() {
                    errors.add(&path, format_args!("this rule has no fix, a person must decide"));
                }
            } else if let Some(parameter) = settings.rule.parameters.iter().find(|parameter| parameter.name == key) {
                self.parameters.extend(errors.parameter(&path, value, parameter).map(|value| (*parameter, value)));
            } else {
                errors.unknown_rule_setting(settings.rule, key);
            }
        }
    }

    /// Whether objects of a kind are looked up in the cluster.
    #[must_use]
    pub fn looks_up(&self, kind: Lookup) -> bool {
        children(self.lookups).any(|lookup| lookup.text() == Some(kind.name()))
    }

    /// Whether any fix is on.
    #[must_use]
    pub fn fixes_anything(&self) -> bool {
        self.rules.iter().any(|settings| settings.fixes)
    }

    /// The value of a parameter, if the settings give one.
    #[must_use]
    pub fn parameter(&self, parameter: &'static Parameter) -> Option<&ParameterValue<'d>> {
        self.parameters.iter().find(|(known, _)| std::ptr::eq(*known, parameter)).map(|(_, value)| value)
    }
}

fn is_true(value: Node<'_>) -> bool {
    matches!(value.json(), Json::Bool(true))
}
