//! Runs a local module with the same answers as `kwctl run`.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::engine::{Policy, was_interrupted};
use crate::request::AdmissionRequest;

/// The answer of a policy to `validate_settings`.
#[derive(Debug, Deserialize)]
struct Validity {
    valid: bool,
    message: Option<String>,
}

/// The answer of a policy to `validate`.
#[derive(Debug, Deserialize)]
struct ValidationResponse {
    accepted: bool,
    message: Option<String>,
    code: Option<u16>,
    mutated_object: Option<Value>,
    warnings: Option<Vec<String>>,
    audit_annotations: Option<BTreeMap<String, String>>,
}

/// The `AdmissionResponse` for an API server. As in Kubewarden, the last two fields are present even if null.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionResponse {
    uid: String,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    audit_annotations: Option<BTreeMap<String, String>>,
    warnings: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct Status {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
}

/// Evaluates one admission request.
///
/// # Errors
/// If the settings are invalid, or their validation fails. Any later failure is an answer.
pub fn run(policy: &Policy, settings: &RawValue, request: &AdmissionRequest) -> Result<AdmissionResponse> {
    let answer = policy.call("validate_settings", settings.get().as_bytes())?;
    let validity: Validity =
        serde_json::from_slice(&answer).context("the module's answer to `validate_settings` cannot be read")?;
    if !validity.valid {
        bail!("Provided settings are not valid: {}", validity.message.unwrap_or_default());
    }
    let payload = request.payload(settings)?;
    Ok(match policy.call_raw("validate", &payload) {
        Ok(answer) => match serde_json::from_slice::<ValidationResponse>(&answer) {
            Ok(response) => respond(request, response)?,
            Err(error) => AdmissionResponse::failure(request, &format!("the policy's answer is not one: {error}")),
        },
        Err(error) if was_interrupted(&error.to_string()) => AdmissionResponse::reject(
            request,
            "Policy execution interrupted because it exceeded the allowed execution time".to_owned(),
            Some(500),
        ),
        Err(error) => AdmissionResponse::failure(request, &error.to_string()),
    })
}

fn respond(request: &AdmissionRequest, response: ValidationResponse) -> Result<AdmissionResponse> {
    let patch = match (&request.object, response.mutated_object) {
        (_, None) => None,
        (Some(object), Some(mutated)) => {
            let patch = json_patch::diff(object, &mutated);
            (!patch.0.is_empty()).then(|| serde_json::to_string(&patch)).transpose()?
        }
        (None, Some(_)) => {
            return Ok(AdmissionResponse::reject(
                request,
                "Incoming object is null, which happens only with DELETE operations, but the policy is attempting a \
                 mutation. This is not allowed"
                    .to_owned(),
                None,
            ));
        }
    };
    let status = (response.message.is_some() || response.code.is_some())
        .then_some(Status { message: response.message, code: response.code });
    Ok(AdmissionResponse {
        uid: request.uid.clone(),
        allowed: response.accepted,
        patch_type: patch.is_some().then_some("JSONPatch"),
        patch: patch.map(|patch| base64::engine::general_purpose::STANDARD.encode(patch)),
        status,
        audit_annotations: response.audit_annotations,
        warnings: response.warnings,
    })
}

impl AdmissionResponse {
    fn reject(request: &AdmissionRequest, message: String, code: Option<u16>) -> Self {
        Self {
            uid: request.uid.clone(),
            allowed: false,
            patch_type: None,
            patch: None,
            status: Some(Status { message: Some(message), code }),
            audit_annotations: None,
            warnings: None,
        }
    }

    fn failure(request: &AdmissionRequest, reason: &str) -> Self {
        Self::reject(request, format!("internal server error: {reason}"), Some(500))
    }
}
