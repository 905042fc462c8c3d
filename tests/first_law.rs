//! The first law: nobody is told of what they did not write. The API server, the controllers and the virtual node fill
//! fields in before a policy sees an object.
//!
//! `test_data/reviews` are recorded requests of a real API server, as a validating and (`mutating`) as a mutating
//! webhook gets them; `expected.yaml` says what must be found in each, and everything else is an error.

mod common;

use std::collections::BTreeMap;

use common::findings_and_response;
use serde_json::{Value, json};

/// The recorded requests, by name.
fn reviews() -> BTreeMap<String, Value> {
    let mut reviews = BTreeMap::new();
    for (directory, prefix) in [("reviews", ""), ("reviews/mutating", "mutating/")] {
        for (name, text) in common::files(directory, "json") {
            let review: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            reviews.insert(format!("{prefix}{name}"), review["request"].clone());
        }
    }
    reviews
}

#[test]
fn recorded_requests_are_found_to_hold_what_their_authors_wrote() {
    let text = std::fs::read_to_string(common::test_data("reviews/expected.yaml")).expect("expected.yaml");
    let expected: BTreeMap<String, Vec<String>> = yaml_serde::from_str(&text).expect("a list for each review");
    let mut got = BTreeMap::new();
    for (name, request) in reviews() {
        let found = findings_and_response(&request, &json!({}));
        got.insert(name, found.iter().map(|found| format!("{} {}", found.rule, found.path)).collect::<Vec<_>>());
    }
    for (name, found) in &got {
        assert_eq!(Some(found), expected.get(name), "{name}");
    }
    assert_eq!(got.len(), expected.len(), "every review is there");
}
