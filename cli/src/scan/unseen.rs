//! What a cluster did not show, told once for all namespaces.

use super::api::Problem;
use crate::output::model;
use crate::output::words::number;

/// What a cluster did not show so far.
#[derive(Debug, Default)]
pub struct Unseen(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    /// The verb and the resource, as RBAC has them: `list deployments.apps`.
    request: String,
    /// Why, the first time.
    reason: String,
    /// The namespaces; empty where it was asked for all of them at once.
    namespaces: Vec<String>,
}

impl Unseen {
    /// Adds a request that was not answered.
    pub fn add(&mut self, request: &str, namespace: Option<&str>, problem: &Problem) {
        let namespace = namespace.map(str::to_owned);
        let is_same =
            |entry: &&mut Entry| entry.request == request && namespace.is_some() != entry.namespaces.is_empty();
        match self.0.iter_mut().find(is_same) {
            Some(entry) => entry.namespaces.extend(namespace),
            None => self.0.push(Entry {
                request: request.to_owned(),
                reason: problem.to_string(),
                namespaces: namespace.into_iter().collect(),
            }),
        }
    }

    /// The entries for a report on the cluster of a context.
    pub fn into_model(self, context: &str) -> impl Iterator<Item = model::Unseen> {
        self.0.into_iter().map(move |Entry { request, reason, namespaces }| {
            let place = match namespaces.as_slice() {
                [] => String::new(),
                [one] => format!(" in the namespace {one}"),
                [first, _] => format!(" in the namespace {first} and 1 other"),
                [first, others @ ..] => format!(" in the namespace {first} and {} others", number(others.len())),
            };
            model::Unseen { cluster: context.to_owned(), request: format!("{request}{place}"), reason }
        })
    }
}
