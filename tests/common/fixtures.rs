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
//! `cluster` are the objects that can be looked up. The paths of `at` are those inside of what was planted, and whole ones
//! for `object`.
//!
//! Where the rule has a fix, `touches` are the fields that it may change: the end of their paths, `*` for any name. A case
//! of `fixes` is what the fix makes, in an object in which nothing else is found, and one of `unfixed` is what it leaves.
//! Such a case changes one thing: `pod`, `container`, `volume` or `metadata` (fields of those, in a Pod), or `service` (a
//! whole one). `around` is what else is there: fields of the `pod` and of its `container`. `fixed` is the change after the
//! fix, `warnings` are the whole lines of the fixes, or `starts` their beginnings and `says` words in them, and `rest` are
//! the beginnings of the lines of what the rule still finds then.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use super::policy::RULES;
use super::{KINDS, Kind, good_container, good_spec, overlay};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    pub strict: String,
    pub tolerant: String,
    #[serde(default)]
    pub fix: Option<String>,
    #[serde(default)]
    pub touches: Vec<String>,
    pub finds: Vec<Case>,
    pub misses: Vec<Case>,
    #[serde(default)]
    pub fixes: Vec<FixCase>,
    #[serde(default)]
    pub unfixed: Vec<FixCase>,
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

/// What a fix makes of an object, or leaves as it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixCase {
    pub name: String,
    pub pod: Option<Value>,
    pub container: Option<Value>,
    pub volume: Option<Value>,
    pub metadata: Option<Value>,
    pub service: Option<Value>,
    #[serde(default)]
    pub around: Around,
    pub fixed: Option<Value>,
    #[serde(default)]
    pub warnings: Vec<String>,
    #[serde(default)]
    pub starts: Vec<String>,
    #[serde(default)]
    pub says: Vec<String>,
    #[serde(default)]
    pub rest: Vec<String>,
    #[serde(default)]
    pub settings: Option<Value>,
    /// Nothing is found where fixes are off: the fix is an improvement.
    #[serde(default)]
    pub improves: bool,
    /// Nothing is found, and nothing fixed.
    #[serde(default)]
    pub silent: bool,
    /// The level where it is another one than the rule's.
    pub level: Option<String>,
}

/// What else is in the object of a [`FixCase`], before and after the fix.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Around {
    pub pod: Option<Value>,
    pub container: Option<Value>,
}

impl FixCase {
    /// The object of a kind before the fix.
    pub fn object(&self, kind: &Kind) -> Value {
        let changes = [&self.pod, &self.container, &self.volume, &self.metadata, &self.service];
        let mut changes = changes.into_iter().flatten();
        let (Some(change), None) = (changes.next(), changes.next()) else { panic!("{}: one change", self.name) };
        self.object_with(kind, change)
    }

    /// The object of a kind after the fix.
    pub fn fixed_object(&self, kind: &Kind) -> Value {
        self.object_with(kind, self.fixed.as_ref().unwrap_or_else(|| panic!("{}: what is fixed", self.name)))
    }

    fn object_with(&self, kind: &Kind, patch: &Value) -> Value {
        if self.service.is_some() {
            let mut metadata = json!({"name": "web", "namespace": "shop"});
            if let Some(annotations) = patch.pointer("/metadata/annotations") {
                metadata["annotations"] = annotations.clone();
            }
            return json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": patch["spec"]});
        }
        let mut spec = good_spec();
        for (fields, is_container) in [(&self.around.pod, false), (&self.around.container, true)] {
            if let Some(fields) = fields {
                overlay(if is_container { &mut spec["containers"][0] } else { &mut spec }, fields);
            }
        }
        if self.pod.is_some() {
            overlay(&mut spec, patch);
        } else if self.container.is_some() {
            overlay(&mut spec["containers"][0], patch);
        } else if self.volume.is_some() {
            spec["volumes"] = json!([patch]);
        }
        let mut object = kind.object(spec);
        if self.metadata.is_some() {
            let metadata = kind.template_metadata();
            overlay(metadata.split('.').fold(&mut object, |value, key| &mut value[key]), patch);
        }
        object
    }

    /// The settings of the case with `more` of them.
    pub fn settings(&self, more: &Value) -> Value {
        let mut settings = self.settings.clone().unwrap_or_else(|| json!({}));
        overlay(&mut settings, more);
        settings
    }
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

impl Fixture {
    /// Those in which the rule finds something, and then those in which it must not.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.finds.iter().chain(&self.misses)
    }
}

impl Case {
    /// The settings of the case; none by default.
    pub fn settings(&self) -> Value {
        self.settings.clone().unwrap_or_else(|| json!({}))
    }

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

/// The fields that the fix of each rule may touch, by the rule's id, each as the steps of the end of its path.
static TOUCHED: LazyLock<BTreeMap<String, Vec<Vec<String>>>> = LazyLock::new(|| {
    let touched = |fixture: Fixture| fixture.touches.iter().map(|path| steps(path)).collect();
    fixtures().into_iter().map(|(id, fixture)| (id, touched(fixture))).collect()
});

/// Whether the fix of a rule may touch the field at a path.
pub fn may_touch(id: &str, path: &str) -> bool {
    let steps = steps(path);
    let is_end = |field: &Vec<String>| {
        let start = steps.len().checked_sub(field.len());
        start.is_some_and(|start| field.iter().zip(&steps[start..]).all(|(field, step)| field == "*" || field == step))
    };
    TOUCHED.get(id).unwrap_or_else(|| panic!("no cases of {id}")).iter().any(is_end)
}

/// The names in a path such as `spec.volumes[0].name` or `metadata.annotations["example.com/a"]`, without indices.
fn steps(path: &str) -> Vec<String> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some((name, after)) = rest.strip_prefix("[\"").and_then(|rest| rest.split_once("\"]")) {
            steps.push(name.to_owned());
            rest = after;
        } else if let Some((_, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            rest = after;
        } else {
            let bare = rest.strip_prefix('.').unwrap_or(rest);
            let end = bare.find(['.', '[']).unwrap_or(bare.len());
            steps.push(bare[..end].to_owned());
            rest = &bare[end..];
        }
    }
    steps
}
