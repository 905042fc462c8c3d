//! The policy's settings: read strictly, with every error in one message.

use std::borrow::Cow;
use std::fmt;

use crate::quantity::Quantity;
use crate::reader::{Children, Document, Json, Node, Shape, joined};
use crate::rule::{Fix, Level, Parameter, ParameterKind, Rule};
use crate::rules::RULES;

/// Which default levels hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Profile {
    /// What Oracle's page lists as not supported is denied.
    #[default]
    Strict,
    /// What Oracle's own manifests for virtual nodes contain all the same only warns.
    Tolerant,
}

/// On which nodes the pods of the requests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum NodeKind {
    /// All on virtual nodes.
    #[default]
    Virtual,
    /// None on virtual nodes: nothing is denied, mutated or warned about.
    Managed,
}

/// The value of a rule's parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterValue<'a> {
    /// For [`ParameterKind::Names`].
    Names(Vec<Cow<'a, str>>),
    /// For [`ParameterKind::Choice`] and [`ParameterKind::Quantity`].
    Text(Cow<'a, str>),
    /// For [`ParameterKind::PortRange`]: the first and the last port.
    Ports(u16, u16),
}

/// The settings of the policy.
#[non_exhaustive]
pub struct Settings<'a> {
    /// On which nodes the pods run.
    pub node_kind: NodeKind,
    /// Where a reader of a denial finds more.
    pub help_url: Option<String>,
    /// Whether the templates of workloads are mended, and not only their pods.
    pub mutate_templates: bool,
    /// Whether a mended object gets an annotation that says what was changed.
    pub annotate: bool,
    mends: Vec<bool>,
    levels: Vec<Level>,
    parameters: Vec<(&'static str, &'static str, ParameterValue<'a>)>,
}

/// What is wrong with the settings: one message with all errors, for people.
#[derive(Debug, PartialEq, Eq)]
pub struct Invalid(pub String);

/// The names of the settings, as they are written.
pub const KEYS: &[&str] = &["annotate", "helpUrl", "mutate", "mutateTemplates", "nodeKind", "profile", "rules"];

impl Settings<'_> {
    /// Reads settings from JSON. Nothing at all, null and `{}` are the defaults.
    ///
    /// # Errors
    /// [`Invalid`] with every error: its path, what is expected there and, for a name that is unknown, the name that
    /// was probably meant.
    pub fn read(json: Option<&str>) -> Result<Settings<'static>, Invalid> {
        let json = json.filter(|json| !json.is_empty()).unwrap_or("null");
        let Ok(document) = Document::read(json, &Shape::Any) else {
            return Err(Invalid("the settings are not valid JSON".to_owned()));
        };
        let mut errors = Errors(Vec::new());
        let settings = from_value(document.root(), &mut errors);
        if errors.0.is_empty() {
            return Ok(settings);
        }
        let count = errors.0.len();
        let mut message = format!("the settings have {count} error{}", if count == 1 { "" } else { "s" });
        for error in errors.0 {
            message.push_str("\n- ");
            message.push_str(&error);
        }
        Err(Invalid(message))
    }

    /// The level of the rule at `index` of [`RULES`].
    #[must_use]
    pub fn level(&self, index: usize) -> Level {
        self.levels.get(index).copied().unwrap_or(Level::Deny)
    }

    /// Whether findings of `rule` are mended.
    #[must_use]
    pub fn mends(&self, rule: &Rule) -> bool {
        RULES.iter().zip(&self.mends).any(|(known, mends)| *mends && known.id == rule.id)
    }

    /// Whether any fix is on.
    #[must_use]
    pub fn mends_anything(&self) -> bool {
        self.mends.contains(&true)
    }
}

impl<'a> Settings<'a> {
    /// The value of a rule's parameter, if the settings give one.
    #[must_use]
    pub fn parameter(&self, rule: &str, name: &str) -> Option<&ParameterValue<'a>> {
        self.parameters.iter().find(|(of, is, _)| *of == rule && *is == name).map(|(_, _, value)| value)
    }
}

