//! Settings from a file: either the settings themselves or a policy's manifest, which also says what it is asked about.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::node::{Node, Value};
use crate::{input, yaml};

/// The group of Kubewarden's policies.
const GROUP: &str = "policies.kubewarden.io/";

/// The label that every namespace has, with its name as the value.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// What a settings file holds.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The policy's settings, `{}` if there are none.
    pub settings: Box<RawValue>,
    /// The policy that they are of; `None` of a file that holds nothing but settings.
    pub policy: Option<Policy>,
}

/// The manifest of a ClusterAdmissionPolicy or an AdmissionPolicy, as far as it says what the policy is asked about.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The namespace of an AdmissionPolicy, which is not asked about any other.
    pub namespace: Option<String>,
    spec: Spec,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    settings: Option<Box<RawValue>>,
    namespace_selector: Option<Selector>,
    object_selector: Option<Selector>,
    #[serde(default)]
    rules: Vec<Rule>,
    match_policy: Option<String>,
    #[serde(default)]
    match_conditions: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Rule {
    operations: Vec<String>,
    api_groups: Vec<String>,
    api_versions: Vec<String>,
    resources: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Selector {
    match_labels: BTreeMap<String, String>,
    match_expressions: Vec<Requirement>,
}

#[derive(Debug, Clone, Deserialize)]
struct Requirement {
    key: String,
    operator: String,
    #[serde(default)]
    values: Vec<String>,
}

/// Labels of an object or a namespace.
pub type Labels = BTreeMap<String, String>;

/// The object that a policy may be asked about when it is created.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// The API group; empty for the core group.
    pub group: &'r str,
    /// The version.
    pub version: &'r str,
    /// The plural name of the kind, as in rules.
    pub resource: &'r str,
    /// The name, if there is one.
    pub name: Option<&'r str>,
    /// The namespace; `None` of an object outside of namespaces.
    pub namespace: Option<&'r str>,
    /// The labels of the object.
    pub labels: &'r Labels,
    /// The labels of its namespace; `None` if the namespace is not among the manifests.
    pub namespace_labels: Option<&'r Labels>,
}

/// Whether a policy is asked about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It is.
    Yes,
    /// None of its rules names the resource.
    NotByRules,
    /// Its selector leaves the namespace out, or it is a policy of another namespace.
    NotByNamespace,
    /// Its selector leaves the object out.
    NotByObject,
    /// It depends on these labels of the namespace, which are not known. The object is judged.
    Unknown(Vec<String>),
}

impl Settings {
    /// Reads a settings file, YAML or JSON. Of several policies in it, that of the name `policy_name` is taken.
    ///
    /// # Errors
    /// If it cannot be read, holds neither settings nor a policy, or several policies of which none is chosen.
    pub fn read(path: &Path, policy_name: Option<&str>) -> Result<Self> {
        let origin = format!("the settings file {}", path.display());
        let bytes = input::read_file(path).map_err(|reason| anyhow!("{origin}: {reason}"))?;
        let (text, _) = input::decode(bytes).map_err(|error| anyhow!("{origin}: {}", error.reason))?;
        Self::parse(&text, &origin, policy_name)
    }

    /// Reads the settings in a text. `origin` says where the text comes from, for errors.
    ///
    /// # Errors
    /// Those of [`Settings::read`].
    pub fn parse(text: &str, origin: &str, policy_name: Option<&str>) -> Result<Self> {
        let documents = yaml::load(text, 1)
            .map_err(|error| anyhow!("{origin} is not YAML: line {}, column {}: {error}", error.line, error.column))?;
        let documents: Vec<&Node> =
            documents.iter().map(|node| &**node).filter(|node| !matches!(node.value, Value::Null)).collect();
        let objects: Vec<&Node> = documents.iter().flat_map(|node| objects(node)).collect();
        let policies = objects.iter().filter(|node| is_policy(node)).map(|node| Policy::of(node, origin));
        let policies = policies.collect::<Result<Vec<_>>>()?;
        if !policies.is_empty() {
            return choose(policies, origin, policy_name);
        }
        if let Some(name) = policy_name {
            bail!("{origin} holds no policy, and so none of the name `{name}`");
        }
        match documents.as_slice() {
            [] => Self::plain("{}".to_owned()),
            [document] if document.text_of("apiVersion").is_some() && document.get("kind").is_some() => bail!(
                "{origin} holds a {}, and neither settings nor a ClusterAdmissionPolicy or AdmissionPolicy",
                document.text_of("kind").unwrap_or("Kubernetes object")
            ),
            [document] if matches!(document.value, Value::Mapping(_)) => Self::plain(document.to_json()),
            [document] => bail!("{origin} holds {}, but settings are an object", document.value.type_name()),
            _ => bail!("{origin} holds several documents, but settings are one object"),
        }
    }

