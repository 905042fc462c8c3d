//! The requests in the repository's tests: recorded reviews, examples, and the cases of rules and fixes, in every
//! object where they are possible.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::kinds::{KINDS, Kind, at, create, good_container, good_spec, overlay, update};
use crate::sample::{Answer, Answers, Sample};

/// A case of a rule or fix in `test_data`.
#[derive(Debug, Clone)]
pub struct Case {
    /// The rule.
    pub rule: String,
    /// The case: a change, with `settings`, `cluster`, `kinds` and more.
    pub value: Value,
    /// True for a case of the rule's fix.
    pub is_fix: bool,
}

/// The content of `test_data`.
#[derive(Debug)]
pub struct Corpus {
    /// The ids of the rules.
    pub rules: Vec<String>,
    /// The cases of the rules.
    pub cases: Vec<Case>,
    /// Requests: file name, request, settings and answers to look-ups.
    pub requests: Vec<(String, Value, Value, Answers)>,
}

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];
const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];

impl Corpus {
    /// Reads everything in the repository's directory `test_data`.
    ///
    /// # Errors
    /// If a file cannot be read or has an unexpected format.
    pub fn read(test_data: &Path) -> Result<Self> {
        let mut corpus = Corpus { rules: Vec::new(), cases: Vec::new(), requests: Vec::new() };
        for path in files(&test_data.join("rules"), "yaml")? {
            let rule = stem(&path);
            let fixture = yaml(&path)?;
            for list in ["finds", "misses", "fixes"] {
                corpus.add_cases(&rule, &fixture[list], list == "fixes");
            }
            corpus.rules.push(rule);
        }
        for path in files(&test_data.join("fixes"), "yaml").unwrap_or_default() {
            for (rule, list) in yaml(&path)?.as_object().into_iter().flatten() {
                corpus.add_cases(rule, list, true);
            }
        }
        for directory in ["reviews", "reviews/mutating"] {
            for path in files(&test_data.join(directory), "json")? {
                corpus.requests.push((format!("{directory}/{}", stem(&path)), request(&path)?, json!({}), none()));
            }
        }
        for example in directories(&test_data.join("e2e"))? {
            for path in files(&example, "json")?.into_iter().filter(|path| stem(path) != "settings") {
                let settings = example.join("settings.json");
                let settings = if settings.exists() { json(&settings)? } else { json!({}) };
                let name = format!("e2e/{}/{}", stem(&example), stem(&path));
                corpus.requests.push((name, request(&path)?, settings, recorded(&example.join("look-ups.yml"))?));
            }
        }
        Ok(corpus)
    }

    fn add_cases(&mut self, rule: &str, list: &Value, is_fix: bool) {
        let cases = list.as_array().into_iter().flatten();
        self.cases.extend(cases.map(|value| Case { rule: rule.to_owned(), value: value.clone(), is_fix }));
    }

    /// Returns a sample for each request and each object with a case, with several settings.
    #[must_use]
    pub fn samples(&self) -> Vec<Sample> {
        let mut samples = Vec::new();
        for (name, request, settings, answers) in &self.requests {
            for (variant, settings) in variants(settings) {
                samples.push(sample(format!("{name} {variant}"), "recorded", request, &settings, answers));
            }
        }
        for case in &self.cases {
            let answers = case.answers();
            for (place, request) in case.plant() {
                for (variant, settings) in variants(&case.value["settings"]) {
                    let name = format!("{} ({}) in {place} {variant}", case.rule, case.name());
                    samples.push(sample(name, "planted", &request, &settings, &answers));
                }
                if case.value["old"].is_null() {
                    samples.extend(case.updates(&place, &request, &answers));
                }
            }
        }
        samples
    }
}

impl Case {
    fn name(&self) -> &str {
        self.value["name"].as_str().unwrap_or_default()
    }

    /// Returns the objects of the case's cluster.
    #[must_use]
    pub fn answers(&self) -> Answers {
        let objects = self.value["cluster"].as_array().cloned().unwrap_or_default();
        let kinds = ["Node", "Pod", "Secret", "PersistentVolumeClaim", "Namespace"];
        Arc::new(kinds.into_iter().map(|kind| (kind.to_owned(), Answer::Objects(objects.clone()))).collect())
    }

    /// Returns updates to the object of a request: from the same object, and from one without pods.
    fn updates(&self, place: &str, request: &Value, answers: &Answers) -> [Sample; 2] {
        let object = &request["object"];
        let mut old = object.clone();
        if let Some(spec) = old.get_mut("spec") {
            *spec = json!({});
        }
        [("itself", object), ("an object without a spec", &old)].map(|(what, old)| {
            let name = format!("{} ({}) in {place}, update of {what}", self.rule, self.name());
            sample(name, "planted", &update(object, old), &self.value["settings"], answers)
        })
    }

    /// Returns a request for each object in which the change is possible, with its path.
    #[must_use]
    pub fn plant(&self) -> Vec<(String, Value)> {
        let case = &self.value;
        if let Some(object) = case.get("object") {
            let mut request = match case.get("old") {
                Some(old) => update(object, old),
                None => create(object),
            };
            overlay(&mut request, &case["request"]);
            return vec![("object".to_owned(), request)];
        }
        if let Some(service) = case.get("service") {
            let mut object =
                json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"}});
            overlay(&mut object["metadata"], &service["metadata"]);
            object["spec"] = service["spec"].clone();
            return vec![("service".to_owned(), create(&object))];
        }
        let wanted = case["kinds"].as_array();
        let is_wanted = |kind: &&Kind| wanted.is_none_or(|kinds| kinds.iter().any(|name| name == kind.name));
        KINDS.iter().filter(is_wanted).flat_map(|kind| self.plant_in(kind)).collect()
    }

