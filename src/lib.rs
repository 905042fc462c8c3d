//! **oke-virtual-nodes-policy**: reports at admission what cannot run on OKE virtual nodes, where, and how to fix it.
//!
//! The library is the policy; `wapc_init` makes it a Kubewarden module. [`review`] processes a request, and [`rules`]
//! has one file for each rule. The layers, from the bottom: [`document`], [`kubernetes`], [`lint`], [`config`],
//! [`cluster`], [`check`], then [`rules`] and [`review`], which don't depend on each other. Each layer uses only those
//! below it.

#![warn(missing_docs, clippy::too_many_lines)]
// A panic makes the policy server answer "internal server error", so code that can panic is forbidden.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

pub mod check;
pub mod cluster;
pub mod config;
pub mod document;
pub mod kubernetes;
pub mod lint;
pub mod review;
pub mod rules;

use wapc_guest::{CallResult, register_function};

use check::Catalogue;
use cluster::{Cluster, Host};
use config::{Settings, SettingsError};
use document::text::json_member;
use review::response::Response;
use review::verdict::{Early, Verdict};

/// The rules of this policy.
pub static CATALOGUE: Catalogue = Catalogue { rules: rules::RULES, checks: rules::CHECKS };

/// The version of the protocol between host and policy, as JSON. The same answer as the SDK's, without its serialiser.
pub const PROTOCOL_VERSION: &str = "\"v1\"";

/// Registers the functions that the host calls.
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", |payload| Ok(validate(&Host, payload).to_json().into_bytes()));
    register_function("validate_settings", validate_settings);
    register_function("protocol_version", |_| Ok(PROTOCOL_VERSION.as_bytes().to_vec()));
}

/// Reviews a request for the policy server. `payload` is Kubewarden's JSON `{"request": ..., "settings": ...}`.
#[must_use]
pub fn validate(cluster: &dyn Cluster, payload: &[u8]) -> Response {
    judge(cluster, payload).into()
}

/// Reviews a request and returns all findings, not truncated. `payload` is the same as for [`validate`].
///
/// # Errors
/// [`Early`] if no rule is needed for the answer: the request is accepted, or the request or its settings cannot be
/// read.
pub fn judge(cluster: &dyn Cluster, payload: &[u8]) -> Result<Verdict, Early> {
    review::judge(cluster, payload, CATALOGUE)
}

/// Checks settings in JSON. `None`, null and `{}` mean the defaults.
///
/// # Errors
/// [`SettingsError`] with all errors in one message.
pub fn check_settings(json: Option<&str>) -> Result<(), SettingsError> {
    Settings::read(&config::parse(json)?, CATALOGUE.rules).map(drop)
}

/// Validates the settings in `payload`, for the policy server. The answer's message has all errors.
///
/// # Errors
/// None. The host requires this type.
pub fn validate_settings(payload: &[u8]) -> CallResult {
    let message = match std::str::from_utf8(payload) {
        Ok(json) => check_settings(Some(json)).err().map(|error| error.0),
        Err(_) => Some("the settings are not valid UTF-8".to_owned()),
    };
    let mut answer = format!("{{\"valid\":{}", message.is_none());
    if let Some(message) = message {
        json_member(&mut answer, "message", &message);
    }
    answer.push('}');
    Ok(answer.into_bytes())
}
