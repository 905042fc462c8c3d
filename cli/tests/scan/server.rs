//! A stand-in for an API server: lists in pages, tables, discovery and whatever goes wrong with them, over real HTTP.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tiny_http::{Header, Response, Server};

/// What goes wrong with the list of a resource.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It is refused, from the page of this number on.
    Forbidden { page: usize },
    /// So many answers of the page of this number are cut off.
    Cut { page: usize, times: usize },
    /// The page of this number comes late.
    Slow { page: usize, by: Duration },
    /// The list expires once before the page of this number; with a token to go on, or without.
    Expired { page: usize, token: bool },
}

/// What is in the cluster.
#[derive(Default)]
pub struct Cluster {
    /// The objects by the path of their list, such as `/apis/apps/v1/deployments`.
    pub objects: BTreeMap<String, Vec<Value>>,
    /// What goes wrong, by the same path.
    pub faults: BTreeMap<String, Fault>,
    /// Whether it is older than aggregated discovery.
    pub is_old: bool,
    /// The token that requests must have.
    pub token: Option<String>,
    /// Custom resources beside the usual ones: group, version, resource, kind.
    pub custom: Vec<[&'static str; 4]>,
}

/// A request that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    pub url: String,
    pub accept: String,
}

/// An API server that runs until it is dropped.
pub struct Stand {
    pub url: String,
    server: Arc<Server>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Stand {
    pub fn new(cluster: Cluster) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let url = format!("http://{}", server.server_addr().to_ip().unwrap());
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let cluster = Arc::new(Mutex::new(cluster));
        for _ in 0..4 {
            let (server, asked, cluster) = (Arc::clone(&server), Arc::clone(&asked), Arc::clone(&cluster));
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    let accept = header(&request, "Accept");
                    let url = request.url().to_owned();
                    let method = request.method().to_string();
                    asked.lock().unwrap().push(Asked { method, url: url.clone(), accept: accept.clone() });
                    let token = header(&request, "Authorization");
                    let reply = cluster.lock().unwrap().reply(&url, &accept, &token);
                    thread::sleep(reply.delay);
                    let json = Header::from_bytes("Content-Type", "application/json").unwrap();
                    let response = Response::from_string(reply.body).with_status_code(reply.status).with_header(json);
                    let _ = request.respond(response);
                }
            });
        }
        Self { url, server, asked }
    }

    /// The requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The requests for a path, with their queries.
    pub fn asked_for(&self, path: &str) -> Vec<String> {
        let is_it = |asked: &Asked| asked.url.split('?').next() == Some(path);
        self.asked().into_iter().filter(is_it).map(|asked| asked.url).collect()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        for _ in 0..4 {
            self.server.unblock();
        }
    }
}

fn header(request: &tiny_http::Request, name: &'static str) -> String {
    let found = request.headers().iter().find(|header| header.field.equiv(name));
    found.map(|header| header.value.to_string()).unwrap_or_default()
}

struct Reply {
    status: u16,
    body: String,
    delay: Duration,
}

fn reply(status: u16, body: &Value) -> Reply {
    Reply { status, body: body.to_string(), delay: Duration::ZERO }
}

fn failure(status: u16, message: &str) -> Reply {
    reply(
        status,
        &json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": status}),
    )
}

/// Version, resource, kind, and whether it is in namespaces.
const SERVED: &[(&str, &str, &str, &str, bool)] = &[
    ("", "v1", "pods", "Pod", true),
    ("", "v1", "services", "Service", true),
    ("", "v1", "secrets", "Secret", true),
    ("", "v1", "configmaps", "ConfigMap", true),
    ("", "v1", "namespaces", "Namespace", false),
    ("", "v1", "nodes", "Node", false),
    ("", "v1", "persistentvolumes", "PersistentVolume", false),
    ("apps", "v1", "deployments", "Deployment", true),
    ("apps", "v1", "replicasets", "ReplicaSet", true),
    ("batch", "v1", "jobs", "Job", true),
    ("policies.kubewarden.io", "v1", "clusteradmissionpolicies", "ClusterAdmissionPolicy", false),
];