fn from_value(value: Node<'_>, errors: &mut Errors) -> Settings<'static> {
    let mut settings = Settings {
        node_kind: NodeKind::default(),
        help_url: None,
        mutate_templates: false,
        annotate: false,
        mends: Vec::new(),
        levels: Vec::new(),
        parameters: Vec::new(),
    };
    let mut profile = Profile::default();
    let mut mutate = None;
    let mut rules = None;
    for (key, value) in errors.entries("", value) {
        match key {
            "profile" => {
                if let Some(choice) = errors.choice("profile", value, &["strict", "tolerant"]) {
                    profile = if choice == "tolerant" { Profile::Tolerant } else { Profile::Strict };
                }
            }
            "nodeKind" => {
                if let Some(choice) = errors.choice("nodeKind", value, &["virtual", "managed"]) {
                    settings.node_kind = if choice == "managed" { NodeKind::Managed } else { NodeKind::Virtual };
                }
            }
            "helpUrl" => settings.help_url = errors.url("helpUrl", value),
            "mutate" if is_off(value) => mutate = None,
            "mutate" => {
                mutate = match errors.choice("mutate", value, &["off", "safe", "full"]) {
                    Some("safe") => Some(Fix::Safe),
                    Some("full") => Some(Fix::Full),
                    _ => None,
                };
            }
            "mutateTemplates" => settings.mutate_templates = errors.flag("mutateTemplates", value),
            "annotate" => settings.annotate = errors.flag("annotate", value),
            "rules" => rules = Some(value),
            _ => errors.unknown("", "setting", key, KEYS),
        }
    }
    settings.levels = RULES
        .iter()
        .map(|rule| match profile {
            Profile::Strict => rule.strict,
            Profile::Tolerant => rule.tolerant,
        })
        .collect();
    settings.mends =
        RULES.iter().map(|rule| rule.fix.is_some_and(|fix| mutate.is_some_and(|most| fix <= most))).collect();
    if let Some(rules) = rules {
        for (id, value) in errors.entries("rules", rules) {
            let known =
                RULES.iter().zip(settings.levels.iter_mut().zip(&mut settings.mends)).find(|(rule, _)| rule.id == id);
            match known {
                Some((rule, (level, mends))) => {
                    rule_settings(rule, value, level, mends, &mut settings.parameters, errors)
                }
                None => errors.unknown("rules", "rule", id, &ids()),
            }
        }
    }
    settings
}

/// Reads what the settings say of one rule: a level, or an object with the level and the rule's parameters.
#[inline(never)]
fn rule_settings(
    rule: &'static Rule,
    value: Node<'_>,
    level: &mut Level,
    mends: &mut bool,
    parameters: &mut Vec<(&'static str, &'static str, ParameterValue<'static>)>,
    errors: &mut Errors,
) {
    let path = format!("rules.{}", rule.id);
    if !matches!(value.json(), Json::Object(_) | Json::Null) {
        if let Some(named) = errors.level(&path, value, true) {
            *level = named;
        }
        return;
    }
    for (key, value) in errors.entries(&path, value) {
        let path = format!("{path}.{key}");
        if key == "level" {
            if let Some(named) = errors.level(&path, value, false) {
                *level = named;
            }
        } else if key == "mutate" {
            *mends = errors.flag(&path, value);
            if *mends && rule.fix.is_none() {
                errors.add(&path, format_args!("this rule has no fix, a person must decide"));
            }
        } else if let Some(parameter) = rule.parameters.iter().find(|parameter| parameter.name == key) {
            if let Some(value) = errors.parameter(&path, value, parameter) {
                parameters.push((rule.id, parameter.name, value));
            }
        } else {
            let mut names: Vec<_> = rule.parameters.iter().map(|parameter| parameter.name).collect();
            names.extend(["level", "mutate"]);
            errors.unknown(&format!("rules.{}", rule.id), "setting", key, &names);
        }
    }
}

/// The ids that settings can name.
fn ids() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.id).collect()
}

