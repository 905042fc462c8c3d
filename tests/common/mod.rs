//! What the tests share: a minimal valid object of each kind, the request around it, and what the policy says.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod fixtures;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use oke_virtual_nodes_policy::findings::Finding;
use oke_virtual_nodes_policy::lookups::{Cluster, Unanswered};
use oke_virtual_nodes_policy::policy::{self, Outcome};
use oke_virtual_nodes_policy::rule::Level;
use serde_json::{Map, Value, json};

/// A kind of object with a pod template.
pub struct Kind {
    pub group: &'static str,
    pub version: &'static str,
    pub name: &'static str,
    pub resource: &'static str,
    /// The keys from the object to the pod's spec.
    pub spec: &'static [&'static str],
}

const POD: &[&str] = &["spec"];
const TEMPLATE: &[&str] = &["spec", "template", "spec"];

const fn kind(
    group: &'static str,
    version: &'static str,
    name: &'static str,
    resource: &'static str,
    spec: &'static [&'static str],
) -> Kind {
    Kind { group, version, name, resource, spec }
}

/// Every kind with a pod template.
pub static KINDS: [Kind; 9] = [
    kind("", "v1", "Pod", "pods", POD),
    kind("apps", "v1", "Deployment", "deployments", TEMPLATE),
    kind("apps", "v1", "ReplicaSet", "replicasets", TEMPLATE),
    kind("apps", "v1", "StatefulSet", "statefulsets", TEMPLATE),
    kind("apps", "v1", "DaemonSet", "daemonsets", TEMPLATE),
    kind("batch", "v1", "Job", "jobs", TEMPLATE),
    kind("batch", "v1", "CronJob", "cronjobs", &["spec", "jobTemplate", "spec", "template", "spec"]),
    kind("", "v1", "ReplicationController", "replicationcontrollers", TEMPLATE),
    kind("", "v1", "PodTemplate", "podtemplates", &["template", "spec"]),
];

/// The kind of that name.
pub fn kind_named(name: &str) -> &'static Kind {
    KINDS.iter().find(|kind| kind.name == name).unwrap_or_else(|| panic!("no kind is called {name}"))
}

impl Kind {
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// The path of the pod's spec, as in `spec.template.spec`.
    pub fn path(&self) -> String {
        self.spec.join(".")
    }

    /// The path of the metadata of the pods.
    pub fn template_metadata(&self) -> String {
        let mut path = self.spec.to_vec();
        path.pop();
        path.push("metadata");
        path.join(".")
    }

    /// A minimal valid object of this kind, called `shop/web`, with the given pod spec.
    pub fn object(&self, spec: Value) -> Value {
        let mut object = json!({
            "apiVersion": self.api_version(),
            "kind": self.name,
            "metadata": {"name": "web", "namespace": "shop"},
        });
        let labels = json!({"app": "web"});
        match self.name {
            "Pod" => {}
            "PodTemplate" => object["template"] = json!({"metadata": {"labels": labels}}),
            "CronJob" => {
                object["spec"] = json!({"schedule": "@daily", "jobTemplate": {"metadata": {}, "spec": {"template": {"metadata": {}}}}});
            }
            "Job" => object["spec"] = json!({"template": {"metadata": {}}}),
            "ReplicationController" => {
                object["spec"] = json!({"selector": labels, "template": {"metadata": {"labels": labels}}});
            }
            _ => {
                object["spec"] = json!({
                    "selector": {"matchLabels": labels},
                    "template": {"metadata": {"labels": labels}},
                });
            }
        }
        if self.name == "StatefulSet" {
            object["spec"]["serviceName"] = json!("web");
        }
        *self.spec_of(&mut object) = spec;
        object
    }

    /// The pod's spec in an object of this kind.
    pub fn spec_of<'o>(&self, object: &'o mut Value) -> &'o mut Value {
        self.spec.iter().fold(object, |value, key| &mut value[*key])
    }
}

/// A container that no rule finds anything in.
pub fn good_container(name: &str) -> Value {
    json!({
        "name": name,
        "image": "registry.example.com/web:1",
        "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
    })
}

