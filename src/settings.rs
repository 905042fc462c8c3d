//! The policy's settings: read strictly, with every error in one message.

use std::borrow::Cow;
use std::fmt;

use crate::kinds::KINDS;
use crate::lookups::Lookup;
use crate::placement::{self, VirtualNode};
use crate::quantity::Quantity;
use crate::reader::{Children, Document, Json, Node, Shape, append, children, joined};
use crate::rule::{Fix, Level, Parameter, ParameterKind, Rule};
use crate::rules::RULES;

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
    /// For [`ParameterKind::Names`].
    Names(Vec<&'a str>),
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
    /// What virtual nodes are like, where `node_kind` is [`NodeKind::Mixed`].
    pub virtual_nodes: VirtualNode<'a>,
    /// What a look-up that fails leads to.
    pub on_lookup_failure: Level,
    /// The list of exemptions, each a valid object.
    pub exemptions: Option<Node<'a>>,
    /// Whether objects can ask for an exemption by an annotation.
    pub allow_annotations: bool,
    /// Where a reader of a denial finds more.
    pub help_url: Option<&'a str>,
    /// Whether the templates of workloads are mended, and not only their pods.
    pub mutate_templates: bool,
    /// Whether a mended object gets an annotation that says what was changed.
    pub annotate: bool,
    /// Whether a pod that cannot run on virtual nodes is kept off them instead of being denied.
    pub mends_placement: bool,
    lookups: Option<Node<'a>>,
    mends: Vec<bool>,
    levels: Vec<Level>,
    parameters: Vec<(&'static str, &'static str, ParameterValue<'a>)>,
}

/// What is wrong with the settings: one message with all errors, for people.
#[derive(Debug, PartialEq, Eq)]
pub struct Invalid(pub String);

/// What a setting can be.
#[derive(Clone, Copy)]
enum Form {
    /// `true` or `false`.
    Flag,
    /// A string.
    Text,
    /// A string that is not empty.
    Name,
    /// A URL, or an empty string.
    Url,
    /// One of these strings. YAML reads a bare `off` as false.
    Choice(&'static [&'static str]),
    /// A list of such values.
    List(&'static Form),
    /// An object with any keys and such values.
    Map(&'static Form),
    /// An object with these keys.
    Object(&'static [Setting]),
    /// What is said of the rules, which their declarations decide.
    Rules,
}

/// A setting's name and what it can be.
type Setting = (&'static str, Form);

const NAMES: Form = Form::List(&Form::Name);
const LABELS: Form = Form::Map(&Form::Text);

/// Every setting.
const SETTINGS: &[Setting] = &[
    ("allowAnnotations", Form::Flag),
    ("annotate", Form::Flag),
    ("exemptions", Form::List(&Form::Object(EXEMPTION))),
    ("helpUrl", Form::Url),
    ("lookups", Form::List(&Form::Choice(&Lookup::NAMES))),
    ("mutate", Form::Choice(&["off", "safe", "full"])),
    ("mutateTemplates", Form::Flag),
    ("nodeKind", Form::Choice(&["virtual", "managed", "mixed"])),
    ("onLookupFailure", Form::Choice(&["deny", "warn"])),
    ("profile", Form::Choice(&["strict", "tolerant"])),
    ("rules", Form::Rules),
    ("virtualNodes", Form::Object(&[("labels", LABELS), ("taints", Form::List(&Form::Object(TAINT)))])),
];

const EXEMPTION: &[Setting] = &[
    ("namespaces", NAMES),
    ("names", NAMES),
    ("kinds", NAMES),
    ("labels", LABELS),
    ("users", NAMES),
    ("groups", NAMES),
    ("rules", NAMES),
    ("reason", Form::Text),
];

const TAINT: &[Setting] = &[
    ("key", Form::Name),
    ("value", Form::Text),
    ("effect", Form::Choice(&["NoSchedule", "PreferNoSchedule", "NoExecute"])),
];

/// What can be said of the fix that belongs to no rule.
const PLACEMENT: Form = Form::Object(&[("mutate", Form::Flag)]);

/// The names of the settings, as they are written.
pub fn keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|(name, _)| *name)
}

/// What is wrong with settings in JSON, if anything is. Nothing at all, null and `{}` are the defaults.
///
/// # Errors
/// As those of [`parse`] and [`Settings::of`].
pub fn check(json: Option<&str>) -> Result<(), Invalid> {
    Settings::of(&parse(json)?).map(drop)
}

/// Reads settings from JSON, to be given to [`Settings::of`].
///
/// # Errors
/// [`Invalid`] if the text is no JSON.
pub fn parse(json: Option<&str>) -> Result<Document<'_>, Invalid> {
    let json = json.filter(|json| !json.is_empty()).unwrap_or("null");
    Document::read(json, &Shape::Any).map_err(|_| Invalid("the settings are not valid JSON".to_owned()))
}

impl<'d> Settings<'d> {
    /// The settings in a document of [`parse`].
    ///
    /// # Errors
    /// [`Invalid`] with every error: its path, what is expected there and, for a name that is unknown, the name that
    /// was probably meant.
    pub fn of(document: &'d Document<'d>) -> Result<Self, Invalid> {
        let root = document.root();
        let mut errors = Errors(Vec::new());
        errors.check("", root, &Form::Object(SETTINGS));
        let settings = from_value(root, &mut errors);
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

    /// Whether objects of a kind are looked up in the cluster.
    #[must_use]
    pub fn looks_up(&self, kind: Lookup) -> bool {
        children(self.lookups).any(|lookup| lookup.text() == Some(kind.name()))
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

    /// The value of a rule's parameter, if the settings give one.
    #[must_use]
    pub fn parameter(&self, rule: &str, name: &str) -> Option<&ParameterValue<'d>> {
        self.parameters.iter().find(|(of, is, _)| *of == rule && *is == name).map(|(_, _, value)| value)
    }
}

/// The settings in a document of which every error is known.
fn from_value<'d>(root: Node<'d>, errors: &mut Errors) -> Settings<'d> {
    let is_on = |key| root.at(&[key]).is_some_and(|flag| matches!(flag.json(), Json::Bool(true)));
    let mutate = match root.text_at(&["mutate"]) {
        "safe" => Some(Fix::Safe),
        "full" => Some(Fix::Full),
        _ => None,
    };
    let is_tolerant = root.text_at(&["profile"]) == "tolerant";
    let mut settings = Settings {
        node_kind: match root.text_at(&["nodeKind"]) {
            "managed" => NodeKind::Managed,
            "mixed" => NodeKind::Mixed,
            _ => NodeKind::Virtual,
        },
        virtual_nodes: VirtualNode::described(root.at(&["virtualNodes"])),
        on_lookup_failure: if root.text_at(&["onLookupFailure"]) == "deny" { Level::Deny } else { Level::Warn },
        exemptions: root.at(&["exemptions"]),
        allow_annotations: is_on("allowAnnotations"),
        help_url: Some(root.text_at(&["helpUrl"])).filter(|url| !url.is_empty()),
        mutate_templates: is_on("mutateTemplates"),
        annotate: is_on("annotate"),
        mends_placement: false,
        lookups: root.at(&["lookups"]),
        mends: RULES.iter().map(|rule| rule.fix.is_some_and(|fix| mutate.is_some_and(|most| fix <= most))).collect(),
        levels: RULES.iter().map(|rule| if is_tolerant { rule.tolerant } else { rule.strict }).collect(),
        parameters: Vec::new(),
    };
    let rules = root.at(&["rules"]).map_or(Entries(None), |rules| errors.entries("rules", rules));
    for (id, value) in rules {
        let known =
            RULES.iter().zip(settings.levels.iter_mut().zip(&mut settings.mends)).find(|(rule, _)| rule.id == id);
        match known {
            Some((rule, (level, mends))) => rule_settings(rule, value, level, mends, &mut settings.parameters, errors),
            None if id == placement::RULE.id => {
                errors.check("rules.placement", value, &PLACEMENT);
                settings.mends_placement =
                    value.at(&["mutate"]).is_some_and(|flag| matches!(flag.json(), Json::Bool(true)));
            }
            None => errors.unknown("rules", "rule", id, &rule_ids().collect::<Vec<_>>()),
        }
    }
    for (index, taint) in children(root.at(&["virtualNodes", "taints"])).enumerate() {
        for key in ["key", "effect"] {
            if matches!(taint.json(), Json::Object(_)) && taint.at(&[key]).is_none() {
                errors.add(&format!("virtualNodes.taints[{index}].{key}"), format_args!("a taint needs it"));
            }
        }
    }
    for (index, exemption) in children(settings.exemptions).enumerate() {
        errors.exemption(&format!("exemptions[{index}]"), exemption);
    }
    settings
}