/// YAML reads a bare `off` as false.
fn is_off(value: Node<'_>) -> bool {
    matches!(value.json(), Json::Bool(false))
}

/// The entries of an object with their names.
struct Entries<'v>(Option<Children<'v>>);

impl<'v> Iterator for Entries<'v> {
    type Item = (&'v str, Node<'v>);

    fn next(&mut self) -> Option<(&'v str, Node<'v>)> {
        let child = self.0.as_mut()?.next()?;
        Some((child.name(), child))
    }
}

/// Collects what is wrong, and reads values of which it says so.
struct Errors(Vec<String>);

fn type_of(value: Node<'_>) -> &'static str {
    match value.json() {
        Json::Null => "nothing",
        Json::Bool(_) => "a boolean",
        Json::Int(_) | Json::Float(_) => "a number",
        Json::Text(_) => "another string",
        Json::List(_) => "a list",
        Json::Object(_) | Json::Deep(_) => "an object",
    }
}

fn text_of<'v>(value: Node<'v>) -> Option<&'v str> {
    match value.json() {
        Json::Text(text) => Some(text),
        _ => None,
    }
}

/// A key of the settings as it can be shown: in one line, and not endless.
fn shown(key: &str) -> String {
    key.chars().take(64).map(|char| if char.is_ascii_graphic() { char } else { '?' }).collect()
}

impl Errors {
    // The module holds one copy of each of these, and not one for every kind of argument or caller.
    #[inline(never)]
    fn add(&mut self, path: &str, what: fmt::Arguments<'_>) {
        let path = if path.is_empty() { "the settings" } else { path };
        self.0.push(format!("{path}: {what}"));
    }

    #[inline(never)]
    fn expected(&mut self, path: &str, expected: &str, value: Node<'_>) {
        self.add(path, format_args!("expected {expected}, found {}", type_of(value)));
    }