/// A pod spec that no rule finds anything in.
pub fn good_spec() -> Value {
    json!({"containers": [good_container("main")]})
}

/// A pod spec in which `host-pid` is found, which has no fix.
pub fn bad_spec() -> Value {
    let mut spec = good_spec();
    spec["hostPID"] = json!(true);
    spec
}

/// Writes each key of `patch` over the same key of `target`.
pub fn overlay(target: &mut Value, patch: &Value) {
    let patch = patch.as_object().unwrap_or_else(|| panic!("a patch is an object: {patch}"));
    if target.is_null() {
        *target = json!({});
    }
    let target = target.as_object_mut().expect("what is patched is an object");
    target.extend(patch.iter().map(|(key, value)| (key.clone(), value.clone())));
}

/// The request that creates `object`.
pub fn create(object: &Value) -> Value {
    let api_version = object["apiVersion"].as_str().unwrap_or_default();
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = object["kind"].as_str().unwrap_or_default();
    let mut request = Map::new();
    request.insert("uid".to_owned(), json!("00000000-0000-0000-0000-000000000001"));
    request.insert("kind".to_owned(), json!({"group": group, "version": version, "kind": kind}));
    request.insert(
        "resource".to_owned(),
        json!({"group": group, "version": version, "resource": format!("{}s", kind.to_lowercase())}),
    );
    for key in ["name", "namespace"] {
        if let Some(value) = object["metadata"].get(key).filter(|value| value.is_string()) {
            request.insert(key.to_owned(), value.clone());
        }
    }
    request.insert("operation".to_owned(), json!("CREATE"));
    request.insert("userInfo".to_owned(), json!({"username": "somebody"}));
    request.insert("object".to_owned(), object.clone());
    request.insert("oldObject".to_owned(), Value::Null);
    request.insert("dryRun".to_owned(), json!(false));
    request.insert("options".to_owned(), Value::Null);
    request.into()
}

/// The request that changes `old` to `object`.
pub fn update(object: &Value, old: &Value) -> Value {
    let mut request = create(object);
    request["operation"] = json!("UPDATE");
    request["oldObject"] = old.clone();
    request
}

/// What the host hands to `validate`.
pub fn payload(request: &Value, settings: &Value) -> String {
    json!({"request": request, "settings": settings}).to_string()
}

/// A finding, without ties to the request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub path: String,
    pub rule: &'static str,
    pub level: Level,
    pub container: Option<String>,
    pub text: String,
}

impl Found {
    /// The line in which people read it.
    pub fn line(&self) -> String {
        match &self.container {
            Some(name) => format!("{} {}: container \"{name}\" {}", self.rule, self.path, self.text),
            None => format!("{} {}: {}", self.rule, self.path, self.text),
        }
    }
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was accepted without a look.
    Accepted,
    /// It cannot be judged.
    Rejected(u16, String),
    /// It was judged: how the object is called, and the findings.
    Judged(String, Vec<Found>),
}

impl Verdict {
    /// The findings; none where there was no look. Panics if the request was not readable.
    pub fn findings(self) -> Vec<Found> {
        match self {
            Verdict::Accepted => Vec::new(),
            Verdict::Judged(_, findings) => findings,
            Verdict::Rejected(code, message) => panic!("rejected with {code}: {message}"),
        }
    }
}

/// What the policy says of a payload, before it is put into words.
pub fn judge(payload: &str) -> Verdict {
    judge_bytes(payload.as_bytes())
}

/// What the policy says of a payload in a cluster that holds these objects.
pub fn judge_in(cluster: &[Value], payload: &str) -> Verdict {
    judge_bytes_in(cluster, payload.as_bytes())
}

/// A cluster that holds these objects, as the host would answer for it.
pub struct Recorded<'o>(pub &'o [Value]);

