//! Every rule, on a minimal valid object of each kind with one change: what it finds, and what it must not find.
//!
//! The cases of a rule are in `test_data/rules/<id>.yaml`: `finds` with the places and texts, `misses` with nothing of
//! that rule. A case says what it changes, and the test plants it wherever that can stand:
//!
//! * `pod`: fields of the pod, in every kind;
//! * `container`: fields of a container, in all three lists of containers of every kind;
//! * `probe`: fields of a probe, in all three probes of such a container;
//! * `volume`: a volume, behind another one, in every kind;
//! * `metadata`: fields of the object's metadata, of its template's and of its Jobs';
//! * `object`: a whole object, `old` what it was before, `request` further fields of the request.
//!
//! The paths of `at` are those inside of what was planted, and whole ones for `object`.

mod common;

use std::collections::BTreeMap;

use common::{Found, KINDS, Kind, findings_and_response, good_container, good_spec, overlay};
use oke_virtual_nodes_policy::rule::{Fix, Level};
use oke_virtual_nodes_policy::rules::RULES;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    strict: String,
    tolerant: String,
    #[serde(default)]
    fix: Option<String>,
    finds: Vec<Case>,
    misses: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    pod: Option<Value>,
    container: Option<Value>,
    probe: Option<Value>,
    volume: Option<Value>,
    metadata: Option<Value>,
    object: Option<Value>,
    old: Option<Value>,
    request: Option<Value>,
    #[serde(default)]
    settings: Option<Value>,
    /// The kinds to plant it in; all by default.
    kinds: Option<Vec<String>>,
    /// The lists of containers to plant it in; all by default.
    lists: Option<Vec<String>>,
    /// The findings: their paths with the text, or a part of it.
    #[serde(default)]
    at: BTreeMap<String, String>,
    /// The level where it is another one than the rule's.
    level: Option<String>,
    /// Findings of other rules that come with this change.
    #[serde(default)]
    also: Vec<Other>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Other {
    rule: String,
    at: String,
}

/// A change that stands somewhere in an object.
struct Planted {
    place: String,
    request: Value,
    /// What the paths of the case are relative to.
    base: String,
    /// What the planting alone leads to.
    extra: Vec<(&'static str, String)>,
}

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];
const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];

impl Case {
    fn plant(&self) -> Vec<Planted> {
        let changes = [&self.pod, &self.container, &self.probe, &self.volume, &self.metadata, &self.object];
        assert_eq!(changes.iter().filter(|change| change.is_some()).count(), 1, "{}: one change", self.name);
        if let Some(object) = &self.object {
            let mut request = match &self.old {
                Some(old) => common::update(object, old),
                None => common::create(object),
            };
            if let Some(patch) = &self.request {
                overlay(&mut request, patch);
            }
            return vec![Planted { place: "object".to_owned(), request, base: String::new(), extra: Vec::new() }];
        }
        assert!(self.old.is_none() && self.request.is_none(), "{}: only for an object", self.name);
        let kinds = KINDS
            .iter()
            .filter(|kind| self.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|name| name == kind.name)));
        kinds.flat_map(|kind| self.plant_in(kind)).collect()
    }

    fn plant_in(&self, kind: &'static Kind) -> Vec<Planted> {
        let path = kind.path();
        let whole = |base: String, object: &Value| Planted {
            place: format!("{} {base}", kind.name),
            request: common::create(object),
            base,
            extra: object_findings(kind),
        };
        if let Some(patch) = &self.pod {
            let mut spec = good_spec();
            overlay(&mut spec, patch);
            return vec![whole(path, &kind.object(spec))];
        }
        if let Some(patch) = &self.volume {
            let mut volume = json!({"name": "planted"});
            overlay(&mut volume, patch);
            let mut spec = good_spec();
            spec["volumes"] = json!([{"name": "harmless", "configMap": {"name": "settings"}}, volume]);
            return vec![whole(format!("{path}.volumes[1]"), &kind.object(spec))];
        }
        if let Some(patch) = &self.metadata {
            let plant = |base: String| {
                let mut object = kind.object(good_spec());
                overlay(base.split('.').fold(&mut object, |value, key| &mut value[key]), patch);
                whole(base, &object)
            };
            return kind.metadata().into_iter().map(plant).collect();
        }
        let lists = LISTS
            .into_iter()
            .filter(|list| self.lists.as_ref().is_none_or(|lists| lists.iter().any(|name| name == list)));
        let mut planted = Vec::new();
        for list in lists {
            let mut plant = |patch: &Value, suffix: &str| {
                let mut container = good_container("planted");
                if list == "ephemeralContainers" {
                    container["resources"] = json!({});
                }
                overlay(&mut container, patch);
                let mut spec = good_spec();
                let index = if list == "containers" { 1 } else { 0 };
                if index == 0 {
                    spec[list] = json!([]);
                }
                spec[list].as_array_mut().expect("a list").push(container);
                let entry = format!("{path}.{list}[{index}]");
                let mut one = whole(format!("{entry}{suffix}"), &kind.object(spec));
                match list {
                    "initContainers" => one.extra.push(("init-containers", entry)),
                    "ephemeralContainers" => one.extra.push(("ephemeral-containers", entry)),
                    _ => {}
                }
                planted.push(one);
            };
            if let Some(patch) = &self.container {
                plant(patch, "");
            }
            if let Some(patch) = &self.probe {
                for probe in PROBES {
                    plant(&json!({probe: patch}), &format!(".{probe}"));
                }
            }
        }
        planted
    }
}

