//! A request for comparisons, with the cluster's answers to its look-ups.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::engine::{Host, HostCall, Offline};
use crate::query::failure;

/// One payload of `validate`.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The origin: a file, or the seed and index of a generated request.
    pub name: String,
    /// The class of sample, for counting differences.
    pub class: String,
    /// The payload.
    pub payload: Vec<u8>,
    /// The cluster's answers.
    pub answers: Answers,
}

/// The cluster's answers, by kind. There is no answer for other kinds.
pub type Answers = Arc<BTreeMap<String, Answer>>;

/// The answer to a look-up.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A text, which usually is JSON.
    Text(String),
    /// Objects, from which each question gets those that it asks for.
    Objects(Vec<Value>),
    /// There is no such object.
    Missing,
    /// The look-up fails.
    Failed,
}

/// The reason why a look-up has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// There is no such object.
    Missing,
    /// The look-up fails.
    Failed,
}

/// A cluster that returns a sample's answers and records the questions.
#[derive(Debug, Default)]
pub struct Cluster {
    answers: Answers,
    questions: Mutex<Vec<String>>,
}

impl Cluster {
    /// Creates the cluster of a sample.
    #[must_use]
    pub fn new(answers: &Answers) -> Self {
        Self { answers: Arc::clone(answers), questions: Mutex::default() }
    }

    /// Returns the questions so far, in order.
    #[must_use]
    pub fn questions(&self) -> Vec<String> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers a question of a policy.
    ///
    /// # Errors
    /// If the sample has no answer.
    pub fn ask(&self, capability: &str, question: &str) -> Result<Vec<u8>, NoAnswer> {
        let asked = format!("{capability} {question}");
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        let question: Value = serde_json::from_str(question).map_err(|_| NoAnswer::Failed)?;
        match question["kind"].as_str().and_then(|kind| self.answers.get(kind)) {
            Some(Answer::Text(text)) => Ok(text.clone().into_bytes()),
            Some(Answer::Objects(objects)) => among(objects, capability, &question),
            Some(Answer::Missing) => Err(NoAnswer::Missing),
            Some(Answer::Failed) | None => Err(NoAnswer::Failed),
        }
    }
}

/// Returns those objects that a question asks for.
fn among(objects: &[Value], capability: &str, question: &Value) -> Result<Vec<u8>, NoAnswer> {
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
    let mut found = objects.iter().filter(is_asked_for);
    if capability == "get_resource" {
        return found.next().map(|object| object.to_string().into_bytes()).ok_or(NoAnswer::Missing);
    }
    Ok(serde_json::json!({"items": found.collect::<Vec<_>>()}).to_string().into_bytes())
}

impl Host for Cluster {
    fn call(&self, call: HostCall<'_>) -> Result<Vec<u8>, String> {
        if (call.binding, call.namespace) != ("kubewarden", "kubernetes") {
            return Offline::default().call(call);
        }
        let question = String::from_utf8_lossy(call.payload);
        self.ask(call.operation, &question).map_err(|reason| match reason {
            NoAnswer::Missing => failure("Cannot find v1/Thing named 'x' inside of namespace 'None'"),
            NoAnswer::Failed => failure("the cluster does not answer"),
        })
    }
}
