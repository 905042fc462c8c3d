//! Random requests: all kinds and operations, with settings, a cluster and sometimes an error. The same seed and index
//! give the same request.

mod objects;
mod schema;
mod settings;
mod text;
mod value;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::corpus::{Case, Corpus};
use crate::kinds::{at, create, update};
use crate::sample::Sample;
use value::{anything, chance, disturb, odd_text, pick};

/// Returns the random request of this index, with changes from the rules' cases in `corpus`.
#[must_use]
pub fn sample(corpus: &Corpus, seed: u64, index: u64) -> Sample {
    let mut rng = Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(index));
    let rng = &mut rng;
    let odd = Odd::new(rng);
    let is_fix = chance(rng, 25);
    let cases = some_cases(rng, corpus, is_fix);
    let mut request = if chance(rng, 6) { connection(rng) } else { about_object(rng, corpus, &cases) };
    if odd.object {
        for _ in 0..=rng.usize(..3) {
            let field = if chance(rng, 85) { "object" } else { "oldObject" };
            disturb(rng, &mut request[field]);
        }
    }
    if odd.request {
        disturb_request(rng, &mut request);
    }
    let settings = settings::settings(rng, corpus, &cases, odd.settings);
    let mut payload = json!({"request": request, "settings": settings});
    if odd.request && chance(rng, 20) {
        disturb(rng, &mut payload);
    }
    let text = if odd.text { text::respelled(rng, &payload) } else { payload.to_string() };
    let payload = if odd.bytes { text::broken(rng, &text) } else { text.into_bytes() };
    Sample {
        name: format!("seed {seed}, index {index}"),
        class: odd.class(),
        payload,
        answers: settings::answers(rng, &cases),
    }
}

/// The parts of a request that contain errors.
struct Odd {
    object: bool,
    request: bool,
    settings: bool,
    text: bool,
    bytes: bool,
}

impl Odd {
    fn new(rng: &mut Rng) -> Self {
        // Half of the requests have no errors, so that they reach the rules.
        let may = rng.bool();
        let mut odd = |percent| may && chance(rng, percent);
        Odd { object: odd(50), request: odd(12), settings: odd(15), text: odd(40), bytes: odd(6) }
    }

    fn class(&self) -> String {
        let parts = [
            (self.object, "odd object"),
            (self.request, "odd request"),
            (self.settings, "odd settings"),
            (self.text, "odd text"),
            (self.bytes, "broken text"),
        ];
        let parts: Vec<_> = parts.into_iter().filter(|(is_odd, _)| *is_odd).map(|(_, part)| part).collect();
        if parts.is_empty() { "generated".to_owned() } else { parts.join(" + ") }
    }
}

/// Picks a few cases or none. With `is_fix`, only cases of fixes, because any other case denies the request and
/// prevents mutation.
fn some_cases<'c>(rng: &mut Rng, corpus: &'c Corpus, is_fix: bool) -> Vec<&'c Case> {
    let cases: Vec<&Case> = corpus.cases.iter().filter(|case| case.is_fix || !is_fix).collect();
    if cases.is_empty() || (!is_fix && chance(rng, 25)) {
        return Vec::new();
    }
    (0..=rng.usize(..4)).map(|_| *pick(rng, &cases)).collect()
}

/// Returns a connection to a pod.
fn connection(rng: &mut Rng) -> Value {
    let (kind, sub_resource, group) = *pick(
        rng,
        &[
            ("PodExecOptions", "exec", ""),
            ("PodAttachOptions", "attach", ""),
            ("PodPortForwardOptions", "portforward", ""),
            ("PodProxyOptions", "proxy", ""),
            ("PodExecOptions", "exec", "example.com"),
        ],
    );
    let mut request = create(&json!({"apiVersion": "v1", "kind": kind, "command": ["sh"]}));
    request["kind"]["group"] = json!(group);
    request["operation"] = json!("CONNECT");
    request["subResource"] = json!(sub_resource);
    request["name"] = json!(*pick(rng, &["web", "", "web-0"]));
    if chance(rng, 90) {
        request["namespace"] = json!(*pick(rng, &["shop", "kube-system", ""]));
    }
    request
}