impl Cluster {
    fn served(&self) -> Vec<(&'static str, &'static str, &'static str, &'static str, bool)> {
        let custom =
            self.custom.iter().map(|[group, version, resource, kind]| (*group, *version, *resource, *kind, true));
        SERVED.iter().copied().chain(custom).collect()
    }

    fn reply(&mut self, url: &str, accept: &str, token: &str) -> Reply {
        if self.token.as_ref().is_some_and(|expected| token != format!("Bearer {expected}")) {
            return failure(401, "Unauthorized");
        }
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let query: BTreeMap<&str, String> =
            query.split('&').filter_map(|pair| pair.split_once('=')).map(decoded).collect();
        if let Some(reply) = self.discovery(path, accept) {
            return reply;
        }
        // A list of a namespace, a list of all, or one object.
        let (list, namespace, name) = parts(path);
        let Some(objects) = self.objects.get(&list) else {
            let is_served = self.served().iter().any(|served| list.ends_with(&format!("/{}", served.2)));
            return if is_served && name.is_none() {
                reply(200, &json!({"kind": "List", "items": []}))
            } else {
                failure(404, "not found")
            };
        };
        let is_there = |object: &&Value| {
            namespace.as_ref().is_none_or(|namespace| object["metadata"]["namespace"] == *namespace)
                && name.as_ref().is_none_or(|name| object["metadata"]["name"] == *name)
                && query.get("labelSelector").is_none_or(|selector| has_label(object, selector))
        };
        let mut found = objects.iter().filter(is_there);
        if name.is_some() {
            return found.next().map_or_else(|| failure(404, "not found"), |object| reply(200, object));
        }
        let limit: usize = query.get("limit").map_or(usize::MAX, |limit| limit.parse().unwrap());
        let start: usize = query.get("continue").map_or(0, |token| token.parse().unwrap());
        let items: Vec<&Value> = found.by_ref().skip(start).take(limit).collect();
        let next = if found.next().is_some() { (start + limit).to_string() } else { String::new() };
        let page = page(&items, &next, accept);
        self.with_faults(&list, start, limit, page)
    }

    /// A page of a list, or what goes wrong with it.
    fn with_faults(&mut self, list: &str, start: usize, limit: usize, mut page: Reply) -> Reply {
        let number = start / limit + 1;
        match self.faults.get_mut(list) {
            Some(Fault::Forbidden { page: from }) if number >= *from => {
                return failure(403, "User \"jane\" cannot list resource at the cluster scope");
            }
            Some(Fault::Cut { page: at, times }) if number == *at && *times > 0 => {
                *times -= 1;
                page.body.truncate(page.body.len() / 2);
            }
            Some(Fault::Slow { page: at, by }) if number == *at => page.delay = *by,
            Some(Fault::Expired { page: at, token }) if number == *at => {
                let next = if *token { start.to_string() } else { String::new() };
                self.faults.remove(list);
                let message = "the provided continue parameter is too old";
                let status = json!({"kind": "Status", "message": message, "code": 410, "metadata": {"continue": next}});
                return reply(410, &status);
            }
            _ => {}
        }
        page
    }

