//! Clusters for the policy to look things up in.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::policy::{Cluster, Lookup, LookupError};

/// A cluster that holds these objects, as the host would answer for it.
pub struct Recorded<'o>(pub &'o [Value]);

impl Cluster for Recorded<'_> {
    fn ask(&self, capability: &str, question: &str) -> Result<Vec<u8>, LookupError> {
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
            "get_resource" => found.first().map(|object| object.to_string().into_bytes()).ok_or(LookupError::Missing),
            "list_resources_all" | "list_resources_by_namespace" => {
                Ok(json!({"items": found}).to_string().into_bytes())
            }
            capability => panic!("no host knows {capability}"),
        }
    }
}

/// The answer of a cluster to a question.
pub type Answer = Result<Vec<u8>, LookupError>;

/// A cluster that gives the same answer to every question about a kind, and keeps the questions.
pub struct Witness {
    pub answers: BTreeMap<&'static str, Answer>,
    pub otherwise: Answer,
    asked: RefCell<Vec<(String, String)>>,
}

impl Witness {
    pub fn new(otherwise: Answer) -> Self {
        Witness { answers: BTreeMap::new(), otherwise, asked: RefCell::default() }
    }

    pub fn answering(kind: Lookup, answer: Answer) -> Self {
        Witness { answers: [(kind.name(), answer)].into(), ..Witness::new(Err(LookupError::Failed)) }
    }

    /// The questions with their capabilities, in their order.
    pub fn questions(&self) -> Vec<(String, Value)> {
        let parse = |text: &str| serde_json::from_str(text).expect("a question is JSON");
        self.asked.borrow().iter().map(|(capability, text)| (capability.clone(), parse(text))).collect()
    }

    /// How often each kind was asked for.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for (_, question) in self.questions() {
            *counts.entry(question["kind"].as_str().expect("a kind").to_owned()).or_default() += 1;
        }
        counts
    }
}

impl Cluster for Witness {
    fn ask(&self, capability: &str, question: &str) -> Answer {
        self.asked.borrow_mut().push((capability.to_owned(), question.to_owned()));
        let question: Value = serde_json::from_str(question).expect("a question is JSON");
        let known = question["kind"].as_str().and_then(|kind| self.answers.get(kind));
        known.unwrap_or(&self.otherwise).clone()
    }
}