/// Reads what the settings say of one rule: a level, or an object with the level and the rule's parameters.
#[inline(never)]
fn rule_settings<'d>(
    rule: &'static Rule,
    value: Node<'d>,
    level: &mut Level,
    mends: &mut bool,
    parameters: &mut Vec<(&'static str, &'static str, ParameterValue<'d>)>,
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

/// The ids that settings can name: those of the rules, and of the fix that belongs to no rule.
pub(crate) fn rule_ids() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.id).chain([placement::RULE.id])
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

/// A key of the settings as it can be shown: in one line, and not endless.
fn shown(key: &str) -> String {
    key.chars().take(64).map(|char| if char.is_ascii_graphic() { char } else { '?' }).collect()
}

/// The path of what `key` names in the settings at `path`.
#[inline(never)]
fn below(path: &str, key: &str) -> String {
    joined([path, &shown(key)].into_iter(), ".")
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
        self.unlike(&below(path, key), what, key, names);
    }

    /// Notes that what stands at `path` is none of the names.
    #[inline(never)]
    fn unlike(&mut self, path: &str, what: &str, text: &str, names: &[&str]) {
        match nearest(text, names) {
            Some(name) => self.add(path, format_args!("unknown {what}, did you mean \"{name}\"?")),
            None if what == "rule" => self.add(path, format_args!("unknown rule")),
            None => {
                let names = joined(names.iter().copied(), ", ");
                self.add(path, format_args!("unknown {what}, known are {names}"));
            }
        }
    }

    /// Notes what of a value is not as it can be. Null is absence, and never wrong but in a list.
    fn check(&mut self, path: &str, value: Node<'_>, form: &Form) {
        match form {
            Form::Flag => _ = self.flag(path, value),
            Form::Text | Form::Name => match value.text() {
                Some("") if matches!(form, Form::Name) => {
                    self.add(path, format_args!("expected a name, found an empty string"));
                }
                Some(_) => {}
                None => self.expected(path, "a string", value),
            },
            Form::Url => self.url(path, value),
            Form::Choice(choices) => {
                if !(is_off(value) && choices.contains(&"off")) {
                    _ = self.choice(path, value, choices);
                }
            }
            Form::List(entry) => {
                let Json::List(list) = value.json() else {
                    let of = if matches!(entry, Form::Object(_)) { "a list of objects" } else { "a list of strings" };
                    return self.expected(path, of, value);
                };
                for (index, value) in list.enumerate() {
                    let path = format!("{path}[{index}]");
                    match value.json() {
                        Json::Null if matches!(entry, Form::Object(_)) => self.expected(&path, "an object", value),
                        _ => self.check(&path, value, entry),
                    }
                }
            }
            Form::Map(form) => {
                for (key, value) in self.entries(path, value) {
                    self.check(&below(path, key), value, form);
                }
            }
            Form::Object(fields) => {
                for (key, value) in self.entries(path, value) {
                    match fields.iter().find(|(name, _)| *name == key) {
                        Some((_, form)) => self.check(&below(path, key), value, form),
                        None => {
                            let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
                            self.unknown(path, "setting", key, &names);
                        }
                    }
                }
            }
            Form::Rules => {}
        }
    }

    /// Notes what is wrong with an exemption beyond its form.
    #[inline(never)]
    fn exemption(&mut self, path: &str, exemption: Node<'_>) {
        let Json::Object(fields) = exemption.json() else { return };
        let reason = exemption.at(&["reason"]).map_or(Some(""), Node::text);
        if reason.is_some_and(|reason| reason.trim_ascii().is_empty()) {
            self.add(&below(path, "reason"), format_args!("an exemption needs a reason"));
        }
        let mut is_open = true;
        for field in fields {
            let is_pattern = matches!(field.name(), "namespaces" | "names");
            let (mut is_empty, mut has_star) = (true, false);
            for (index, entry) in field.children().enumerate() {
                let text = entry.text().unwrap_or_default();
                is_empty = false;
                has_star = has_star || (is_pattern && text.bytes().all(|byte| byte == b'*'));
                if matches!(field.name(), "kinds" | "users" | "groups") && text.contains('*') {
                    let path = format!("{}[{index}]", below(path, field.name()));
                    self.add(&path, format_args!("only namespaces and names take *"));
                    continue;
                }
                let (what, names) = match field.name() {
                    "rules" => ("rule", rule_ids().collect::<Vec<_>>()),
                    "kinds" => ("kind", KINDS.iter().map(|info| info.name).collect()),
                    _ => continue,
                };
                // A kind that is like none of these may be that of a custom resource.
                if !names.contains(&text) && (what == "rule" || nearest(text, &names).is_some()) {
                    self.unlike(&format!("{}[{index}]", below(path, field.name())), what, text, &names);
                }
            }
            is_open = is_open && (is_empty || has_star);
        }
        if is_open {
            let why = "an exemption that matches everything switches the policy off, use nodeKind managed for that";
            self.add(path, format_args!("{why}"));
        }
    }

    #[inline(never)]
    fn choice(&mut self, path: &str, value: Node<'_>, choices: &[&'static str]) -> Option<&'static str> {
        let choice = choices.iter().copied().find(|choice| value.text() == Some(*choice));
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
        let level = Level::ALL.into_iter().find(|level| value.text() == Some(level.name()));
        if level.is_none() {
            let or_object = if or_object { ", or an object" } else { "" };
            self.expected(path, &format!("{}{or_object}", quoted(&Level::ALL.map(Level::name))), value);
        }
        level
    }

    #[inline(never)]
    fn url(&mut self, path: &str, value: Node<'_>) {
        let Some(text) = value.text() else { return self.expected(path, "a URL", value) };
        let address = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let is_url = address.is_some_and(|rest| !rest.is_empty())
            && text.len() <= 1024
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_url && !text.is_empty() {
            let what = "a URL that starts with https:// or http://, of at most 1024 printable ASCII characters";
            self.add(path, format_args!("expected {what}"));
        }
    }

    #[inline(never)]
    fn parameter<'d>(&mut self, path: &str, value: Node<'d>, parameter: &Parameter) -> Option<ParameterValue<'d>> {
        match parameter.kind {
            ParameterKind::Names => {
                self.check(path, value, &NAMES);
                Some(ParameterValue::Names(value.children().filter_map(Node::text).collect()))
            }
            ParameterKind::Choice(choices) => {
                self.choice(path, value, choices).map(|choice| ParameterValue::Text(Cow::Borrowed(choice)))
            }
            ParameterKind::PortRange => {
                let range = value.text().and_then(port_range);
                if range.is_none() {
                    self.add(path, format_args!("expected a range of ports such as \"30000-32767\""));
                }
                range.map(|(first, last)| ParameterValue::Ports(first, last))
            }
            ParameterKind::Quantity => {
                // A form may send a number; Kubernetes takes both.
                let text = match value.json() {
                    Json::Text(text) => Cow::Borrowed(text),
                    Json::Int(number) => Cow::Owned(number.to_string()),
                    _ => {
                        self.expected(path, "a quantity such as \"500m\" or \"1Gi\"", value);
                        return None;
                    }
                };
                if text.is_empty() {
                    return None;
                }
                if Quantity::parse(&text).is_some_and(Quantity::is_positive) {
                    return Some(ParameterValue::Text(text));
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
        let between = match index {
            0 => "",
            _ if index.saturating_add(1) == choices.len() => " or ",
            _ => ", ",
        };
        append(&mut text, &[between, "\"", choice, "\""]);
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
