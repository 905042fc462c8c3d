//! The cases of the rules, and the objects that they are planted in.
//!
//! The cases of a rule are in `test_data/rules/<id>.yaml`: `finds` with the places and texts, `misses` with nothing of
//! that rule. A case says what it changes, and it is planted wherever that can stand:
//!
//! * `pod`: fields of the pod, in every kind;
//! * `container`: fields of a container, in all three lists of containers of every kind;
//! * `probe`: fields of a probe, in all three probes of such a container;
//! * `volume`: a volume, behind another one, in every kind;
//! * `metadata`: fields of the object's metadata and of its template's, and with `jobs: true` of a CronJob's Jobs';
//! * `template`: fields of the metadata of the pods alone;
//! * `object`: a whole object, `old` what it was before, `request` further fields of the request.
//!
//! `cluster` are the objects that can be looked up. The paths of `at` are those inside of what was planted, and whole ones for `object`.

use std::collections::BTreeMap;

use oke_virtual_nodes_policy::rules::RULES;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{KINDS, Kind, good_container, good_spec, overlay};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    pub strict: String,
    pub tolerant: String,
    #[serde(default)]
    pub fix: Option<String>,
    pub finds: Vec<Case>,
    pub misses: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    pub pod: Option<Value>,
    pub container: Option<Value>,
    pub probe: Option<Value>,
    pub volume: Option<Value>,
    pub metadata: Option<Value>,
    pub template: Option<Value>,
    pub object: Option<Value>,
    pub old: Option<Value>,
    pub request: Option<Value>,
    #[serde(default)]
    pub settings: Option<Value>,
    /// What is in the cluster, where look-ups are on.
    #[serde(default)]
    pub cluster: Vec<Value>,
    /// The kinds to plant it in; all by default.
    pub kinds: Option<Vec<String>>,
    /// Whether metadata is planted in that of a CronJob's Jobs too.
    #[serde(default)]
    pub jobs: bool,
    /// The lists of containers to plant it in; all by default.
    pub lists: Option<Vec<String>>,
    /// The findings: their paths with the text, or a part of it.
    #[serde(default)]
    pub at: BTreeMap<String, String>,
    /// The level where it is another one than the rule's.
    pub level: Option<String>,
    /// Findings of other rules that come with this change.
    #[serde(default)]
    pub also: Vec<Other>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Other {
    pub rule: String,
    pub at: String,
}

/// A change that stands somewhere in an object.
pub struct Planted {
    pub place: String,
    pub request: Value,
    /// What the paths of the case are relative to.
    pub base: String,
    /// What the planting alone leads to.
    pub extra: Vec<(&'static str, String)>,
}

pub const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];
pub const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];

impl Case {
    /// The objects with the change, wherever it can stand.
    pub fn plant(&self) -> Vec<Planted> {
        let changes =
            [&self.pod, &self.container, &self.probe, &self.volume, &self.metadata, &self.template, &self.object];
        assert_eq!(changes.iter().filter(|change| change.is_some()).count(), 1, "{}: one change", self.name);
        if let Some(object) = &self.object {
            let mut request = match &self.old {
                Some(old) => super::update(object, old),
                None => super::create(object),
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
            request: super::create(object),
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
        if let Some(patch) = self.metadata.as_ref().or(self.template.as_ref()) {
            let plant = |base: String| {
                let mut object = kind.object(good_spec());
                overlay(base.split('.').fold(&mut object, |value, key| &mut value[key]), patch);
                whole(base, &object)
            };
            let mut places = vec![kind.template_metadata()];
            if self.metadata.is_some() && kind.name != "Pod" {
                places.push("metadata".to_owned());
            }
            if self.jobs && kind.name == "CronJob" {
                places.push("spec.jobTemplate.metadata".to_owned());
            }
            return places.into_iter().map(plant).collect();
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
pub fn object_findings(kind: &Kind) -> Vec<(&'static str, String)> {
    let is_known = RULES.iter().any(|rule| rule.id == "daemonset");
    if kind.name == "DaemonSet" && is_known { vec![("daemonset", "kind".to_owned())] } else { Vec::new() }
}

/// The path of something inside of what stands at `base`.
pub fn join(base: &str, path: &str) -> String {
    let separator = if base.is_empty() || path.is_empty() || path.starts_with('[') { "" } else { "." };
    format!("{base}{separator}{path}")
}

/// All cases, by the id of their rule.
pub fn fixtures() -> Vec<(String, Fixture)> {
    let read = |(id, text): (String, String)| {
        let fixture = yaml_serde::from_str(&text).and_then(|mut value: yaml_serde::Value| {
            value.apply_merge()?;
            yaml_serde::from_value(value)
        });
        let fixture = fixture.unwrap_or_else(|error| panic!("rules/{id}.yaml: {error}"));
        (id, fixture)
    };
    super::files("rules", "yaml").into_iter().map(read).collect()
}