fn about_object(rng: &mut Rng, corpus: &Corpus, cases: &[&Case]) -> Value {
    let recorded = chance(rng, 12) && !corpus.requests.is_empty();
    let mut request = if recorded {
        let mut request = pick(rng, &corpus.requests).1.clone();
        if chance(rng, 50) {
            disturb(rng, &mut request["object"]);
        }
        request
    } else {
        create(&objects::object(rng, cases))
    };
    let old = case_of_change(cases);
    if let Some(old) = old.filter(|_| chance(rng, 80)) {
        request = update(&request["object"], old);
    } else if chance(rng, 40) {
        let old = before(rng, &request["object"], cases);
        request = update(&request["object"], &old);
    }
    match rng.u8(..40) {
        0 | 1 => request["operation"] = json!("DELETE"),
        2 => request["operation"] = json!(*pick(rng, &["CONNECT", "PATCH", "create", ""])),
        _ => {}
    }
    if chance(rng, 15) {
        let sub_resources = ["ephemeralcontainers", "resize", "status", "scale", "binding", "exec", "", "x"];
        request["subResource"] = json!(*pick(rng, &sub_resources));
    }
    if chance(rng, 10) {
        request["userInfo"] = json!({"username": *pick(rng, &["admin", "system:serviceaccount:shop:web", ""]),
            "groups": [*pick(rng, &["system:masters", "system:authenticated"])]});
    }
    if chance(rng, 20) {
        request["namespace"] = json!(*pick(rng, &["shop", "kube-system", "web-1", ""]));
    }
    request
}

/// Returns the old object of the first case that has one.
fn case_of_change<'c>(cases: &[&'c Case]) -> Option<&'c Value> {
    cases.iter().find(|case| case.value.get("object").is_some()).and_then(|case| case.value.get("old"))
}

/// Returns an old object for an update: the same, a slightly different or an entirely different one.
fn before(rng: &mut Rng, object: &Value, cases: &[&Case]) -> Value {
    let mut old = object.clone();
    match rng.u8(..10) {
        0 => {}
        1 => *at(&mut old, &["metadata", "labels"]) = json!({"app": "old"}),
        2 | 3 => change_images(rng, &mut old),
        4 => *at(&mut old, &["spec"]) = json!({}),
        5 => return objects::object(rng, cases),
        6 => {
            // Changes only a number outside the template, as scaling does.
            *at(&mut old, &["spec", "replicas"]) = json!(3);
        }
        _ => disturb(rng, &mut old),
    }
    old
}

/// Changes the images in an object, as in most updates.
fn change_images(rng: &mut Rng, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match value {
                    Value::String(image) if key == "image" && rng.bool() => image.push_str("-old"),
                    value => change_images(rng, value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| change_images(rng, item)),
        _ => {}
    }
}

/// Changes the request around the object.
fn disturb_request(rng: &mut Rng, request: &mut Value) {
    const FIELDS: &[&str] = &[
        "kind",
        "operation",
        "object",
        "oldObject",
        "subResource",
        "name",
        "namespace",
        "userInfo",
        "uid",
        "resource",
    ];
    let field = *pick(rng, FIELDS);
    match rng.u8(..6) {
        0 => _ = request.as_object_mut().and_then(|request| request.remove(field)),
        1 => request[field] = Value::Null,
        2 => request[field] = anything(rng, 2),
        3 => {
            let key = *pick(rng, &["group", "version", "kind"]);
            *at(request, &["kind", key]) = json!(odd_text(rng));
        }
        4 => request[odd_text(rng)] = anything(rng, 2),
        _ => disturb(rng, &mut request[field]),
    }
}
