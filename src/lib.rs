//! **oke-virtual-nodes-policy**: says at admission what cannot run on OKE virtual nodes, where, and how to fix it.
//!
//! The library is the policy; `wapc_init` makes it a Kubewarden module. [`review`] shows the way of a request, and
//! [`rules`] has one file for each rule. The floors, from below: [`document`], [`kubernetes`], [`lint`], [`config`],
//! [`cluster`], [`check`], [`rules`] and [`review`], which do not know each other. Each uses only what is below it.

#![warn(missing_docs, clippy::too_many_lines)]
// A module that panics answers "internal server error", so the policy must not be able to.
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

/// The version of the protocol between host and policy, as JSON; the SDK's answer, without its serialiser.
pub const PROTOCOL_VERSION: &str = "\"v1\"";

/// Registers the functions that the host calls.
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", |payload| Ok(validate(&Host, payload).to_json().into_bytes()));
    register_function("validate_settings", validate_settings);
    register_function("protocol_version", |_| Ok(PROTOCOL_VERSION.as_bytes().to_vec()));
}

/// Judges a request for the policy server. `payload` is Kubewarden's `{"request": ..., "settings": ...}`.
#[must_use]
pub fn validate(cluster: &dyn Cluster, payload: &[u8]) -> Response {
    judge(cluster, payload).into()
}

/// Judges a request, with all findings uncut.
///
/// # Errors
/// [`Early`] where the answer needs no rule: the request is accepted, or it or its settings cannot be read.
pub fn judge(cluster: &dyn Cluster, payload: &[u8]) -> Result<Verdict, Early> {
    review::judge(cluster, payload, CATALOGUE)
}

/// Says what is wrong with settings in JSON, if anything is. Nothing at all, null and `{}` are the defaults.
///
/// # Errors
/// [`SettingsError`] with every error in one message.
pub fn check_settings(json: Option<&str>) -> Result<(), SettingsError> {
    Settings::read(&config::parse(json)?, CATALOGUE.rules).map(drop)
}

/// Says whether settings are valid. Every error is in the answer's message.
///
/// # Errors
/// None: the type is the one that the host calls.
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
