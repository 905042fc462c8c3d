//! The admission request, as the policy server sends it to a policy.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// An `AdmissionRequest` as the policy server reads it: unknown fields are dropped, required fields must be present.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionRequest {
    /// Identifies the request in logs.
    pub uid: String,
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
    /// The object; absent in a DELETE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Value>,
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

#[derive(Serialize)]
struct Payload<'a> {
    request: Value,
    settings: &'a RawValue,
}

impl AdmissionRequest {
    /// Reads an `AdmissionReview`, or the request in it.
    ///
    /// # Errors
    /// If the text isn't JSON, or a field that the policy server requires is missing or of a wrong type.
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

    /// Returns the bytes that the host sends to the guest: compact JSON with sorted keys.
    ///
    /// # Errors
    /// None for a request that was read from JSON.
    pub fn payload(&self, settings: &RawValue) -> Result<Vec<u8>, serde_json::Error> {
        // Converts to a `Value` first, as the host does, to sort the keys.
        serde_json::to_vec(&Payload { request: serde_json::to_value(self)?, settings })
    }
}
