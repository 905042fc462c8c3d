//! What each fix makes of an object and what it leaves, from the cases of its rule.

use serde_json::{Value, json};

use crate::common::fixtures::{FixCase, Fixture, fixtures};
use crate::common::policy::{Fix, Level, RULES, fix_name, level, rule};
use crate::common::{annotation, answer, create, good_spec, kind_named, warnings};
use crate::law::assert_second_law;
use crate::support::{assert_denied, assert_fixed, assert_lines, assert_silent, assert_unfixed, pod, with, would_be};

/// The cases of all rules in a list of their fixtures, with the id of the rule.
pub fn cases(list: impl Fn(Fixture) -> Vec<FixCase>) -> Vec<(String, FixCase)> {
    let of_rule = |(id, fixture): (String, Fixture)| list(fixture).into_iter().map(move |case| (id.clone(), case));
    fixtures().into_iter().flat_map(of_rule).collect()
}

/// The cases after whose fix nothing is found.
pub fn whole() -> impl Iterator<Item = (String, FixCase)> {
    cases(|fixture| fixture.fixes).into_iter().filter(|(_, case)| case.rest.is_empty())
}

/// Those of them in a Pod, which can be in a template as well.
pub fn in_pods() -> impl Iterator<Item = (String, FixCase)> {
    whole().filter(|(_, case)| case.service.is_none())
}

#[test]
fn every_fix_has_cases() {
    for (id, fixture) in fixtures() {
        let has_fix = rule(&id).fix.is_some();
        // A case changes a Pod or a Service. That of a Job is below.
        if id == "job-ttl" {
            continue;
        }
        assert_eq!(has_fix, !fixture.fixes.is_empty(), "{id}: a rule with a fix has `fixes`, and others have none");
        assert_eq!(has_fix, !fixture.touches.is_empty(), "{id}: a rule with a fix has `touches`, and others have none");
        assert!(has_fix || fixture.unfixed.is_empty(), "{id}: it has no fix");
        for case in &fixture.fixes {
            assert_ne!(case.warnings.is_empty(), case.starts.is_empty(), "{id}, {}: the warnings", case.name);
            assert!(!case.silent && case.level.is_none(), "{id}, {}: what is fixed is told", case.name);
        }
        for case in &fixture.unfixed {
            let is_told = [&case.warnings, &case.starts, &case.rest].iter().any(|lines| !lines.is_empty());
            assert!(case.fixed.is_none() && !is_told && !case.improves, "{id}, {}: it is not fixed", case.name);
        }
    }
}

/// The only fix of a workload when it is created.
#[test]
fn a_new_job_gets_the_time_of_the_settings() {
    let spec = json!({"template": {"spec": good_spec()}});
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "count", "namespace": "shop"}, "spec": spec});
    let settings = json!({"mutate": "full", "rules": {"job-ttl": {"seconds": 600}}});
    let mut expected = job.clone();
    expected["spec"]["ttlSecondsAfterFinished"] = json!(600);
    let answer_to = |object: &Value, settings: &Value| answer(&create(object), settings);
    let fixed = answer_to(&job, &settings);
    assert_fixed(&fixed, &expected, "job-ttl");
    assert_eq!(warnings(&fixed), ["job-ttl spec: was not set, set to ttlSecondsAfterFinished=600"]);
    assert_unfixed(&answer_to(&job, &json!({"mutate": "full"})));
    let mut hook = job.clone();
    hook["metadata"]["annotations"] = json!({"helm.sh/hook": "pre-install"});
    assert_unfixed(&answer_to(&hook, &settings));
}

#[test]
fn a_rule_without_a_fix_refuses_to_fix() {
    let request = create(&pod(json!({})));
    for rule in RULES {
        let answer_with = |mutate: Value| answer(&request, &with(&json!({}), rule.id, "mutate", mutate));
        assert_silent(&answer_with(json!(false)));
        let asked = answer_with(json!(true));
        if rule.fix.is_some() {
            assert_silent(&asked);
        } else {
            assert_eq!((&asked["accepted"], &asked["code"]), (&json!(false), &json!(400)), "{}", rule.id);
            let message = asked["message"].as_str().unwrap();
            assert!(message.contains(&format!("rules.{}.mutate: ", rule.id)), "{message}");
        }
    }
}

/// Puts the object of a case, before its fix, under several settings.
struct Trial<'c> {
    id: &'c str,
    case: &'c FixCase,
    request: Value,
    expected: Value,
}

impl<'c> Trial<'c> {
    fn new(id: &'c str, case: &'c FixCase) -> Self {
        let pod = kind_named("Pod");
        println!("{id}, {}", case.name);
        Trial { id, case, request: create(&case.object(pod)), expected: case.fixed_object(pod) }
    }

    fn settings(&self, more: Value) -> Value {
        self.case.settings(&more)
    }

    /// Settings with one of the rule's own.
    fn with(&self, settings: &Value, key: &str, value: Value) -> Value {
        with(settings, self.id, key, value)
    }

    /// The object is fixed, and every fix has its line.
    fn fixes(&self, settings: &Value) {
        println!("  {settings}");
        let answer = answer(&self.request, settings);
        assert_fixed(&answer, &self.expected, self.id);
        assert_eq!(annotation(&answer, "warned"), if self.case.rest.is_empty() { "" } else { self.id }, "{answer}");
        assert_lines(self.case, &answer, str::to_owned);
    }

    /// The object is left, and the rule finds what it finds without a fix.
    fn leaves(&self, settings: &Value, level: Level) {
        println!("  {settings}");
        let level = if self.case.improves { Level::Off } else { level };
        assert_left(&answer(&self.request, settings), self.id, level);
    }

