//! **oke-virtual-nodes-policy**: says at admission what cannot run on OKE virtual nodes, where, and how to mend it.
//!
//! The library is the policy; `wapc_init` makes it a Kubewarden module. [`policy`] shows the way of a request, and
//! [`rules`] has one file for each rule.

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

pub mod exempt;
pub mod findings;
pub mod fix;
pub mod inspect;
pub mod json;
pub mod judge;
pub mod kinds;
pub mod lookups;
pub mod mend;
pub mod placement;
pub mod policy;
pub mod products;
pub mod quantity;
pub mod reader;
pub mod request;
pub mod response;
pub mod rule;
pub mod rules;
pub mod settings;
pub mod subject;
pub mod unchanged;
pub mod views;

use kubewarden_policy_sdk::protocol_version_guest;
use serde::Serialize;
use wapc_guest::{CallResult, register_function};

/// Registers the functions that the host calls.
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", |payload| Ok(serde_json::to_vec(&policy::validate(payload))?));
    register_function("findings", findings);
    register_function("validate_settings", validate_settings);
    register_function("protocol_version", protocol_version_guest);
}

/// Judges a request for the command line: all findings, uncut and with their parts.
fn findings(payload: &[u8]) -> CallResult {
    let mut json = String::new();
    policy::answer(&lookups::Host, payload, &mut |outcome| json = inspect::to_json(&outcome));
    Ok(json.into_bytes())
}

/// Says whether settings are valid. Never an error of the host's: whatever is wrong is in the answer's message.
fn validate_settings(payload: &[u8]) -> CallResult {
    #[derive(Serialize)]
    struct Validity {
        valid: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    }

    let message = match std::str::from_utf8(payload) {
        Ok(json) => settings::check(Some(json)).err().map(|invalid| invalid.0),
        Err(_) => Some("the settings are not valid UTF-8".to_owned()),
    };
    Ok(serde_json::to_vec(&Validity { valid: message.is_none(), message })?)
}