    fn plant_in(&self, kind: &Kind) -> Vec<(String, Value)> {
        let case = &self.value;
        if let Some(patch) = case.get("pod") {
            let mut spec = good_spec();
            overlay(&mut spec, patch);
            return vec![(kind.name.to_owned(), create(&kind.object(spec)))];
        }
        if let Some(patch) = case.get("volume") {
            let mut volume = json!({"name": "planted"});
            overlay(&mut volume, patch);
            let mut spec = good_spec();
            spec["volumes"] = json!([{"name": "harmless", "configMap": {"name": "settings"}}, volume]);
            return vec![(kind.name.to_owned(), create(&kind.object(spec)))];
        }
        if let Some(patch) = case.get("metadata").or(case.get("template")) {
            return self.plant_metadata(kind, patch);
        }
        let mut planted = Vec::new();
        for list in LISTS.into_iter().filter(|list| is_among(&case["lists"], list)) {
            if let Some(patch) = case.get("container") {
                planted.push((format!("{} {list}", kind.name), in_container(kind, list, patch)));
            }
            for probe in PROBES.into_iter().filter(|_| case.get("probe").is_some()) {
                let patch = json!({probe: case["probe"]});
                planted.push((format!("{} {list} {probe}", kind.name), in_container(kind, list, &patch)));
            }
        }
        planted
    }

    fn plant_metadata(&self, kind: &Kind, patch: &Value) -> Vec<(String, Value)> {
        let mut places = vec![kind.template_metadata()];
        if self.value.get("metadata").is_some() && kind.name != "Pod" {
            places.push(vec!["metadata"]);
        }
        if kind.name == "CronJob" {
            places.push(vec!["spec", "jobTemplate", "metadata"]);
        }
        let plant = |keys: Vec<&str>| {
            let mut object = kind.object(good_spec());
            overlay(at(&mut object, &keys), patch);
            (format!("{} {}", kind.name, keys.join(".")), create(&object))
        };
        places.into_iter().map(plant).collect()
    }
}

fn in_container(kind: &Kind, list: &str, patch: &Value) -> Value {
    let mut container = good_container("planted");
    if list == "ephemeralContainers" {
        container["resources"] = json!({});
    }
    overlay(&mut container, patch);
    let mut spec = good_spec();
    match spec[list].as_array_mut() {
        Some(containers) => containers.push(container),
        None => spec[list] = json!([container]),
    }
    create(&kind.object(spec))
}

fn is_among(list: &Value, name: &str) -> bool {
    list.as_array().is_none_or(|names| names.iter().any(|other| other == name))
}

/// Returns the variants of settings, each merged with those of a case.
fn variants(settings: &Value) -> Vec<(&'static str, Value)> {
    let with = |more: Value| {
        let mut settings = settings.clone();
        overlay(&mut settings, &more);
        settings
    };
    vec![
        ("as it is", if settings.is_null() { json!({}) } else { settings.clone() }),
        ("tolerant", with(json!({"profile": "tolerant", "helpUrl": "https://example.com/help"}))),
        ("fixed", with(json!({"mutate": "full", "mutateTemplates": true}))),
        ("fixed in pods, annotated", with(json!({"mutate": "safe", "annotate": true}))),
        ("mixed", with(json!({"nodeKind": "mixed", "mutate": "full", "annotate": true}))),
    ]
}

/// Creates a sample from a request and settings.
#[must_use]
pub fn sample(name: String, class: &str, request: &Value, settings: &Value, answers: &Answers) -> Sample {
    let settings = if settings.is_null() { &json!({}) } else { settings };
    let payload = json!({"request": request, "settings": settings}).to_string().into_bytes();
    Sample { name, class: class.to_owned(), payload, answers: Arc::clone(answers) }
}

fn none() -> Answers {
    Arc::new(BTreeMap::new())
}

/// Reads the answers in a recording of `kwctl`, by kind; none if the file doesn't exist.
fn recorded(path: &Path) -> Result<Answers> {
    if !path.exists() {
        return Ok(none());
    }
    let mut answers = BTreeMap::new();
    for exchange in yaml(path)?.as_array().into_iter().flatten() {
        let question = exchange["request"].as_str().unwrap_or_default();
        let kind = question.lines().find_map(|line| line.trim().strip_prefix("kind: ")).context("a kind")?;
        let answer = match exchange["response"]["payload"].as_str() {
            Some(text) => Answer::Text(text.to_owned()),
            None => Answer::Failed,
        };
        answers.insert(kind.to_owned(), answer);
    }
    Ok(Arc::new(answers))
}

/// Reads the request in a file with an `AdmissionReview` or only the request.
fn request(path: &Path) -> Result<Value> {
    let mut value = json(path)?;
    Ok(if value["kind"] == "AdmissionReview" { value["request"].take() } else { value })
}

fn json(path: &Path) -> Result<Value> {
    serde_json::from_str(&read(path)?).with_context(|| format!("{} is not JSON", path.display()))
}

/// Reads a YAML file and resolves its merge keys.
fn yaml(path: &Path) -> Result<Value> {
    let merged = yaml_serde::from_str(&read(path)?).and_then(|mut value: yaml_serde::Value| {
        value.apply_merge()?;
        yaml_serde::from_value(value)
    });
    merged.with_context(|| format!("{} is not YAML", path.display()))
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Returns the files of a directory with this extension, sorted.
fn files(directory: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let is_wanted = |path: &PathBuf| path.extension().is_some_and(|own| own == extension);
    Ok(entries(directory)?.into_iter().filter(is_wanted).collect())
}

fn directories(directory: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(directory)?.into_iter().filter(|path| path.is_dir()).collect())
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let read = std::fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
    let mut paths = read.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}