    /// After the fix, the rule and all others are silent.
    fn is_silent_after(&self, settings: &Value) {
        assert_silent(&answer(&create(&self.expected), settings));
    }
}

/// Not fixed, and found at a level by one rule alone.
#[track_caller]
fn assert_left(answer: &Value, id: &str, level: Level) {
    assert_unfixed(answer);
    assert_eq!(answer["accepted"], level != Level::Deny, "{answer}");
    assert_eq!(annotation(answer, "denied"), if level == Level::Deny { id } else { "" }, "{answer}");
    assert_eq!(annotation(answer, "warned"), if level == Level::Warn { id } else { "" }, "{answer}");
    assert!(!warnings(answer).iter().any(|line| line.contains(": was ")), "{answer}");
}

#[test]
fn every_fix_makes_exactly_what_it_says() {
    for (id, case) in whole() {
        let rule = rule(&id);
        let fix = rule.fix.expect("a fix");
        let trial = Trial::new(&id, &case);
        let own = trial.settings(json!({"mutate": fix_name(fix)}));
        let (off, safe) = (trial.settings(json!({"mutate": "off"})), trial.settings(json!({"mutate": "safe"})));
        let full = trial.settings(json!({"mutate": "full"}));
        trial.fixes(&own);
        trial.fixes(&full);
        trial.fixes(&trial.settings(json!({"mutate": "full", "profile": "tolerant"})));
        trial.leaves(&trial.settings(json!({})), rule.strict);
        trial.leaves(&off, rule.strict);
        trial.leaves(&trial.settings(json!({"mutate": false})), rule.strict);
        if fix == Fix::Full {
            trial.leaves(&safe, rule.strict);
            trial.fixes(&trial.with(&safe, "mutate", json!(true)));
        }
        // What is said of the rule itself wins.
        trial.fixes(&trial.with(&off, "mutate", json!(true)));
        trial.leaves(&trial.with(&full, "mutate", json!(false)), rule.strict);
        trial.leaves(&trial.with(&own, "mutate", json!(false)), rule.strict);
        // The level decides whether it is fixed, and not how it is announced.
        trial.fixes(&trial.with(&own, "level", json!("warn")));
        trial.fixes(&trial.with(&own, "level", json!("deny")));
        let without = trial.with(&own, "level", json!("off"));
        for settings in [
            &without,
            &trial.with(&without, "mutate", json!(true)),
            &trial.settings(json!({"mutate": "full", "nodeKind": "managed"})),
        ] {
            assert_silent(&answer(&trial.request, settings));
        }
        trial.is_silent_after(&own);
        trial.is_silent_after(&full);
        assert!(assert_second_law(&trial.request, &own), "{id}, {}", case.name);
    }
}

/// What is still found after the fix only warns, or nothing would be fixed.
#[test]
fn a_fix_that_leaves_something_to_find_is_made_where_that_only_warns() {
    let mut count = 0;
    for (id, case) in cases(|fixture| fixture.fixes).into_iter().filter(|(_, case)| !case.rest.is_empty()) {
        let trial = Trial::new(&id, &case);
        for mutate in [fix_name(rule(&id).fix.expect("a fix")), "full"] {
            let settings = trial.with(&trial.settings(json!({"mutate": mutate})), "level", json!("warn"));
            trial.fixes(&settings);
            assert!(assert_second_law(&trial.request, &settings), "{id}, {}", case.name);
            assert_denied(&answer(&trial.request, &trial.with(&settings, "level", json!("deny"))), &id);
        }
        count += 1;
    }
    assert!(count > 2, "{count} cases");
}

#[test]
fn what_a_fix_must_leave_is_left() {
    for (id, case) in cases(|fixture| fixture.unfixed) {
        let level = case.level.as_deref().map_or(rule(&id).strict, level);
        let kinds = if case.service.is_some() { &["Pod"][..] } else { &["Pod", "Deployment"] };
        for request in kinds.iter().map(|kind| create(&case.object(kind_named(kind)))) {
            for more in [
                json!({"mutate": "safe"}),
                json!({"mutate": "full"}),
                json!({"mutate": "full", "mutateTemplates": true, "annotate": true}),
            ] {
                let settings = case.settings(&more);
                for settings in [&settings, &with(&settings, &id, "mutate", json!(true))] {
                    println!("{id}, {}: {settings}", case.name);
                    let answer = answer(&request, settings);
                    if case.silent {
                        assert_silent(&answer);
                    } else {
                        assert_left(&answer, &id, level);
                        assert_eq!(warnings(&answer).len(), usize::from(level == Level::Warn), "{answer}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_denied_request_is_not_fixed_and_says_what_would_be() {
    for (id, case) in whole() {
        let mut object = case.object(kind_named("Pod"));
        let (settings, reason) = if case.service.is_some() {
            // A Service has two rules, each with a fix: one of them is told to leave it.
            if id == "external-traffic-policy" || case.improves {
                continue;
            }
            object["spec"]["externalTrafficPolicy"] = json!("Local");
            (case.settings(&json!({"mutate": "safe"})), "external-traffic-policy")
        } else {
            object["spec"]["hostPID"] = json!(true);
            (case.settings(&json!({"mutate": "full", "annotate": true})), "host-pid")
        };
        let answer = answer(&create(&object), &settings);
        assert_denied(&answer, reason);
        assert_eq!(annotation(&answer, "warned"), id, "{}", case.name);
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains(": 1 problem\n"), "{message}");
        assert!(!message.contains(&format!("- {id} ")), "{message}");
        assert_lines(&case, &answer, would_be);
    }
}