    fn plain(settings: String) -> Result<Self> {
        Ok(Self { settings: RawValue::from_string(settings)?, policy: None })
    }
}

/// A document, or the items of a list.
fn objects(node: &Node) -> Vec<&Node> {
    let items = node.get("items").and_then(|items| items.items());
    match items {
        Some(items) if node.text_of("kind").is_some_and(|kind| kind.ends_with("List")) => {
            items.iter().map(|item| &**item).collect()
        }
        _ => vec![node],
    }
}

fn is_policy(node: &Node) -> bool {
    let kind = node.text_of("kind").unwrap_or_default();
    node.text_of("apiVersion").is_some_and(|version| version.starts_with(GROUP))
        && ["ClusterAdmissionPolicy", "AdmissionPolicy"].contains(&kind)
}

fn choose(policies: Vec<Policy>, origin: &str, policy_name: Option<&str>) -> Result<Settings> {
    let names: Vec<String> = policies.iter().map(|policy| format!("`{}`", policy.name)).collect();
    let names = names.join(", ");
    let mut chosen: Vec<Policy> =
        policies.into_iter().filter(|policy| policy_name.is_none_or(|name| policy.name == name)).collect();
    let (Some(mut policy), true) = (chosen.pop(), chosen.is_empty()) else {
        bail!("{origin} holds the policies {names}; choose one of them with --policy-name");
    };
    let settings = match policy.spec.settings.take().filter(|settings| settings.get() != "null") {
        Some(settings) => settings,
        None => RawValue::from_string("{}".to_owned())?,
    };
    Ok(Settings { settings, policy: Some(policy) })
}

impl Policy {
    fn of(node: &Node, origin: &str) -> Result<Self> {
        let metadata = |key| node.get("metadata").and_then(|metadata| metadata.text_of(key)).map(str::to_owned);
        let name = metadata("name").unwrap_or_default();
        let kind = node.text_of("kind").unwrap_or_default().to_owned();
        let spec = match node.get("spec") {
            Some(spec) => serde_json::from_str(&spec.to_json()).map_err(|error| {
                anyhow!("{origin}: the spec of the policy `{name}` cannot be read: {}", short(&error))
            })?,
            None => Spec::default(),
        };
        let is_namespaced = kind == "AdmissionPolicy";
        let namespace = is_namespaced.then(|| metadata("namespace").unwrap_or_else(|| "default".to_owned()));
        Ok(Self { kind, name, namespace, spec })
    }

    /// Whether the policy has conditions in CEL, which are not evaluated: it may be asked about less.
    #[must_use]
    pub fn has_conditions(&self) -> bool {
        !self.spec.match_conditions.is_empty()
    }

    /// Whether the policy is asked when this object is created.
    #[must_use]
    pub fn is_asked(&self, request: &Request<'_>) -> Asked {
        let is_exact = self.spec.match_policy.as_deref() == Some("Exact");
        if !self.spec.rules.iter().any(|rule| rule.names(request, is_exact)) {
            return Asked::NotByRules;
        }
        if self.namespace.is_some() && self.namespace.as_deref() != request.namespace {
            return Asked::NotByNamespace;
        }
        let object = self.spec.object_selector.as_ref();
        if object.is_some_and(|selector| {
            selector.selects(&Known { labels: request.labels, name: None }, true) == Some(false)
        }) {
            return Asked::NotByObject;
        }
        let Some(selector) = &self.spec.namespace_selector else { return Asked::Yes };
        let is_namespace = request.group.is_empty() && request.resource == "namespaces";
        // Of other objects outside of namespaces the API server asks always.
        if request.namespace.is_none() && !is_namespace {
            return Asked::Yes;
        }
        let none = Labels::new();
        let (labels, name) = match is_namespace {
            true => (Some(request.labels), request.name),
            false => (request.namespace_labels, request.namespace),
        };
        match selector.selects(&Known { labels: labels.unwrap_or(&none), name }, labels.is_some()) {
            Some(true) => Asked::Yes,
            Some(false) => Asked::NotByNamespace,
            None => Asked::Unknown(selector.keys()),
        }
    }
}