    fn discovery(&self, path: &str, accept: &str) -> Option<Reply> {
        let served = self.served();
        let is_new = !self.is_old && accept.contains("as=APIGroupDiscoveryList");
        let mut groups: Vec<&str> = served.iter().map(|served| served.0).collect();
        groups.dedup();
        match path {
            "/api" | "/apis" if is_new => {
                let group = |group: &&str| {
                    let of_group: Vec<_> = served.iter().filter(|served| served.0 == *group).collect();
                    let resources: Vec<Value> = of_group.iter().map(|(_, _, resource, kind, namespaced)| json!({
                        "resource": resource, "responseKind": {"group": "", "version": "", "kind": kind},
                        "scope": if *namespaced { "Namespaced" } else { "Cluster" }, "verbs": ["get", "list", "watch"],
                    })).collect();
                    json!({"metadata": {"name": group}, "versions": [{"version": of_group[0].1, "resources": resources}]})
                };
                let items: Vec<Value> =
                    groups.iter().filter(|group| group.is_empty() == (path == "/api")).map(group).collect();
                Some(reply(200, &json!({"kind": "APIGroupDiscoveryList", "items": items})))
            }
            "/api" => Some(reply(200, &json!({"kind": "APIVersions", "versions": ["v1"]}))),
            "/apis" => {
                let version =
                    |group: &str| served.iter().find(|served| served.0 == group).map_or("", |served| served.1);
                let group = |group: &&str| {
                    let version =
                        json!({"groupVersion": format!("{group}/{}", version(group)), "version": version(group)});
                    json!({"name": group, "versions": [version], "preferredVersion": version})
                };
                let groups: Vec<Value> = groups.iter().filter(|group| !group.is_empty()).map(group).collect();
                Some(reply(200, &json!({"kind": "APIGroupList", "groups": groups})))
            }
            _ => {
                let of_version: Vec<_> = served
                    .iter()
                    .filter(|(group, version, ..)| match *group {
                        "" => path == format!("/api/{version}"),
                        group => path == format!("/apis/{group}/{version}"),
                    })
                    .collect();
                let resource = |served: &&(&str, &str, &str, &str, bool)| {
                    let (_, _, name, kind, namespaced) = **served;
                    json!({"name": name, "kind": kind, "namespaced": namespaced, "verbs": ["list"]})
                };
                let resources: Vec<Value> = of_version.iter().map(resource).collect();
                (!resources.is_empty()).then(|| reply(200, &json!({"kind": "APIResourceList", "resources": resources})))
            }
        }
    }
}

/// A page with these items, as a table if that is accepted.
fn page(items: &[&Value], next: &str, accept: &str) -> Reply {
    let metadata = json!({"resourceVersion": "1", "continue": next});
    if !accept.contains("as=Table") {
        return reply(200, &json!({"kind": "SomeList", "metadata": metadata, "items": items}));
    }
    let row = |object: &&Value| json!({"cells": [object["metadata"]["name"], object["type"], 1, "1d"], "object": null});
    let columns: Vec<Value> = ["Name", "Type", "Data", "Age"].iter().map(|name| json!({"name": name})).collect();
    let rows: Vec<Value> = items.iter().map(row).collect();
    reply(200, &json!({"kind": "Table", "metadata": metadata, "columnDefinitions": columns, "rows": rows}))
}

/// The path of the list of all objects, the namespace and the name in a path.
fn parts(path: &str) -> (String, Option<String>, Option<String>) {
    let (root, rest) = match path.strip_prefix("/api/v1/") {
        Some(rest) => ("/api/v1".to_owned(), rest),
        None => {
            let mut parts = path.splitn(5, '/');
            let (group, version, rest) =
                (parts.nth(2).unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
            (format!("/apis/{group}/{version}"), rest.unwrap_or_default())
        }
    };
    let parts: Vec<String> = rest.split('/').map(|part| decoded(("", part)).1).collect();
    match parts.as_slice() {
        [first, namespace, resource, name @ ..] if first == "namespaces" => {
            (format!("{root}/{resource}"), Some(namespace.clone()), name.first().cloned())
        }
        [resource, name @ ..] => (format!("{root}/{resource}"), None, name.first().cloned()),
        [] => (root, None, None),
    }
}

fn has_label(object: &Value, selector: &str) -> bool {
    let (key, value) = selector.split_once('=').unwrap();
    object["metadata"]["labels"][key] == value
}

fn decoded<'a>((key, value): (&'a str, &str)) -> (&'a str, String) {
    (key, percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned())
}