    /// The entries of an object that are not null; null is an empty object, anything else an error.
    #[inline(never)]
    fn entries<'v>(&mut self, path: &str, value: Node<'v>) -> Entries<'v> {
        let children: Option<Children<'v>> = match value.json() {
            Json::Object(children) => Some(children),
            Json::Null => None,
            _ => {
                self.expected(path, "an object", value);
                None
            }
        };
        Entries(children)
    }

    #[inline(never)]
    fn unknown(&mut self, path: &str, what: &str, key: &str, names: &[&str]) {
        let path = if path.is_empty() { shown(key) } else { format!("{path}.{}", shown(key)) };
        match nearest(key, names) {
            Some(name) => self.add(&path, format_args!("unknown {what}, did you mean \"{name}\"?")),
            None if what == "rule" => self.add(&path, format_args!("unknown rule")),
            None => {
                let names = joined(names.iter().copied(), ", ");
                self.add(&path, format_args!("unknown {what}, known are {names}"));
            }
        }
    }

    #[inline(never)]
    fn choice(&mut self, path: &str, value: Node<'_>, choices: &[&'static str]) -> Option<&'static str> {
        let choice = choices.iter().copied().find(|choice| text_of(value) == Some(*choice));
        if choice.is_none() {
            self.expected(path, &quoted(choices), value);
        }
        choice
    }

    #[inline(never)]
    fn flag(&mut self, path: &str, value: Node<'_>) -> bool {
        if let Json::Bool(flag) = value.json() {
            return flag;
        }
        self.expected(path, "true or false", value);
        false
    }

    #[inline(never)]
    fn level(&mut self, path: &str, value: Node<'_>, or_object: bool) -> Option<Level> {
        if is_off(value) {
            return Some(Level::Off);
        }
        let level = Level::ALL.into_iter().find(|level| text_of(value) == Some(level.name()));
        if level.is_none() {
            let or_object = if or_object { ", or an object" } else { "" };
            let expected = format!("{}{or_object}", quoted(&Level::ALL.map(Level::name)));
            self.expected(path, &expected, value);
        }
        level
    }

    #[inline(never)]
    fn url(&mut self, path: &str, value: Node<'_>) -> Option<String> {
        let text = match text_of(value) {
            Some("") => return None,
            Some(text) => text,
            None => {
                self.expected(path, "a URL", value);
                return None;
            }
        };
        let address = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        if address.is_some_and(|rest| !rest.is_empty())
            && text.len() <= 1024
            && text.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Some(text.to_owned());
        }
        self.add(
            path,
            format_args!(
                "expected a URL that starts with https:// or http://, of at most 1024 printable ASCII characters"
            ),
        );
        None
    }

    #[inline(never)]
    fn names(&mut self, path: &str, value: Node<'_>) -> Option<Vec<String>> {
        let Json::List(list) = value.json() else {
            self.expected(path, "a list of strings", value);
            return None;
        };
        let mut names = Vec::new();
        for (index, entry) in list.enumerate() {
            match text_of(entry) {
                Some("") => {
                    self.add(&format!("{path}[{index}]"), format_args!("expected a name, found an empty string"))
                }
                Some(name) => names.push(name.to_owned()),
                None => self.expected(&format!("{path}[{index}]"), "a string", entry),
            }
        }
        Some(names)
    }

    #[inline(never)]
    fn parameter(&mut self, path: &str, value: Node<'_>, parameter: &Parameter) -> Option<ParameterValue<'static>> {
        match parameter.kind {
            ParameterKind::Names => {
                let names = self.names(path, value)?.into_iter().map(Cow::Owned).collect();
                Some(ParameterValue::Names(names))
            }
            ParameterKind::Choice(choices) => {
                self.choice(path, value, choices).map(|choice| ParameterValue::Text(Cow::Borrowed(choice)))
            }
            ParameterKind::PortRange => {
                let range = text_of(value).and_then(port_range);
                if range.is_none() {
                    self.add(path, format_args!("expected a range of ports such as \"30000-32767\""));
                }
                range.map(|(first, last)| ParameterValue::Ports(first, last))
            }
            ParameterKind::Quantity => {
                // A form may send a number; Kubernetes takes both.
                let text = match value.json() {
                    Json::Text(text) => text.to_owned(),
                    Json::Int(number) => number.to_string(),
                    _ => {
                        self.expected(path, "a quantity such as \"500m\" or \"1Gi\"", value);
                        return None;
                    }
                };
                if text.is_empty() {
                    return None;
                }
                if Quantity::parse(&text).is_some_and(Quantity::is_positive) {
                    return Some(ParameterValue::Text(Cow::Owned(text)));
                }
                self.add(path, format_args!("expected a quantity above zero, such as \"500m\" or \"1Gi\""));
                None
            }
        }
    }
}

fn quoted(choices: &[&str]) -> String {
    let mut text = String::new();
    for (index, choice) in choices.iter().enumerate() {
        if index > 0 {
            text.push_str(if index.saturating_add(1) == choices.len() { " or " } else { ", " });
        }
        text.push('"');
        text.push_str(choice);
        text.push('"');
    }
    text
}

/// The ports of `<first>-<last>`.
#[must_use]
pub fn port_range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-')?;
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first > 0 && first <= last).then_some((first, last))
}

/// The name that was probably meant.
fn nearest<'n>(key: &str, names: &[&'n str]) -> Option<&'n str> {
    // The distance costs the product of the lengths; nobody misspells a name by doubling it.
    if key.len() > 64 {
        return None;
    }
    let lower = key.to_ascii_lowercase();
    names
        .iter()
        .map(|name| (strsim::levenshtein(&lower, &name.to_ascii_lowercase()), name))
        .filter(|(distance, name)| distance.saturating_mul(3) <= name.len().max(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| *name)
}
