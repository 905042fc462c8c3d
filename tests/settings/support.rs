//! Checks of settings and of their errors.

use serde_json::{Value, json};

use crate::common::policy::settings_errors;
use crate::common::{create, good_spec, kind_named, payload, validate};

pub fn errors(settings: &Value) -> String {
    errors_of(&settings.to_string())
}

pub fn errors_of(json: &str) -> String {
    settings_errors(Some(json)).unwrap_or_else(|| panic!("these settings are valid: {json}"))
}

pub fn assert_valid(settings: &Value) {
    assert_eq!(settings_errors(Some(&settings.to_string())), None, "{settings}");
    let request = create(&kind_named("Pod").object(good_spec()));
    assert_eq!(validate(&payload(&request, settings)), json!({"accepted": true}), "{settings}");
}

/// Checks that settings have these errors and no others, in any order.
pub fn assert_errors(settings: &Value, expected: &[&str]) {
    let message = errors(settings);
    let (heading, lines) = message.split_once('\n').unwrap_or_else(|| panic!("{settings}: {message}"));
    let mut lines: Vec<_> = lines.lines().map(|line| line.strip_prefix("- ").unwrap_or(line)).collect();
    let mut expected = expected.to_vec();
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected, "{settings}");
    let plural = if expected.len() == 1 { "" } else { "s" };
    assert_eq!(heading, format!("the settings have {} error{plural}", expected.len()), "{settings}");
}
