//! The settings, as the policy uses them.

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

/// The nodes on which the pods of requests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum NodeKind {
    /// Only virtual nodes.
    #[default]
    Virtual,
    /// Only managed nodes: nothing is denied, mutated or warned about, unless the settings or the request cannot be read.
    Managed,
    /// Both: pods that can be placed on virtual nodes are checked.
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

/// The settings of one rule.
#[derive(Clone, Copy)]
pub struct RuleSettings {
    /// The rule.
    pub rule: &'static Rule,
    /// The level of its findings.
    pub level: Level,
    /// True if its fix is on.
    pub fixes: bool,
    /// True if the settings set the level, and not only the profile.
    pub has_own_level: bool,
}

impl RuleSettings {
    /// Creates the settings of a rule outside the catalogue.
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
    /// The nodes on which the pods run.
    pub node_kind: NodeKind,
    /// True if the profile is `tolerant`.
    pub is_tolerant: bool,
    /// The state of virtual nodes to assume.
    pub platform: &'static Platform,
    /// The description of virtual nodes. Used only with [`NodeKind::Mixed`].
    pub virtual_nodes: VirtualNode<'a>,
    /// The level of failed look-ups.
    pub on_lookup_failure: Level,
    /// The list of exemptions; each is a valid object.
    pub exemptions: Option<Node<'a>>,
    /// True if objects can request an exemption with an annotation.
    pub allow_annotations: bool,
    /// A URL to show in denials.
    pub help_url: Option<&'a str>,
    /// True to fix the templates of workloads, and not only their pods.
    pub mutate_templates: bool,
    /// True to record the changes in an annotation of a fixed object.
    pub annotate: bool,
    /// True to keep pods that cannot run on virtual nodes off them instead of denying them.
    pub fixes_placement: bool,
    /// All rules, in the order of the catalogue.
    pub rules: Vec<RuleSettings>,
    /// The custom workloads in the settings, with the paths of their pod templates.
    pod_templates: Vec<(KindInfo<'a>, Vec<Pattern<'a>>)>,
    lookups: Option<Node<'a>>,
    parameters: Vec<(&'static Parameter, ParameterValue<'a>)>,
}

/// An error: the settings are invalid. One message with all errors.
#[derive(Debug, PartialEq, Eq)]
pub struct SettingsError(pub String);

/// Parses settings from JSON, for [`Settings::read`]. `None`, null and `{}` mean the defaults.
///
/// # Errors
/// [`SettingsError`] if the text isn't JSON.
pub fn parse(json: Option<&str>) -> Result<Document<'_>, SettingsError> {
    let json = json.filter(|json| !json.is_empty()).unwrap_or("null");
    Document::read(json, &Shape::Any).map_err(|_| SettingsError("the settings are not valid JSON".to_owned()))
}

impl<'d> Settings<'d> {
    /// Reads the settings in a document from [`parse`], for the rules of a catalogue.
    ///
    /// # Errors
    /// [`SettingsError`] with all errors, each with its path, the expected value and, for an unknown name, the name
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

    /// Reads the settings other than `rules`, whose errors are already reported.
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

    /// Reads `podTemplates`. Adds the paths to those of a known custom workload.
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

    /// Finds a kind by group and name; `None` if no rule checks it.
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

    /// Returns true if objects of the kind are looked up in the cluster.
    #[must_use]
    pub fn looks_up(&self, kind: Lookup) -> bool {
        children(self.lookups).any(|lookup| lookup.text() == Some(kind.name()))
    }

    /// Returns true if any fix is on.
    #[must_use]
    pub fn fixes_anything(&self) -> bool {
        self.rules.iter().any(|settings| settings.fixes)
    }

    /// Returns the value of a parameter; `None` if the settings don't set it.
    #[must_use]
    pub fn parameter(&self, parameter: &'static Parameter) -> Option<&ParameterValue<'d>> {
        self.parameters.iter().find(|(known, _)| std::ptr::eq(*known, parameter)).map(|(_, value)| value)
    }
}

fn is_true(value: Node<'_>) -> bool {
    matches!(value.json(), Json::Bool(true))
}