/// What is found in any object of that kind.
fn object_findings(kind: &Kind) -> Vec<(&'static str, String)> {
    let is_known = RULES.iter().any(|rule| rule.id == "daemonset");
    if kind.name == "DaemonSet" && is_known { vec![("daemonset", "kind".to_owned())] } else { Vec::new() }
}

fn join(base: &str, path: &str) -> String {
    let separator = if base.is_empty() || path.is_empty() || path.starts_with('[') { "" } else { "." };
    format!("{base}{separator}{path}")
}

fn level(name: &str) -> Level {
    Level::ALL.into_iter().find(|level| level.name() == name).unwrap_or_else(|| panic!("no level is called {name}"))
}

fn level_of(rule: &str, profile: &str) -> Level {
    let rule = RULES.iter().find(|known| known.id == rule).unwrap_or_else(|| panic!("no rule is called {rule}"));
    if profile == "strict" { rule.strict } else { rule.tolerant }
}

/// The name of the container at or above a path.
fn container_at(request: &Value, path: &str) -> Option<String> {
    let end = LISTS.iter().filter_map(|list| Some(path.find(&format!(".{list}["))? + list.len() + 2)).min()?;
    let end = end + path[end..].find(']')?;
    let pointer = format!("/object/{}", path[..end].replace(['.', '['], "/"));
    Some(request.pointer(&pointer)?["name"].as_str().unwrap_or_default().to_owned())
}

/// Runs a case wherever it can stand, under both profiles; says what is wrong.
fn run(rule: &str, fixture: &Fixture, case: &Case, finds: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    if finds == case.at.is_empty() {
        wrong.push("a case of `finds` has findings in `at`, one of `misses` has none".to_owned());
    }
    let planted = case.plant();
    if planted.is_empty() {
        wrong.push("planted nowhere".to_owned());
    }
    for one in &planted {
        for profile in ["strict", "tolerant"] {
            let mut settings = json!({"profile": profile});
            if let Some(more) = &case.settings {
                overlay(&mut settings, more);
            }
            let mut of_rule = level(if profile == "strict" { &fixture.strict } else { &fixture.tolerant });
            if let Some(own) = &case.level {
                of_rule = of_rule.min(level(own));
            }
            let mut expected: Vec<(String, &str, Level)> = Vec::new();
            expected.extend(case.at.keys().map(|path| (join(&one.base, path), rule, of_rule)));
            expected.extend(case.also.iter().map(|other| {
                let level = level_of(&other.rule, profile);
                (join(&one.base, &other.at), other.rule.as_str(), level)
            }));
            expected.extend(one.extra.iter().map(|(rule, path)| (path.clone(), *rule, level_of(rule, profile))));
            expected.retain(|(_, _, level)| *level != Level::Off);
            expected.sort();

            let found = findings_and_response(&one.request, &settings);
            let mut got: Vec<_> = found.iter().map(|found| (found.path.clone(), found.rule, found.level)).collect();
            got.sort();
            let place = format!("{} ({profile})", one.place);
            if got != expected {
                wrong.push(format!("{place}:\n    expected {expected:?}\n    found    {got:?}"));
                continue;
            }
            wrong.extend(
                found
                    .iter()
                    .filter_map(|found| wrong_text(case, one, rule, found))
                    .map(|text| format!("{place}: {text}")),
            );
        }
    }
    wrong
}

