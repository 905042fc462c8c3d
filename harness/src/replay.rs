//! Recorded look-ups, in the format of `kwctl`, played back.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::engine::{Host, HostCall, Offline};
use crate::metadata::{Metadata, Resource};
use crate::query::{Query, failure};

/// The kinds that a policy may look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// None.
    Nothing,
    /// These kinds.
    Listed(BTreeSet<Resource>),
    /// All kinds.
    Everything,
}

impl Access {
    /// Returns the kinds that a policy with this metadata may look up, and a notice for the user.
    #[must_use]
    pub fn new(is_allowed: bool, metadata: Option<&Metadata>) -> (Self, Option<&'static str>) {
        match (is_allowed, metadata) {
            (false, Some(metadata)) if !metadata.context_aware_resources.is_empty() => (
                Self::Nothing,
                Some("the policy looks things up in the cluster, and may not without --allow-context-aware"),
            ),
            (false, _) => (Self::Nothing, None),
            (true, Some(metadata)) => (Self::Listed(metadata.context_aware_resources.iter().cloned().collect()), None),
            (true, None) => (
                Self::Everything,
                Some("the policy is not annotated: it may look up everything here, and nothing where kwctl runs it"),
            ),
        }
    }

    fn includes(&self, api_version: &str, kind: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Listed(resources) => {
                resources.contains(&Resource { api_version: api_version.to_owned(), kind: kind.to_owned() })
            }
            Self::Everything => true,
        }
    }
}

/// A question and its answer.
#[derive(Debug, Deserialize)]
struct Exchange {
    request: String,
    response: Response,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
enum Response {
    Success { payload: String },
    Error { message: String },
}

/// A host that answers from a recording, in order. Without a recording, it rejects look-ups.
#[derive(Debug)]
pub struct Replay {
    /// `None` without a recording.
    exchanges: Option<Mutex<VecDeque<(Query, Response)>>>,
    access: Access,
    offline: Offline,
}

impl Replay {
    /// Creates a host without a recording.
    #[must_use]
    pub fn nothing(access: Access, offline: Offline) -> Self {
        Self { exchanges: None, access, offline }
    }

    /// Creates a host that plays back a file.
    ///
    /// # Errors
    /// If the file cannot be read or isn't a recording.
    pub fn read(path: &Path, access: Access, offline: Offline) -> Result<Self> {
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the host capabilities interactions {name}"))?;
        let exchanges = parse(&text).with_context(|| format!("{name} does not hold host capabilities interactions"))?;
        Ok(Self { exchanges: Some(Mutex::new(exchanges)), access, offline })
    }

    /// Returns the number of unused recorded exchanges.
    #[must_use]
    pub fn leftovers(&self) -> usize {
        let exchanges = self.exchanges.as_ref();
        exchanges.map_or(0, |exchanges| exchanges.lock().unwrap_or_else(PoisonError::into_inner).len())
    }
}

impl Host for Replay {
    fn call(&self, call: HostCall<'_>) -> Result<Vec<u8>, String> {
        let Some(query) = Query::of(call) else { return self.offline.call(call) };
        let query = query?;
        let (api_version, kind) = query.resource();
        if !self.access.includes(api_version, kind) {
            return Err(format!(
                "Policy has not been granted access to Kubernetes {api_version}/{kind} resources. The violation has \
                 been reported."
            ));
        }
        let Some(exchanges) = &self.exchanges else { return self.offline.call(call) };
        match exchanges.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
            None => Err(failure("the list of recorded responses is empty")),
            Some((expected, _)) if expected != query => Err(failure(format_args!(
                "Replay error: unexpected request. Was expecting {expected:?}, got {query:?} instead"
            ))),
            Some((_, Response::Success { payload })) => Ok(payload.into_bytes()),
            Some((_, Response::Error { message })) => Err(failure(message)),
        }
    }
}

