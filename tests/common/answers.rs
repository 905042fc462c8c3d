//! What the policy says of a request, as the tests ask for it.

use serde_json::{Value, json};

use super::clusters::Recorded;
use super::policy::{Cluster, Found, Level, Verdict, response, verdict};
use super::{cut, payload};

/// What the policy says of a payload, before it is put into words.
pub fn judge(payload: &str) -> Verdict {
    judge_bytes(payload.as_bytes())
}

/// What the policy says of a payload in a cluster that holds these objects.
pub fn judge_in(cluster: &[Value], payload: &str) -> Verdict {
    verdict(&Recorded(cluster), payload.as_bytes())
}

/// What the policy says of bytes that need not even be text.
pub fn judge_bytes(payload: &[u8]) -> Verdict {
    verdict(&Recorded(&[]), payload)
}

/// What the policy finds in a request.
pub fn findings(request: &Value, settings: &Value) -> Vec<Found> {
    findings_in(&[], request, settings)
}

/// What the policy finds in a request to a cluster that holds these objects.
pub fn findings_in(cluster: &[Value], request: &Value, settings: &Value) -> Vec<Found> {
    judge_in(cluster, &payload(request, settings)).findings()
}

/// Rules and paths of findings.
pub fn places_of(found: Vec<Found>) -> Vec<(&'static str, String)> {
    found.into_iter().map(|found| (found.rule, found.path)).collect()
}

/// Rules and paths of the findings in a request.
pub fn places(request: &Value, settings: &Value) -> Vec<(&'static str, String)> {
    places_of(findings(request, settings))
}

/// The response to a payload, as the host gets it.
pub fn validate(payload: &str) -> Value {
    validate_in(&[], payload)
}

/// The response to a payload in a cluster that holds these objects.
pub fn validate_in(cluster: &[Value], payload: &str) -> Value {
    validate_with(&Recorded(cluster), payload)
}

/// The response to a payload in any cluster.
pub fn validate_with(cluster: &dyn Cluster, payload: &str) -> Value {
    serde_json::from_str(&response(cluster, payload.as_bytes())).expect("a response is JSON")
}

/// Findings of a request, after a check that the response says the same, in the form that is fixed for it.
pub fn findings_and_response(request: &Value, settings: &Value) -> Vec<Found> {
    findings_and_response_in(&[], request, settings)
}

/// The same, in a cluster that holds these objects.
pub fn findings_and_response_in(cluster: &[Value], request: &Value, settings: &Value) -> Vec<Found> {
    let payload = payload(request, settings);
    let verdict = judge_in(cluster, &payload);
    let response = validate_in(cluster, &payload);
    let (title, found) = match verdict {
        Verdict::Judged(title, found) => (title, found),
        Verdict::Accepted => {
            assert_eq!(response, json!({"accepted": true}), "{payload}");
            return Vec::new();
        }
        Verdict::Rejected(code, message) => panic!("rejected with {code}: {message}\n{payload}"),
    };
    let of = |level: Level| found.iter().filter(move |found| found.level == level);
    let denied: Vec<_> = of(Level::Deny).collect();
    let warnings: Vec<_> = of(Level::Warn).map(|found| cut(&found.line(), 256)).collect();
    let ids = |level: Level| {
        let mut ids: Vec<_> = of(level).map(|found| found.rule).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.join(",")
    };

    let mut expected = json!({"accepted": denied.is_empty()});
    if !denied.is_empty() {
        let problems = if denied.len() == 1 { "problem" } else { "problems" };
        let mut message = format!("{title} cannot run on OKE virtual nodes: {} {problems}", denied.len());
        for finding in &denied {
            message.push_str("\n- ");
            message.push_str(&finding.line());
        }
        expected["code"] = json!(403);
        expected["message"] = json!(message);
        expected["audit_annotations"]["denied"] = json!(ids(Level::Deny));
    } else if !warnings.is_empty() {
        expected["message"] = json!(warnings.join("\n"));
    }
    if !warnings.is_empty() {
        expected["warnings"] = json!(warnings);
        expected["audit_annotations"]["warned"] = json!(ids(Level::Warn));
    }
    assert_eq!(response, expected, "{payload}");
    found
}

/// The response to a request, as the host gets it.
pub fn answer(request: &Value, settings: &Value) -> Value {
    validate(&payload(request, settings))
}

/// The warnings of a response.
pub fn warnings(response: &Value) -> Vec<String> {
    let warnings = response["warnings"].as_array().into_iter().flatten();
    warnings.map(|warning| warning.as_str().expect("a warning is text").to_owned()).collect()
}

/// The message of a response.
pub fn message(response: &Value) -> &str {
    response["message"].as_str().unwrap_or_default()
}

/// The ids in an audit annotation of a response: `denied`, `warned`, `fixed` or `exempted`.
pub fn annotation<'r>(response: &'r Value, name: &str) -> &'r str {
    response["audit_annotations"][name].as_str().unwrap_or_default()
}
