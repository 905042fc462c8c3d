//! Settings errors: collects all errors, each with its path.

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

/// The maximum number of entries in `podTemplates`.
const MAX_POD_TEMPLATES: usize = 16;

/// Returns true if a level or choice is `off`. YAML 1.1 reads an unquoted `off` as false.
pub(super) fn is_off(value: Node<'_>) -> bool {
    matches!(value.json(), Json::Bool(false))
}

/// The keys and values of an object.
pub(super) struct Entries<'v>(Option<Children<'v>>);

impl Entries<'_> {
    /// No entries.
    pub(super) const NONE: Self = Entries(None);
}

impl<'v> Iterator for Entries<'v> {
    type Item = (&'v str, Node<'v>);

    fn next(&mut self) -> Option<(&'v str, Node<'v>)> {
        let child = self.0.as_mut()?.next()?;
        Some((child.name(), child))
    }
}

/// Reads settings and collects their errors.
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

/// Returns a settings key that is safe to show: one line, at most 64 characters.
fn shown(key: &str) -> String {
    key.chars().take(64).map(|char| if char.is_ascii_graphic() { char } else { '?' }).collect()
}

/// Returns the path of `key` in the object at `path`.
#[inline(never)]
fn below(path: &str, key: &str) -> String {
    joined([path, &shown(key)].into_iter(), ".")
}

impl<'c> Errors<'c> {
    /// Creates an empty collection.
    pub(super) fn new(catalogue: &'c [&'static Rule]) -> Self {
        Errors { catalogue, lines: Vec::new() }
    }

    /// Returns all errors as one message; `None` if there are none.
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

    /// Returns the ids that settings can use: all rules of the catalogue, and `placement`.
    fn rule_ids(&self) -> Vec<&'static str> {
        self.catalogue.iter().map(|rule| rule.id).chain([rule::PLACEMENT.id]).collect()
    }

    /// Reports a rule that isn't in the catalogue.
    pub(super) fn unknown_rule(&mut self, path: &str, id: &str) {
        self.unknown(path, "rule", id, &self.rule_ids());
    }

    /// Reports a setting that the rule doesn't have.
    pub(super) fn unknown_rule_setting(&mut self, rule: &Rule, key: &str) {
        let mut names: Vec<_> = rule.parameters.iter().map(|parameter| parameter.name).collect();
        names.extend(["level", "mutate"]);
        self.unknown(&format!("rules.{}", rule.id), "setting", key, &names);
    }

    /// Reads an entry of `podTemplates` as group, kind and pattern, and reports its errors.
    pub(super) fn pod_template<'d>(
        &mut self,
        path: &str,
        index: usize,
        entry: Node<'d>,
    ) -> Option<(&'d str, &'d str, Pattern<'d>)> {
        if index == MAX_POD_TEMPLATES {
            self.add("podTemplates", format_args!("at most {MAX_POD_TEMPLATES} entries are allowed"));
        }
        let Json::Object(_) = entry.json() else { return None };
        for key in ["group", "kind", "path"] {
            if entry.at(&[key]).is_none() {
                self.add(&below(path, key), format_args!("required in an entry"));
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

    /// Reports taints without a key or effect.
    pub(super) fn taints(&mut self, taints: Option<Node<'_>>) {
        for (index, taint) in children(taints).enumerate() {
            for key in ["key", "effect"] {
                if matches!(taint.json(), Json::Object(_)) && taint.at(&[key]).is_none() {
                    self.add(&format!("virtualNodes.taints[{index}].{key}"), format_args!("required in a taint"));
                }
            }
        }
    }

    // Not inlined, to keep one copy of each in the module.
    #[inline(never)]
    pub(super) fn add(&mut self, path: &str, what: fmt::Arguments<'_>) {
        let path = if path.is_empty() { "the settings" } else { path };
        self.lines.push(format!("{path}: {what}"));
    }

    #[inline(never)]
    fn expected(&mut self, path: &str, expected: &str, value: Node<'_>) {
        self.add(path, format_args!("expected {expected}, found {}", type_of(value)));
    }

    /// Returns the entries of an object that aren't null. Null is an empty object; anything else is an error.
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

    /// Reports that `text`, the value at `path`, is none of the names.
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

    /// Checks a value against its form and reports errors. Null means absent, which is an error only in a list.
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

    /// Reports errors in an exemption that its form doesn't cover.
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
                // A kind unlike all of these may be a custom resource.
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
                // Web forms may send a number; Kubernetes accepts both.
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

/// Parses a port range `<first>-<last>`.
#[must_use]
pub fn port_range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-')?;
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first > 0 && first <= last).then_some((first, last))
}

/// Returns the name that was probably meant.
fn nearest<'n>(key: &str, names: &[&'n str]) -> Option<&'n str> {
    // The cost of the distance is the product of the lengths, and a much longer key isn't a misspelled name.
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