fn parse(text: &str) -> Result<VecDeque<(Query, Response)>> {
    let exchanges: Option<Vec<Exchange>> = yaml_serde::from_str(text)?;
    let exchange = |(index, exchange): (usize, Exchange)| {
        // `kwctl` writes the request's enum variant as a YAML tag.
        let query = yaml_serde::from_str(&exchange.request)
            .with_context(|| format!("the request of exchange {}", index + 1))?;
        Ok((query, exchange.response))
    };
    exchanges.into_iter().flatten().enumerate().map(exchange).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = r#"- type: Exchange
  request: |
    !KubernetesGetResource
    api_version: v1
    kind: Namespace
    name: yes
    namespace: null
    disable_cache: false
  response:
    type: Success
    payload: '{"apiVersion":"v1"}'
- type: Exchange
  request: |
    !KubernetesListResourceNamespace
    api_version: v1
    kind: Pod
    namespace: shop
    label_selector: app=web
    field_selector: null
    field_masks:
    - metadata.name
  response:
    type: Error
    message: 'no'
"#;

    fn call(replay: &Replay, operation: &str, payload: &str) -> Result<String, String> {
        let call = HostCall { binding: "kubewarden", namespace: "kubernetes", operation, payload: payload.as_bytes() };
        replay.call(call).map(|answer| String::from_utf8(answer).unwrap())
    }

    fn replay(access: Access) -> Replay {
        let exchanges = parse(RECORDED).unwrap();
        Replay { exchanges: Some(Mutex::new(exchanges)), access, offline: Offline::default() }
    }

    const GET: &str = r#"{"api_version":"v1","kind":"Namespace","name":"yes","namespace":null,"disable_cache":false,"field_masks":null}"#;
    const LIST: &str = r#"{"api_version":"v1","kind":"Pod","namespace":"shop","label_selector":"app=web","field_selector":null,"field_masks":["metadata.name"]}"#;

    #[test]
    fn answers_come_in_their_order() {
        let replay = replay(Access::Everything);
        assert_eq!(replay.leftovers(), 2);
        assert_eq!(call(&replay, "get_resource", GET).unwrap(), r#"{"apiVersion":"v1"}"#);
        let error = call(&replay, "list_resources_by_namespace", LIST).unwrap_err();
        assert_eq!(error, "Callback evaluation failure: no");
        assert_eq!(replay.leftovers(), 0);
        let error = call(&replay, "get_resource", GET).unwrap_err();
        assert_eq!(error, "Callback evaluation failure: the list of recorded responses is empty");
    }

    #[test]
    fn another_question_is_an_error() {
        let error = call(&replay(Access::Everything), "list_resources_by_namespace", LIST).unwrap_err();
        assert_eq!(
            error,
            "Callback evaluation failure: Replay error: unexpected request. Was expecting KubernetesGetResource { \
             api_version: \"v1\", kind: \"Namespace\", name: \"yes\", namespace: None, disable_cache: false, \
             field_masks: None }, got KubernetesListResourceNamespace { api_version: \"v1\", kind: \"Pod\", \
             namespace: \"shop\", label_selector: Some(\"app=web\"), field_selector: None, field_masks: \
             Some({\"metadata.name\"}) } instead"
        );
    }

    #[test]
    fn access_is_granted_by_kind() {
        let namespaces = Resource { api_version: "v1".to_owned(), kind: "Namespace".to_owned() };
        let replay = replay(Access::Listed([namespaces].into()));
        let error = call(&replay, "list_resources_by_namespace", LIST).unwrap_err();
        assert_eq!(
            error,
            "Policy has not been granted access to Kubernetes v1/Pod resources. The violation has been reported."
        );
        assert!(call(&replay, "get_resource", GET).is_ok());
    }

    #[test]
    fn other_files_are_refused() {
        assert!(parse("{}").is_err());
        assert!(parse("- request: x\n  response: {type: Success, payload: ''}\n").is_err());
        let other = "- request: |\n    !DNSLookupHost\n    api_version: v\n    kind: k\n    host: example.com\n  response: {type: Error, message: m}\n";
        assert!(format!("{:#}", parse(other).unwrap_err()).contains("DNSLookupHost"));
        assert!(parse("").unwrap().is_empty());
    }
}
