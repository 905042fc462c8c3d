//! What is wrong with settings: every error with its path, in words for people.

use std::borrow::Cow;
use std::fmt;

use super::form::{Form, NAMES};
use super::settings::ParameterValue;
use crate::document::node::{Children, Json, Node, children};
use crate::document::pattern::Pattern;
use crate::document::quantity::Quantity;
use crate::document::text::{append, joined};
use crate::kubernetes::kinds::{KINDS, is_own_group};
use crate::lint::rule::{self, Level, Parameter, ParameterKind, Rule};

/// The settings name at most this many places of pod templates.
const MAX_POD_TEMPLATES: usize = 16;

/// Whether a level or a choice is off. YAML 1.1 reads a bare `off` as false.
pub(super) fn is_off(value: Node<'_>) -> bool {
    matches!(value.json(), Json::Bool(false))
}

/// The entries of an object with their names.
pub(super) struct Entries<'v>(Option<Children<'v>>);

impl Entries<'_> {
    /// The entries of nothing.
    pub(super) const NONE: Self = Entries(None);
}

impl<'v> Iterator for Entries<'v> {
    type Item = (&'v str, Node<'v>);

    fn next(&mut self) -> Option<(&'v str, Node<'v>)> {
        let child = self.0.as_mut()?.next()?;
        Some((child.name(), child))
    }
}

/// Collects what is wrong, and reads values of which it says so.
pub(super) struct Errors<'c> {
    catalogue: &'c [&'static Rule],
    lines: Vec<String>,
}

fn type_of(value: Node<'_>) -> &'static str {
    match value.json() {
        Json::Null => "nothing",
        Json::Bool(_) => "a boolean",
        Json::Int(_) | Json::Number(_) => "a number",
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

impl<'c> Errors<'c> {
    /// No errors yet.
    pub(super) fn new(catalogue: &'c [&'static Rule]) -> Self {
        Errors { catalogue, lines: Vec::new() }
    }

    /// All errors in one message; `None` if there are none.
    pub(super) fn message(self) -> Option<String> {
        let count = self.lines.len();
        if count == 0 {
            return None;
        }
        let mut message = format!("the settings have {count} error{}", if count == 1 { "" } else { "s" });
        for error in self.lines {
            append(&mut message, &["\n- ", &error]);
        }
        Some(message)
    }

    /// The ids that settings can name: those of the rules, and of the fix that belongs to no rule.
    fn rule_ids(&self) -> Vec<&'static str> {
        self.catalogue.iter().map(|rule| rule.id).chain([rule::PLACEMENT.id]).collect()
    }

    /// Notes that the catalogue has no rule of that name.
    pub(super) fn unknown_rule(&mut self, path: &str, id: &str) {
        self.unknown(path, "rule", id, &self.rule_ids());
    }

    /// Notes that a rule has no setting of that name.
    pub(super) fn unknown_rule_setting(&mut self, rule: &Rule, key: &str) {
        let mut names: Vec<_> = rule.parameters.iter().map(|parameter| parameter.name).collect();
        names.extend(["level", "mutate"]);
        self.unknown(&format!("rules.{}", rule.id), "setting", key, &names);
    }

    /// The group, kind and pattern of an entry of `podTemplates`; what is wrong with it is noted.
    pub(super) fn pod_template<'d>(
        &mut self,
        path: &str,
        index: usize,
        entry: Node<'d>,
    ) -> Option<(&'d str, &'d str, Pattern<'d>)> {
        if index == MAX_POD_TEMPLATES {
            self.add("podTemplates", format_args!("at most {MAX_POD_TEMPLATES} entries are possible"));
        }
        let Json::Object(_) = entry.json() else { return None };
        for key in ["group", "kind", "path"] {
            if entry.at(&[key]).is_none() {
                self.add(&below(path, key), format_args!("an entry needs it"));
            }
        }
        let (group, kind) = (entry.text_at(&["group"]), entry.text_at(&["kind"]));
        if entry.at(&["group"]).is_some_and(|group| group.text().is_some_and(is_own_group)) {
            self.add(&below(path, "group"), format_args!("the kinds of Kubernetes' own groups are known already"));
        }
        let text = entry.at(&["path"]).and_then(Node::text)?;
        let pattern = Pattern::parse(text);
        if pattern.is_none() && !text.is_empty() {
            let what = "expected plain keys with dots between them, [*] for entries of a list, .* for values of a map";
            self.add(&below(path, "path"), format_args!("{what}"));
        }
        Some((group, kind, pattern?))
    }

    /// Notes which taints lack what a taint needs.
    pub(super) fn taints(&mut self, taints: Option<Node<'_>>) {
        for (index, taint) in children(taints).enumerate() {
            for key in ["key", "effect"] {
                if matches!(taint.json(), Json::Object(_)) && taint.at(&[key]).is_none() {
                    self.add(&format!("virtualNodes.taints[{index}].{key}"), format_args!("a taint needs it"));
                }
            }
        }
    }

    // The module holds one copy of each of these, and not one for every kind of argument or caller.
    #[inline(never)]
    pub(super) fn add(&mut self, path: &str, what: fmt::Arguments<'_>) {
        let path = if path.is_empty() { "the settings" } else { path };
        self.lines.push(format!("{path}: {what}"));
    }

    #[inline(never)]
    fn expected(&mut self, path: &str, expected: &str, value: Node<'_>) {
        self.add(path, format_args!("expected {expected}, found {}", type_of(value)));
    }

    /// The entries of an object that are not null; null is an empty object, anything else an error.
    #[inline(never)]
    pub(super) fn entries<'v>(&mut self, path: &str, value: Node<'v>) -> Entries<'v> {
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
    pub(super) fn check(&mut self, path: &str, value: Node<'_>, form: &Form) {
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
    pub(super) fn exemption(&mut self, path: &str, exemption: Node<'_>) {
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
                    "rules" => ("rule", self.rule_ids()),
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
    pub(super) fn flag(&mut self, path: &str, value: Node<'_>) -> bool {
        if let Json::Bool(flag) = value.json() {
            return flag;
        }
        self.expected(path, "true or false", value);
        false
    }

    #[inline(never)]
    pub(super) fn level(&mut self, path: &str, value: Node<'_>, or_object: bool) -> Option<Level> {
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
    pub(super) fn parameter<'d>(
        &mut self,
        path: &str,
        value: Node<'d>,
        parameter: &Parameter,
    ) -> Option<ParameterValue<'d>> {
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
            ParameterKind::Number(first, last) => {
                let number = match value.json() {
                    Json::Int(number) => Some(number),
                    _ => value.text().and_then(|text| text.parse().ok()),
                };
                let number = number.filter(|number| (first..=last).contains(number));
                if number.is_none() {
                    self.add(path, format_args!("expected a whole number from {first} to {last}"));
                }
                number.map(ParameterValue::Number)
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
