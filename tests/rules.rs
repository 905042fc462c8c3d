//! Every rule, on a minimal valid object of each kind with one change: what it finds, and what it must not find.
//!
//! The cases are in `test_data/rules`; `tests/common/fixtures.rs` says how they are written.

mod common;

use common::fixtures::{Case, Fixture, LISTS, Planted, fixtures, join, object_findings};
use common::policy::{self, Level, RULES, fix_name, level};
use common::{
    Found, KINDS, assert_nothing, findings_and_response, findings_and_response_in, good_spec, overlay, places_of,
};
use serde_json::{Value, json};

fn level_of(rule: &str, profile: &str) -> Level {
    let rule = policy::rule(rule);
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
    for (index, one) in planted.iter().enumerate() {
        // The profile decides on the level alone, and that does not depend on the place.
        let is_at_an_end = index == 0 || index + 1 == planted.len();
        for profile in if is_at_an_end { &["strict", "tolerant"][..] } else { &["strict"] } {
            let mut settings = json!({"profile": profile});
            if let Some(more) = &case.settings {
                overlay(&mut settings, more);
            }
            let mut of_rule = level(if *profile == "strict" { &fixture.strict } else { &fixture.tolerant });
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

            let found = findings_and_response_in(&case.cluster, &one.request, &settings);
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
    // What is true of the sum is said of the pod.
    let is_of_pod = line.contains("the pod asks for ");
    if let Some(name) = &name
        && !is_of_pod
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

#[test]
fn every_rule_finds_what_it_is_for_and_misses_what_it_is_not_for() {
    let mut wrong = Vec::new();
    for (rule, fixture) in fixtures() {
        for (index, case) in fixture.cases().enumerate() {
            let name = &case.name;
            let of_case = run(&rule, &fixture, case, index < fixture.finds.len());
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
            Some((id, fixture))
                if !fixture.finds.iter().flat_map(|case| case.at.values()).any(|text| text.contains("; ")) =>
            {
                wrong.push(format!("{id}: the whole text of one finding, please"));
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
        assert_eq!(rule.fix.map(fix_name), fixture.fix.as_deref(), "the fix of {id}");
    }
}

#[test]
fn the_minimal_objects_are_found_in_order() {
    for kind in &KINDS {
        let found = findings_and_response(&common::create(&kind.object(good_spec())), &json!({}));
        assert_eq!(places_of(found), object_findings(kind), "{}", kind.name);
    }
}
