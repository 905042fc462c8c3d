//! Discovery: which of the wanted resources the cluster serves, and in which version.

use serde::Deserialize;

use super::api::{Api, JSON, Problem};

/// Asks for everything at once; servers before Kubernetes 1.27 answer in the older form.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// A resource that the cluster serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version that the API server prefers.
    pub version: String,
    /// The plural name.
    pub name: String,
    /// The kind.
    pub kind: String,
    /// Whether its objects are in namespaces.
    pub is_namespaced: bool,
}

impl Resource {
    /// The `apiVersion` of its objects.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Its name as kubectl and RBAC's messages have it: `deployments.apps`.
    pub fn title(&self) -> String {
        if self.group.is_empty() { self.name.clone() } else { format!("{}.{}", self.name, self.group) }
    }

    /// The path of its objects: all of them, or those of a namespace.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        let version = self.api_version();
        match namespace {
            Some(namespace) => format!("{root}/{version}/namespaces/{}/{}", super::encode(namespace), self.name),
            None => format!("{root}/{version}/{}", self.name),
        }
    }
}

/// The resources that the cluster serves and that can be listed, of which `is_wanted` is true: group, resource and kind.
/// `is_group_wanted` says of which groups there may be any.
///
/// # Errors
/// If the cluster does not say what it serves.
pub fn discover(
    api: &Api,
    is_group_wanted: impl Fn(&str) -> bool,
    is_wanted: impl Fn(&Resource) -> bool,
) -> Result<Vec<Resource>, Problem> {
    let mut found: Vec<Resource> = Vec::new();
    for root in ["/api", "/apis"] {
        let answer = api.get_whole(root, AGGREGATED, check)?;
        let answer: Answer = parse(&answer)?;
        let resources = match answer.kind.as_str() {
            "APIGroupDiscoveryList" => answer.items.into_iter().flat_map(Group::resources).collect(),
            _ => one_by_one(api, answer, &is_group_wanted)?,
        };
        for resource in resources {
            // The preferred version comes first.
            let is_known = |known: &Resource| known.group == resource.group && known.name == resource.name;
            if is_wanted(&resource) && !found.iter().any(is_known) {
                found.push(resource);
            }
        }
    }
    Ok(found)
}

/// Asks for each version of the wanted groups.
fn one_by_one(api: &Api, answer: Answer, is_group_wanted: &impl Fn(&str) -> bool) -> Result<Vec<Resource>, Problem> {
    let core = answer.versions.into_iter().map(|version| (String::new(), version, "/api"));
    let groups = answer.groups.into_iter().filter(|group| is_group_wanted(&group.name)).flat_map(|group| {
        let preferred = group.preferred_version.map(|version| version.version);
        let mut versions: Vec<String> = group.versions.into_iter().map(|version| version.version).collect();
        versions.sort_by_key(|version| preferred.as_ref() != Some(version));
        versions.into_iter().map(move |version| (group.name.clone(), version, "/apis"))
    });
    let mut found = Vec::new();
    for (group, version, root) in core.chain(groups) {
        let path = if group.is_empty() { format!("{root}/{version}") } else { format!("{root}/{group}/{version}") };
        let list: List = parse(&api.get_whole(&path, JSON, check)?)?;
        let listed = list.resources.into_iter().filter(|resource| resource.verbs.iter().any(|verb| verb == "list"));
        found.extend(listed.map(|resource| Resource {
            group: group.clone(),
            version: version.clone(),
            name: resource.name,
            kind: resource.kind,
            is_namespaced: resource.namespaced,
        }));
    }
    Ok(found)
}

fn check(text: &str) -> Result<(), String> {
    serde_json::from_str::<serde::de::IgnoredAny>(text).map(|_| ()).map_err(|_| BROKEN.to_owned())
}

const BROKEN: &str = "the API server's list of what it serves isn't whole JSON";

fn parse<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|_| Problem::Other(BROKEN.to_owned()))
}

/// Any of the three answers: aggregated, of the core group, of the other groups.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    items: Vec<Group>,
    #[serde(default)]
    versions: Vec<String>,
    #[serde(default)]
    groups: Vec<OldGroup>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: Name,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Default, Deserialize)]
struct Name {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
    #[serde(default)]
    resources: Vec<Served>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Served {
    resource: String,
    response_kind: Option<Kind>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    verbs: Vec<String>,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(default)]
    kind: String,
}

impl Group {
    fn resources(self) -> Vec<Resource> {
        let group = self.metadata.name;
        let of_version = |version: Version| {
            let group = group.clone();
            let listed = version.resources.into_iter().filter(|served| served.verbs.iter().any(|verb| verb == "list"));
            listed.map(move |served| Resource {
                group: group.clone(),
                version: version.version.clone(),
                name: served.resource,
                kind: served.response_kind.map(|kind| kind.kind).unwrap_or_default(),
                is_namespaced: served.scope == "Namespaced",
            })
        };
        self.versions.into_iter().flat_map(of_version).collect()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OldGroup {
    name: String,
    #[serde(default)]
    versions: Vec<OldVersion>,
    preferred_version: Option<OldVersion>,
}

#[derive(Deserialize)]
struct OldVersion {
    version: String,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    resources: Vec<OldServed>,
}

#[derive(Deserialize)]
struct OldServed {
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    namespaced: bool,
    #[serde(default)]
    verbs: Vec<String>,
}