impl Cluster for Recorded<'_> {
    fn ask(&self, capability: &str, question: &str) -> Result<Vec<u8>, Unanswered> {
        let question: Value = serde_json::from_str(question).expect("a question is JSON");
        let selector = question["label_selector"].as_str().unwrap_or_default();
        let is_selected = |object: &Value| {
            selector.split(',').filter(|term| !term.is_empty()).all(|term| {
                let (key, value) = term.split_once('=').map_or((term, None), |(key, value)| (key, Some(value)));
                let label = object["metadata"]["labels"][key].as_str();
                label.is_some() && (value.is_none() || label == value)
            })
        };
        let is_asked_for = |object: &&Value| {
            object["kind"] == question["kind"]
                && object["apiVersion"] == question["api_version"]
                && (question["namespace"].is_null() || object["metadata"]["namespace"] == question["namespace"])
                && (question["name"].is_null() || object["metadata"]["name"] == question["name"])
                && is_selected(object)
        };
        let found: Vec<_> = self.0.iter().filter(is_asked_for).collect();
        match capability {
            "get_resource" => found.first().map(|object| object.to_string().into_bytes()).ok_or(Unanswered::Missing),
            "list_resources_all" | "list_resources_by_namespace" => {
                Ok(json!({"items": found}).to_string().into_bytes())
            }
            capability => panic!("no host knows {capability}"),
        }
    }
}

/// What the policy says of bytes that need not even be text.
pub fn judge_bytes(payload: &[u8]) -> Verdict {
    judge_bytes_in(&[], payload)
}

fn judge_bytes_in(cluster: &[Value], payload: &[u8]) -> Verdict {
    let mut verdict = None;
    policy::answer(&Recorded(cluster), payload, &mut |outcome| {
        let answer = match outcome {
            Outcome::Accepted => Verdict::Accepted,
            Outcome::Rejected(code, message) => Verdict::Rejected(code, message),
            Outcome::Judged(judgement) => {
                Verdict::Judged(judgement.subject, judgement.findings.into_iter().map(found).collect())
            }
        };
        assert_eq!(verdict.replace(answer), None, "one answer to a request");
    });
    verdict.expect("an answer to a request")
}

fn found(finding: Finding<'_>) -> Found {
    Found {
        path: finding.place.path(),
        rule: finding.rule.id,
        level: finding.level,
        container: finding.container.map(str::to_owned),
        text: format!("{}; {}", finding.problem, finding.remedy),
    }
}

/// What the policy finds in a request.
pub fn findings(request: &Value, settings: &Value) -> Vec<Found> {
    findings_in(&[], request, settings)
}

/// What the policy finds in a request to a cluster that holds these objects.
pub fn findings_in(cluster: &[Value], request: &Value, settings: &Value) -> Vec<Found> {
    judge_in(cluster, &payload(request, settings)).findings()
}

/// Rules and paths of the findings in a request.
pub fn places(request: &Value, settings: &Value) -> Vec<(&'static str, String)> {
    findings(request, settings).into_iter().map(|found| (found.rule, found.path)).collect()
}

/// The response to a payload, as the host gets it.
pub fn validate(payload: &str) -> Value {
    validate_in(&[], payload)
}

/// The response to a payload in a cluster that holds these objects.
pub fn validate_in(cluster: &[Value], payload: &str) -> Value {
    validate_with(&Recorded(cluster), payload)
}

/// The response to a payload in any cluster.
pub fn validate_with(cluster: &dyn Cluster, payload: &str) -> Value {
    serde_json::to_value(policy::validate_in(cluster, payload.as_bytes())).expect("a response is JSON")
}

/// Findings of a request, after a check that the response says the same, in the form that is fixed for it.
pub fn findings_and_response(request: &Value, settings: &Value) -> Vec<Found> {
    findings_and_response_in(&[], request, settings)
}

