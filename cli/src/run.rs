//! `oke-vn run`: what `kwctl run` does with a local module, answer for answer.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::engine::{Policy, was_interrupted};
use crate::request::Payload;
use crate::settings;

/// The `AdmissionRequest` as the policy server takes it: what it does not know is dropped, what it needs must be there.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionRequest {
    uid: String,
    kind: Kind,
    resource: Resource,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_resource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_resource: Option<Resource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_sub_resource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    operation: String,
    user_info: UserInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_object: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Value>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
struct Kind {
    group: String,
    version: String,
    kind: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
struct Resource {
    group: String,
    version: String,
    resource: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
struct UserInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<BTreeMap<String, Vec<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
}

/// What a policy answers to `validate`.
#[derive(Debug, Deserialize)]
struct ValidationResponse {
    accepted: bool,
    message: Option<String>,
    code: Option<u16>,
    mutated_object: Option<Value>,
    warnings: Option<Vec<String>>,
    audit_annotations: Option<BTreeMap<String, String>>,
}

/// The `AdmissionResponse` that an API server gets. As Kubewarden's, it has the last two fields even where they are
/// null.
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

impl AdmissionRequest {
    /// Reads an `AdmissionReview`, or the request in it.
    pub fn parse(text: &str) -> Result<Self> {
        let mut document: Value = serde_json::from_str(text).context("the request is not JSON")?;
        if !document.is_object() {
            bail!("the request is neither an AdmissionReview nor an AdmissionRequest object");
        }
        if document.get("kind").and_then(Value::as_str) == Some("AdmissionReview") {
            document = document.get_mut("request").map(Value::take).context("the AdmissionReview has no `request`")?;
        }
        serde_json::from_value(document).context("the request is not a valid AdmissionRequest")
    }

    /// What the host hands to the guest: compact JSON, the keys of its maps sorted.
    pub fn payload(&self, settings: &RawValue) -> Result<Vec<u8>, serde_json::Error> {
        // By way of a `Value`, as the host does: this is what sorts the keys.
        let request = serde_json::to_value(self)?;
        serde_json::to_vec(&Payload { request, settings })
    }
}

/// Judges a request. Settings that are not valid are an error; everything after that is an answer.
pub fn run(policy: &Policy, settings: &RawValue, request: &AdmissionRequest) -> Result<AdmissionResponse> {
    let verdict = settings::validate(policy, settings)?;
    if !verdict.valid {
        bail!("Provided settings are not valid: {}", verdict.message.unwrap_or_default());
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