/// An error of serde without the place in a text that nobody sees.
fn short(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(text, _)| text.to_owned())
}

impl Rule {
    fn names(&self, request: &Request<'_>, is_exact: bool) -> bool {
        let has = |list: &[String], value: &str| list.iter().any(|one| one == "*" || one == value);
        // Unless told otherwise, the API server asks about an object in any version of it.
        let version = !is_exact || has(&self.api_versions, request.version);
        let resource = self.resources.iter().any(|one| one == "*" || one == "*/*" || one == request.resource);
        version && resource && has(&self.api_groups, request.group) && has(&self.operations, "CREATE")
    }
}

/// What is known of labels.
struct Known<'k> {
    labels: &'k Labels,
    /// The name of the namespace that they are of.
    name: Option<&'k str>,
}

impl Known<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        let name = self.name.filter(|_| key == NAME_LABEL);
        name.or_else(|| self.labels.get(key).map(String::as_str))
    }
}

impl Selector {
    /// Whether labels fit; `None` if that depends on labels that are not known. `is_whole` says that there are no others.
    fn selects(&self, known: &Known<'_>, is_whole: bool) -> Option<bool> {
        let labels = self.match_labels.iter().map(|(key, value)| {
            let found = known.get(key);
            (found.is_some() || is_whole).then(|| found == Some(value.as_str()))
        });
        let expressions = self.match_expressions.iter().map(|requirement| {
            let found = known.get(&requirement.key);
            (found.is_some() || is_whole).then(|| requirement.holds(found))
        });
        let mut all = Some(true);
        for one in labels.chain(expressions) {
            match one {
                Some(false) => return Some(false),
                Some(true) => {}
                None => all = None,
            }
        }
        all
    }

    fn keys(&self) -> Vec<String> {
        let expressions = self.match_expressions.iter().map(|requirement| &requirement.key);
        self.match_labels.keys().chain(expressions).filter(|key| *key != NAME_LABEL).cloned().collect()
    }
}

impl Requirement {
    fn holds(&self, found: Option<&str>) -> bool {
        let is_in = found.is_some_and(|found| self.values.iter().any(|value| value == found));
        match self.operator.as_str() {
            "In" => is_in,
            "NotIn" => !is_in,
            "Exists" => found.is_some(),
            "DoesNotExist" => found.is_none(),
            // The API server takes no other; to be asked is the safe answer.
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Labels {
        text.split(',').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key.into(), value.into())).collect()
    }

    fn policy(text: &str) -> Policy {
        Settings::parse(text, "f", None).unwrap().policy.unwrap()
    }

    const PODS: &str = "rules: [{apiGroups: [''], apiVersions: [v1], resources: [pods], operations: [CREATE]}]";

    fn manifest(spec: &str) -> String {
        format!(
            "apiVersion: policies.kubewarden.io/v1\nkind: ClusterAdmissionPolicy\nmetadata: {{name: p}}\nspec:\n  {spec}\n"
        )
    }

    /// Whether a policy is asked about a Pod in a namespace with these labels.
    fn about_pod(policy: &Policy, namespace: &str, namespace_labels: Option<&str>) -> Asked {
        let namespace_labels = namespace_labels.map(labels);
        policy.is_asked(&Request {
            group: "",
            version: "v1",
            resource: "pods",
            name: Some("p"),
            namespace: Some(namespace),
            labels: &labels("app=web"),
            namespace_labels: namespace_labels.as_ref(),
        })
    }