/// The same, in a cluster that holds these objects.
pub fn findings_and_response_in(cluster: &[Value], request: &Value, settings: &Value) -> Vec<Found> {
    let payload = payload(request, settings);
    let verdict = judge_in(cluster, &payload);
    let response = validate_in(cluster, &payload);
    let (title, found) = match verdict {
        Verdict::Judged(title, found) => (title, found),
        Verdict::Accepted => {
            assert_eq!(response, json!({"accepted": true}), "{payload}");
            return Vec::new();
        }
        Verdict::Rejected(code, message) => panic!("rejected with {code}: {message}\n{payload}"),
    };
    let of = |level: Level| found.iter().filter(move |found| found.level == level);
    let denied: Vec<_> = of(Level::Deny).collect();
    let warnings: Vec<_> = of(Level::Warn).map(|found| cut(&found.line(), 256)).collect();
    let ids = |level: Level| {
        let mut ids: Vec<_> = of(level).map(|found| found.rule).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.join(",")
    };

    let mut expected = json!({"accepted": denied.is_empty()});
    if !denied.is_empty() {
        let problems = if denied.len() == 1 { "problem" } else { "problems" };
        let mut message = format!("{title} cannot run on OKE virtual nodes: {} {problems}", denied.len());
        for finding in &denied {
            message.push_str("\n- ");
            message.push_str(&finding.line());
        }
        expected["code"] = json!(403);
        expected["message"] = json!(message);
        expected["audit_annotations"]["denied"] = json!(ids(Level::Deny));
    } else if !warnings.is_empty() {
        expected["message"] = json!(warnings.join("\n"));
    }
    if !warnings.is_empty() {
        expected["warnings"] = json!(warnings);
        expected["audit_annotations"]["warned"] = json!(ids(Level::Warn));
    }
    assert_eq!(response, expected, "{payload}");
    found
}

/// The response to a request, as the host gets it.
pub fn answer(request: &Value, settings: &Value) -> Value {
    validate(&payload(request, settings))
}

/// The warnings of a response.
pub fn warnings(response: &Value) -> Vec<String> {
    let warnings = response["warnings"].as_array().into_iter().flatten();
    warnings.map(|warning| warning.as_str().expect("a warning is text").to_owned()).collect()
}

/// The message of a response.
pub fn message(response: &Value) -> &str {
    response["message"].as_str().unwrap_or_default()
}

/// The ids in an audit annotation of a response: `denied`, `warned`, `fixed` or `exempted`.
pub fn annotation<'r>(response: &'r Value, name: &str) -> &'r str {
    response["audit_annotations"][name].as_str().unwrap_or_default()
}

/// Panics with what is wrong, or with as much of it as can be read.
pub fn assert_nothing(wrong: &[String]) {
    let shown: Vec<_> = wrong.iter().take(40).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), shown.join("\n"));
}

/// A value from YAML.
pub fn yaml<T: serde::de::DeserializeOwned>(text: &str) -> T {
    yaml_serde::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The line, cut where Kubernetes would cut a warning.
pub fn cut(line: &str, most: usize) -> String {
    if line.len() <= most { line.to_owned() } else { format!("{}...", &line[..most - 3]) }
}

/// The request by which somebody connects to the pod `shop/web`: `exec`, `attach` or `portforward`.
pub fn connect(subresource: &str) -> Value {
    let kind = match subresource {
        "exec" => "PodExecOptions",
        "attach" => "PodAttachOptions",
        "portforward" => "PodPortForwardOptions",
        other => panic!("nobody connects by {other}"),
    };
    let mut request = create(&json!({"apiVersion": "v1", "kind": kind}));
    let patch = json!({
        "operation": "CONNECT",
        "name": "web",
        "namespace": "shop",
        "subResource": subresource,
        "resource": {"group": "", "version": "v1", "resource": "pods"},
    });
    overlay(&mut request, &patch);
    request
}

/// The ways to connect to a pod.
pub const CONNECTIONS: [&str; 3] = ["exec", "attach", "portforward"];

/// The recorded requests of `test_data/reviews`, by name.
pub fn reviews() -> BTreeMap<String, Value> {
    let mut reviews = BTreeMap::new();
    for (directory, prefix) in [("reviews", ""), ("reviews/mutating", "mutating/")] {
        for (name, text) in files(directory, "json") {
            let review: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            reviews.insert(format!("{prefix}{name}"), review["request"].clone());
        }
    }
    reviews
}

/// A file or directory in `test_data`.
pub fn test_data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data").join(path)
}

/// The files in a directory of `test_data`, sorted by name, with their text.
pub fn files(path: &str, extension: &str) -> Vec<(String, String)> {
    let directory = test_data(path);
    let entries = directory.read_dir().unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry of a directory").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| {
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        })
        .collect();
    files.sort();
    files
}
