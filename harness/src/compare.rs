//! Sends the same requests to two policies and compares the answers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::engine::{Host, Policy};
use crate::native;
use crate::sample::{Cluster, Sample};

/// An evaluator of requests.
pub enum Judge {
    /// A built module.
    Module(Box<Policy>),
    /// The policy compiled into this program.
    Native,
}

impl std::fmt::Debug for Judge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Judge::Module(_) => "Module",
            Judge::Native => "Native",
        })
    }
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The response, or the error of a module that fails.
    pub response: Result<Vec<u8>, String>,
    /// The questions about the cluster, in order.
    pub questions: Vec<String>,
}

impl Judge {
    /// Evaluates a sample.
    #[must_use]
    pub fn answer(&self, sample: &Sample) -> Answer {
        match self {
            Judge::Native => {
                let (response, questions) = native::validate(&sample.payload, &sample.answers);
                Answer { response: Ok(response), questions }
            }
            Judge::Module(policy) => {
                let cluster = Arc::new(Cluster::new(&sample.answers));
                let host: Arc<dyn Host> = Arc::<Cluster>::clone(&cluster);
                let response = policy.call_with(&host, "validate", &sample.payload);
                Answer { response: response.map_err(|error| error.to_string()), questions: cluster.questions() }
            }
        }
    }
}

/// Two answers that differ.
#[derive(Debug)]
pub struct Difference {
    /// The request.
    pub sample: Sample,
    /// The two answers.
    pub answers: [Answer; 2],
}

/// The outcome of a comparison.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The numbers of requests and of differences, by class.
    pub classes: BTreeMap<String, (u64, u64)>,
    /// The number of answers of the first policy, by verdict.
    pub verdicts: BTreeMap<String, u64>,
    /// The number of answers of the first policy with a rule in their audit annotations, by rule id.
    pub rules: BTreeMap<String, u64>,
    /// The first differences.
    pub differences: Vec<Difference>,
}

/// The options of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// True to ignore differences in the words of messages and in the name of the annotation.
    pub ignore_texts: bool,
    /// The number of threads.
    pub threads: usize,
    /// The maximum number of differences to keep.
    pub keep: usize,
}

impl Outcome {
    /// Returns the number of requests.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.classes.values().map(|(requests, _)| requests).sum()
    }

    /// Returns the number of differences.
    #[must_use]
    pub fn different(&self) -> u64 {
        self.classes.values().map(|(_, different)| different).sum()
    }

    fn add(&mut self, sample: Sample, answers: [Answer; 2], options: Options) {
        let is_same = answers[0] == answers[1]
            || (options.ignore_texts
                && answers[0].questions == answers[1].questions
                && without_texts(&answers[0]) == without_texts(&answers[1]));
        let (requests, different) = self.classes.entry(sample.class.clone()).or_default();
        *requests += 1;
        *different += u64::from(!is_same);
        self.note(&answers[0]);
        if !is_same && self.differences.len() < options.keep {
            self.differences.push(Difference { sample, answers });
        }
    }

    /// Counts the verdict and rules of an answer, to show that the requests reach all parts of the policy.
    fn note(&mut self, answer: &Answer) {
        let response: Value =
            answer.response.as_ref().ok().and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
        let mut count = |verdict: &str| *self.verdicts.entry(verdict.to_owned()).or_default() += 1;
        match (&response["accepted"], &response["code"]) {
            (Value::Bool(true), _) if response["warnings"].is_null() => count("accepted silently"),
            (Value::Bool(true), _) => count("accepted with warnings"),
            (Value::Bool(false), code) => count(&format!("refused with {code}")),
            _ => count("no answer"),
        }
        if response["mutated_object"].is_object() {
            count("mutated");
        }
        if !answer.questions.is_empty() {
            count("looked up");
        }
        for (what, ids) in response["audit_annotations"].as_object().into_iter().flatten() {
            if what == "exempted" {
                count("exempted");
            }
            for id in ids.as_str().unwrap_or_default().split(',') {
                *self.rules.entry(id.to_owned()).or_default() += 1;
            }
        }
    }

    fn merge(&mut self, other: Outcome, keep: usize) {
        for (class, (requests, different)) in other.classes {
            let sums = self.classes.entry(class).or_default();
            (sums.0, sums.1) = (sums.0 + requests, sums.1 + different);
        }
        for (mine, others) in [(&mut self.verdicts, other.verdicts), (&mut self.rules, other.rules)] {
            others.into_iter().for_each(|(key, count)| *mine.entry(key).or_default() += count);
        }
        self.differences.extend(other.differences);
        self.differences.truncate(keep);
    }
}

/// Sends `count` samples to both. `sample` creates the sample of an index.
pub fn compare(judges: &[Judge; 2], count: u64, sample: &(dyn Fn(u64) -> Sample + Sync), options: Options) -> Outcome {
    let (next, outcome) = (AtomicU64::new(0), Mutex::new(Outcome::default()));
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| {
                let mut own = Outcome::default();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let sample = sample(index);
                    let answers = [judges[0].answer(&sample), judges[1].answer(&sample)];
                    own.add(sample, answers, options);
                }
                outcome.lock().unwrap_or_else(PoisonError::into_inner).merge(own, options.keep);
            });
        }
    });
    outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Returns an answer without words. Keeps the rules and paths of all lines, and the mutated object.
fn without_texts(answer: &Answer) -> Option<Value> {
    let mut response: Value = serde_json::from_slice(answer.response.as_ref().ok()?).ok()?;
    // A line is `<rule> <path>: <words>`, in a denial after a dash. Other lines of a denial have no path.
    let denies = response["accepted"] == false;
    let place = |line: &str| -> Value {
        let line = if denies { line.strip_prefix("- ") } else { Some(line) };
        line.and_then(|line| line.split_once(": ")).map(|(place, _)| place).into()
    };
    if response["code"] == 422 || response["code"] == 400 {
        response.as_object_mut()?.remove("message");
    }
    if let Some(message) = response.get_mut("message") {
        *message = message.as_str()?.lines().map(place).collect();
    }
    for warning in response.get_mut("warnings").and_then(Value::as_array_mut).into_iter().flatten() {
        *warning = warning.as_str()?.split_once(": ").map(|(place, _)| place).into();
    }
    if let Some(Value::Object(annotations)) = response.pointer_mut("/mutated_object/metadata/annotations") {
        let is_note = |key: &String| key.starts_with("oke-virtual-nodes.kubewarden.io/") && !key.ends_with("/exempt");
        annotations.retain(|key, _| !is_note(key));
    }
    Some(response)
}