    #[test]
    fn settings_stand_alone_or_in_a_policy() {
        let settings = |text: &str| Settings::parse(text, "f", None).map(|settings| settings.settings.get().to_owned());
        assert_eq!(settings("profile: tolerant").unwrap(), r#"{"profile":"tolerant"}"#);
        assert_eq!(settings("# nothing\n---\n").unwrap(), "{}");
        let spec = format!("settings: {{mutate: safe}}\n  {PODS}");
        assert_eq!(settings(&manifest(&spec)).unwrap(), r#"{"mutate":"safe"}"#);
        assert_eq!(settings(&manifest(PODS)).unwrap(), "{}");
        assert_eq!(settings(&manifest(&format!("settings: null\n  {PODS}"))).unwrap(), "{}");
        let list = "apiVersion: v1\nkind: List\nitems: [{apiVersion: policies.kubewarden.io/v1, kind: AdmissionPolicy, \
                    spec: {settings: {a: 1}}}]";
        assert_eq!(settings(list).unwrap(), r#"{"a":1}"#);
        for (text, expected) in [
            ("[1]", "f holds a list, but settings are an object"),
            ("a: 1\n---\nb: 2", "f holds several documents, but settings are one object"),
            (
                "apiVersion: v1\nkind: Pod",
                "f holds a Pod, and neither settings nor a ClusterAdmissionPolicy or AdmissionPolicy",
            ),
            ("a: [", "f is not YAML: line 1, column 4: it is cut off: unclosed bracket '['"),
        ] {
            assert_eq!(settings(text).unwrap_err().to_string(), expected, "{text}");
        }
        let wrong = settings(&manifest("rules: [{resources: pods}]")).unwrap_err().to_string();
        assert_eq!(
            wrong,
            "f: the spec of the policy `p` cannot be read: invalid type: string \"pods\", expected a sequence"
        );
    }

    #[test]
    fn one_of_several_policies_is_chosen_by_its_name() {
        let text = format!(
            "{}---\n{}",
            manifest("settings: {a: 1}"),
            manifest("settings: {a: 2}").replace("name: p", "name: q")
        );
        let read =
            |name: Option<&str>| Settings::parse(&text, "f", name).map(|settings| settings.settings.get().to_owned());
        assert_eq!(read(Some("q")).unwrap(), r#"{"a":2}"#);
        let several = "f holds the policies `p`, `q`; choose one of them with --policy-name";
        assert_eq!(read(None).unwrap_err().to_string(), several);
        assert_eq!(read(Some("r")).unwrap_err().to_string(), several);
        let none = Settings::parse("a: 1", "f", Some("p")).unwrap_err().to_string();
        assert_eq!(none, "f holds no policy, and so none of the name `p`");
    }

    #[test]
    fn rules_say_what_a_policy_is_asked_about() {
        let about = |rule: &str, group: &str, version: &str, resource: &str| {
            let policy = policy(&manifest(&format!("rules: [{rule}]")));
            let labels = Labels::new();
            let request = Request {
                group,
                version,
                resource,
                name: None,
                namespace: Some("shop"),
                labels: &labels,
                namespace_labels: None,
            };
            policy.is_asked(&request)
        };
        let apps = "{apiGroups: [apps], apiVersions: [v1], resources: [deployments, statefulsets/scale], operations: [CREATE, UPDATE]}";
        assert_eq!(about(apps, "apps", "v1", "deployments"), Asked::Yes);
        assert_eq!(about(apps, "apps", "v1beta1", "deployments"), Asked::Yes);
        assert_eq!(about(apps, "apps", "v1", "statefulsets"), Asked::NotByRules);
        assert_eq!(about(apps, "batch", "v1", "deployments"), Asked::NotByRules);
        let all = "{apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*']}";
        assert_eq!(about(all, "batch", "v1", "jobs"), Asked::Yes);
        assert_eq!(about(&all.replace("['*']}", "[UPDATE]}"), "batch", "v1", "jobs"), Asked::NotByRules);
        let exact = policy(&manifest(&format!("matchPolicy: Exact\n  rules: [{apps}]")));
        let labels = Labels::new();
        let request = Request {
            group: "apps",
            version: "v1beta1",
            resource: "deployments",
            name: None,
            namespace: None,
            labels: &labels,
            namespace_labels: None,
        };
        assert_eq!(exact.is_asked(&request), Asked::NotByRules);
    }

    #[test]
    fn selectors_say_which_namespaces_and_objects() {
        let with = |selector: &str| policy(&manifest(&format!("{PODS}\n  namespaceSelector: {selector}")));
        let not_system =
            with("{matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system]}]}");
        assert_eq!(about_pod(&not_system, "shop", None), Asked::Yes);
        assert_eq!(about_pod(&not_system, "kube-system", None), Asked::NotByNamespace);
        let team = with("{matchLabels: {team: a}}");
        assert_eq!(about_pod(&team, "shop", Some("team=a")), Asked::Yes);
        assert_eq!(about_pod(&team, "shop", Some("team=b")), Asked::NotByNamespace);
        assert_eq!(about_pod(&team, "shop", Some("")), Asked::NotByNamespace);
        assert_eq!(about_pod(&team, "shop", None), Asked::Unknown(vec!["team".to_owned()]));
        let both = with(
            "{matchLabels: {team: a}, matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [x]}]}",
        );
        assert_eq!(about_pod(&both, "shop", None), Asked::NotByNamespace);
        for (operator, with_label, without) in
            [("Exists", Asked::Yes, Asked::NotByNamespace), ("DoesNotExist", Asked::NotByNamespace, Asked::Yes)]
        {
            let policy = with(&format!("{{matchExpressions: [{{key: a, operator: {operator}}}]}}"));
            assert_eq!(about_pod(&policy, "shop", Some("a=")), with_label);
            assert_eq!(about_pod(&policy, "shop", Some("b=c")), without);
        }
        let objects = policy(&manifest(&format!("{PODS}\n  objectSelector: {{matchLabels: {{app: web}}}}")));
        assert_eq!(about_pod(&objects, "shop", None), Asked::Yes);
        let others = policy(&manifest(&format!("{PODS}\n  objectSelector: {{matchLabels: {{app: db}}}}")));
        assert_eq!(about_pod(&others, "shop", None), Asked::NotByObject);
    }

    #[test]
    fn a_policy_of_a_namespace_is_asked_about_no_other() {
        let text = manifest(PODS)
            .replace("ClusterAdmissionPolicy", "AdmissionPolicy")
            .replace("{name: p}", "{name: p, namespace: shop}");
        let policy = policy(&text);
        assert_eq!(about_pod(&policy, "shop", None), Asked::Yes);
        assert_eq!(about_pod(&policy, "other", None), Asked::NotByNamespace);
    }

    #[test]
    fn objects_outside_of_namespaces_are_always_asked_about() {
        let rules = "rules: [{apiGroups: [''], apiVersions: [v1], resources: [namespaces, persistentvolumes], operations: [CREATE]}]";
        let policy = policy(&manifest(&format!("{rules}\n  namespaceSelector: {{matchLabels: {{team: a}}}}")));
        let about = |resource: &str, own: &str| {
            let labels = labels(own);
            policy.is_asked(&Request {
                group: "",
                version: "v1",
                resource,
                name: Some("n"),
                namespace: None,
                labels: &labels,
                namespace_labels: None,
            })
        };
        assert_eq!(about("persistentvolumes", ""), Asked::Yes);
        assert_eq!(about("namespaces", "team=a"), Asked::Yes);
        assert_eq!(about("namespaces", "team=b"), Asked::NotByNamespace);
        let named = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}";
        let policy = self::policy(&manifest(&format!("{rules}\n  {named}")));
        let labels = Labels::new();
        let resource = "namespaces";
        let namespace = |name| Request {
            group: "",
            version: "v1",
            resource,
            name: Some(name),
            namespace: None,
            labels: &labels,
            namespace_labels: None,
        };
        assert_eq!(policy.is_asked(&namespace("other")), Asked::Yes);
        assert_eq!(policy.is_asked(&namespace("n")), Asked::NotByNamespace);
    }

    #[test]
    fn the_policies_of_the_repository_are_taken() {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
        for (file, name) in [("virtual.yaml", None), ("mixed.yaml", None), ("mutating.yaml", Some("oke-virtual-nodes"))]
        {
            let settings = Settings::read(&deploy.join(file), name).unwrap();
            let policy = settings.policy.unwrap();
            assert!(settings.settings.get().contains("profile"), "{file}");
            assert_eq!(about_pod(&policy, "shop", None), Asked::Yes, "{file}");
            assert_eq!(about_pod(&policy, "kube-system", None), Asked::NotByNamespace, "{file}");
        }
    }
}