/// What is wrong with the words of a finding.
fn wrong_text(case: &Case, planted: &Planted, rule: &str, found: &Found) -> Option<String> {
    let name = container_at(&planted.request, &found.path);
    let line = found.line();
    if let Some(name) = &name
        && !line.contains(&format!("\"{name}\""))
    {
        return Some(format!("the container {name} is not named in: {line}"));
    }
    if found.container.is_some() && found.container != name {
        return Some(format!("expected the container {name:?} in: {line}"));
    }
    if line.matches("; ").count() != 1 || line.ends_with(['.', ';', ' ']) || line.contains('\n') {
        return Some(format!("expected `<what is wrong>; <what to do>` in: {line}"));
    }
    let expected = case.at.iter().find(|(path, _)| found.rule == rule && join(&planted.base, path) == found.path);
    let (_, text) = expected?;
    (!found.text.contains(text.as_str())).then(|| format!("expected the text {text:?} in: {line}"))
}

fn fixtures() -> Vec<(String, Fixture)> {
    let read = |(id, text): (String, String)| {
        let fixture = yaml_serde::from_str(&text).and_then(|mut value: yaml_serde::Value| {
            value.apply_merge()?;
            yaml_serde::from_value(value)
        });
        let fixture = fixture.unwrap_or_else(|error| panic!("rules/{id}.yaml: {error}"));
        (id, fixture)
    };
    common::files("rules", "yaml").into_iter().map(read).collect()
}

fn assert_nothing(wrong: &[String]) {
    let shown: Vec<_> = wrong.iter().take(40).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), shown.join("\n"));
}

#[test]
fn every_rule_finds_what_it_is_for_and_misses_what_it_is_not_for() {
    let mut wrong = Vec::new();
    for (rule, fixture) in fixtures() {
        for (case, finds) in
            fixture.finds.iter().map(|case| (case, true)).chain(fixture.misses.iter().map(|case| (case, false)))
        {
            let name = &case.name;
            let of_case = run(&rule, &fixture, case, finds);
            if let Some(first) = of_case.first() {
                wrong.push(format!("{rule}, {name}, in {} places, such as {first}", of_case.len()));
            }
        }
    }
    assert_nothing(&wrong);
}

#[test]
fn every_rule_has_cases_of_both_sorts() {
    let fixtures = fixtures();
    let mut wrong = Vec::new();
    for rule in RULES {
        match fixtures.iter().find(|(id, _)| id == rule.id) {
            None => wrong.push(format!("{}: no test_data/rules/{}.yaml", rule.id, rule.id)),
            Some((id, fixture)) if fixture.finds.is_empty() || fixture.misses.is_empty() => {
                wrong.push(format!("{id}: cases that are found and cases that are not, please"));
            }
            Some(_) => {}
        }
    }
    wrong.extend(
        fixtures
            .iter()
            .filter(|(id, _)| !RULES.iter().any(|rule| rule.id == id))
            .map(|(id, _)| format!("{id}: cases of a rule that does not exist")),
    );
    assert_nothing(&wrong);
}

#[test]
fn every_rule_has_the_levels_and_the_fix_of_the_catalogue() {
    for (id, fixture) in fixtures() {
        let Some(rule) = RULES.iter().find(|rule| rule.id == id) else { continue };
        assert_eq!(rule.strict.name(), fixture.strict, "{id} under strict");
        assert_eq!(rule.tolerant.name(), fixture.tolerant, "{id} under tolerant");
        let fix = rule.fix.map(|fix| match fix {
            Fix::Safe => "safe",
            Fix::Full => "full",
        });
        assert_eq!(fix, fixture.fix.as_deref(), "the fix of {id}");
    }
}

#[test]
fn the_minimal_objects_are_found_in_order() {
    for kind in &KINDS {
        let found = findings_and_response(&common::create(&kind.object(good_spec())), &json!({}));
        let got: Vec<_> = found.into_iter().map(|found| (found.rule, found.path)).collect();
        assert_eq!(got, object_findings(kind), "{}", kind.name);
    }
}
