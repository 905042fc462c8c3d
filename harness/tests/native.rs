//! The policy answers alike, compiled natively and as a module: to every request of the tests and to generated ones.
//!
//! The command line judges natively, the cluster asks the module.

use std::sync::Arc;

use harness::compare::{Judge, Options, compare};
use harness::corpus::Corpus;
use harness::engine::{Offline, Policy};
use harness::sample::Sample;
use harness::{generate, modules, samples};
use serde_json::json;

#[path = "../../tests/common/custom.rs"]
mod custom;

/// `policy-compare` puts as many as one likes.
const GENERATED: u64 = 8_000;

fn judges() -> [Judge; 2] {
    let policy = Policy::new(&modules::policy().unwrap(), Offline::default()).unwrap();
    [Judge::Native, Judge::Module(Box::new(policy))]
}

fn options() -> Options {
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    Options { ignore_texts: false, threads, keep: 3 }
}

#[test]
fn native_and_module_answer_the_requests_of_the_tests_alike() {
    let corpus = Corpus::read(&samples::test_data()).unwrap();
    let samples = corpus.samples();
    let sample = |index: u64| samples[usize::try_from(index).unwrap()].clone();
    let outcome = compare(&judges(), samples.len() as u64, &sample, options());
    assert_eq!(outcome.different(), 0, "{:#?}", outcome.differences);
    // An empty list of requests would prove nothing.
    assert!(outcome.requests() > 50_000, "{}", outcome.requests());
    let unseen: Vec<_> = corpus.rules.iter().filter(|rule| !outcome.rules.contains_key(*rule)).collect();
    assert!(unseen.is_empty(), "no request breaks {unseen:?}");
}

#[test]
fn native_and_module_answer_generated_requests_alike() {
    let corpus = Corpus::read(&samples::test_data()).unwrap();
    let outcome = compare(&judges(), GENERATED, &|index| generate::sample(&corpus, 7, index), options());
    assert_eq!(outcome.different(), 0, "{:#?}", outcome.differences);
    // The generated requests reach every kind of answer.
    for verdict in [
        "accepted silently",
        "accepted with warnings",
        "exempted",
        "looked up",
        "mutated",
        "refused with 400",
        "refused with 403",
        "refused with 422",
    ] {
        let count = outcome.verdicts.get(verdict).copied().unwrap_or_default();
        assert!(count * 200 > GENERATED, "{count} times {verdict} in {:?}", outcome.verdicts);
    }
    assert_eq!(outcome.verdicts.get("no answer"), None);
}

/// Every kind and place of a custom workload, found and nearly: `tests/custom_workloads.rs` says what is right.
#[test]
fn native_and_module_answer_alike_about_custom_workloads() {
    let samples: Vec<Sample> = custom::cases()
        .into_iter()
        .map(|case| Sample {
            payload: json!({"request": case.request, "settings": case.settings}).to_string().into_bytes(),
            name: case.name,
            class: if case.found.is_empty() { "nothing to find" } else { "host-pid" }.to_owned(),
            answers: Arc::default(),
        })
        .collect();
    let sample = |index: u64| samples[usize::try_from(index).unwrap()].clone();
    let outcome = compare(&judges(), samples.len() as u64, &sample, options());
    assert_eq!(outcome.different(), 0, "{:#?}", outcome.differences);
    assert!(outcome.verdicts.get("refused with 403").is_some_and(|count| *count > 200), "{:?}", outcome.verdicts);
}

/// A comparison that finds nothing may look at nothing.
#[test]
fn a_changed_word_is_found() {
    let module = modules::policy().unwrap();
    let (from, to) = (b"cannot run on OKE virtual nodes", b"cannot RUN on OKE virtual nodes");
    let at = module.windows(from.len()).position(|window| window == from).unwrap();
    let mut changed = module.clone();
    changed[at..at + to.len()].copy_from_slice(to);
    let judge = |module: &[u8]| Judge::Module(Box::new(Policy::new(module, Offline::default()).unwrap()));
    let judges = [judge(&module), judge(&changed)];
    let corpus = Corpus::read(&samples::test_data()).unwrap();
    let sample = |index| generate::sample(&corpus, 7, index);
    let outcome = compare(&judges, 200, &sample, options());
    assert_eq!(Some(&outcome.different()), outcome.verdicts.get("refused with 403"));
    let outcome = compare(&judges, 200, &sample, Options { ignore_texts: true, ..options() });
    assert_eq!(outcome.different(), 0);
}
