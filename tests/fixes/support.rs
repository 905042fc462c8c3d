//! What the tests of the fixes share: settings, objects, and what a response with a fix and one without is like.

use serde_json::{Value, json};

use crate::common::fixtures::FixCase;
use crate::common::policy::RULES;
use crate::common::{Kind, annotation, good_spec, kind_named, overlay, warnings};

pub const LB_MODE: &str = "service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode";
pub const NLB_MODE: &str = "oci-network-load-balancer.oraclecloud.com/security-list-management-mode";
pub const RULES_MODE: &str = "oci.oraclecloud.com/security-rule-management-mode";
pub const LB_TYPE: &str = "oci.oraclecloud.com/load-balancer-type";
pub const PRESERVE: &str = "oci-network-load-balancer.oraclecloud.com/is-preserve-source";

/// Settings with one more of a rule's own settings.
pub fn with(settings: &Value, id: &str, key: &str, value: Value) -> Value {
    let mut settings = settings.clone();
    settings["rules"][id][key] = value;
    settings
}

/// Settings under which only what has a fix is found.
pub fn only_fixable(settings: &Value) -> Value {
    let unfixable = RULES.iter().filter(|rule| rule.fix.is_none());
    unfixable.fold(settings.clone(), |settings, rule| with(&settings, rule.id, "level", json!("off")))
}

/// Settings with everything that the fixes want to know.
pub fn with_parameters(settings: &Value) -> Value {
    let settings = with(settings, "missing-resources", "cpu", json!("1"));
    with(&settings, "missing-resources", "memory", json!("1Gi"))
}

pub fn pod(spec: Value) -> Value {
    let mut whole = good_spec();
    overlay(&mut whole, &spec);
    kind_named("Pod").object(whole)
}

/// Not fixed, and denied because of `denied`.
#[track_caller]
pub fn assert_denied(answer: &Value, denied: &str) {
    assert_eq!(answer["accepted"], false, "{answer}");
    assert_eq!(annotation(answer, "denied"), denied, "{answer}");
    assert_unfixed(answer);
}

/// Fixed, with nothing left to deny.
#[track_caller]
pub fn assert_fixed(answer: &Value, expected: &Value, ids: &str) {
    assert_eq!(answer["accepted"], true, "{answer}");
    assert_eq!(answer.get("code"), None, "{answer}");
    assert_eq!(answer.get("mutated_object"), Some(expected), "{answer}");
    assert_eq!(annotation(answer, "fixed"), ids, "{answer}");
    assert_eq!(annotation(answer, "denied"), "", "{answer}");
}

#[track_caller]
pub fn assert_unfixed(answer: &Value) {
    assert_eq!(answer.get("mutated_object"), None, "{answer}");
    assert_eq!(annotation(answer, "fixed"), "", "{answer}");
    assert!(!answer.as_object().unwrap().contains_key("mutated_object"), "{answer}");
}

/// Accepted without a word.
#[track_caller]
pub fn assert_silent(answer: &Value) {
    assert_eq!(*answer, json!({"accepted": true}));
}

/// The line of a fix that is not made.
pub fn would_be(line: &str) -> String {
    line.replace(", set to ", ", would be set to ").replace(", removed", ", would be removed")
}

/// The line of a fix in a Pod, in the template of a kind.
pub fn in_template(line: &str, kind: &Kind) -> String {
    let (of_metadata, of_spec) = (format!(" {}.", kind.template_metadata()), format!(" {}.", kind.path()));
    if line.contains(" metadata.") {
        line.replacen(" metadata.", &of_metadata, 1)
    } else {
        line.replacen(" spec.", &of_spec, 1)
    }
}

/// Checks the lines of the fixes of a case, which are all the warnings. `rewrite` makes them from those of the case.
pub fn assert_lines(case: &FixCase, answer: &Value, rewrite: impl Fn(&str) -> String) {
    let lines = warnings(answer);
    let whole = case.warnings.len();
    let starts: Vec<_> = case.starts.iter().chain(&case.rest).map(|start| rewrite(start)).collect();
    assert_eq!(lines.len(), whole + starts.len(), "{}: {lines:?}", case.name);
    let expected: Vec<_> = case.warnings.iter().map(|line| rewrite(line)).collect();
    assert_eq!(lines[..whole], expected, "{}", case.name);
    for (line, start) in lines[whole..].iter().zip(&starts) {
        assert!(line.starts_with(start), "{}: {line}", case.name);
    }
    for word in &case.says {
        assert!(lines.iter().any(|line| line.contains(word)), "{}: {word} is not in {lines:?}", case.name);
    }
    assert!(lines.iter().all(|line| line.len() <= 256), "{}: {lines:?}", case.name);
    if answer["accepted"] == true {
        assert_eq!(answer["message"], json!(lines.join("\n")), "{}: the message is the warnings", case.name);
    }
}
