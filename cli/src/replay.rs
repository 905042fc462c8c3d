//! Recorded conversations between a policy and its host, in the format of `kwctl`, played back.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, bail};
use granit_parser::{Event, Parser, ScalarStyle};
use serde::Deserialize;

use crate::cluster::{Query, failure};
use crate::engine::{Host, HostCall, Offline};
use crate::yaml;

/// The section of a module in which `kwctl annotate` writes what is in `metadata.yml`.
const METADATA_SECTION: &[u8] = b"io.kubewarden.metadata";

/// What a module says of itself, as far as it matters to whoever runs it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// What it may look up.
    #[serde(default)]
    pub context_aware_resources: Vec<Resource>,
    /// How it wants to be run.
    pub execution_mode: Option<String>,
    /// Whether it judges Kubernetes objects, or anything at all.
    pub policy_type: Option<String>,
}

/// A kind of objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// The `apiVersion`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
}

impl Metadata {
    /// Reads the metadata of a module; nothing if it has none.
    pub fn read(module: &[u8]) -> Result<Option<Self>> {
        let section = custom_section(module, METADATA_SECTION);
        section.map(serde_json::from_slice).transpose().context("the metadata in the module is not valid")
    }
}

/// The content of a custom section.
fn custom_section<'m>(module: &'m [u8], wanted: &[u8]) -> Option<&'m [u8]> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    let mut rest = module.get(HEADER..)?;
    while let Some((id, after)) = rest.split_first() {
        let (size, after) = length(after)?;
        let (section, next) = after.split_at_checked(size)?;
        if *id == CUSTOM {
            let (size, named) = length(section)?;
            let (name, content) = named.split_at_checked(size)?;
            if name == wanted {
                return Some(content);
            }
        }
        rest = next;
    }
    None
}

/// A number in LEB128, as WebAssembly writes lengths.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f).checked_shl(u32::try_from(index).ok()? * 7)?;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

/// What a policy may look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Nothing,
    /// These kinds.
    Listed(BTreeSet<Resource>),
    /// Everything.
    Everything,
}

impl Access {
    /// What a policy with this metadata may look up, and what is to be said about it.
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

/// A host that answers from a recording, in its order, or refuses where there is none.
#[derive(Debug)]
pub struct Replay {
    /// `None` where there is no recording.
    exchanges: Option<Mutex<VecDeque<(Query, Response)>>>,
    access: Access,
    offline: Offline,
}

impl Replay {
    /// A host without a recording.
    pub fn nothing(access: Access, offline: Offline) -> Self {
        Self { exchanges: None, access, offline }
    }

    /// A host that plays back a file.
    pub fn read(path: &Path, access: Access, offline: Offline) -> Result<Self> {
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the host capabilities interactions {name}"))?;
        let exchanges = parse(&text).with_context(|| format!("{name} does not hold host capabilities interactions"))?;
        Ok(Self { exchanges: Some(Mutex::new(exchanges)), access, offline })
    }

    /// How many of the recorded exchanges nobody asked for.
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

impl<H: Host> Host for std::sync::Arc<H> {
    fn call(&self, call: HostCall<'_>) -> Result<Vec<u8>, String> {
        (**self).call(call)
    }
}

fn parse(text: &str) -> Result<VecDeque<(Query, Response)>> {
    let documents = yaml::load(text, 1).map_err(|error| anyhow!("line {}: {error}", error.line))?;
    let exchanges: Vec<Exchange> = match documents.as_slice() {
        [] => Vec::new(),
        [document] => serde_json::from_str(document.to_raw_value()?.get())?,
        _ => bail!("there are several documents"),
    };
    let exchange = |(index, exchange): (usize, Exchange)| {
        let query = parse_query(&exchange.request).with_context(|| format!("the request of exchange {}", index + 1))?;
        Ok((query, exchange.response))
    };
    exchanges.into_iter().enumerate().map(exchange).collect()
}

/// Reads a request as `serde_yaml` writes an enum: a tag for its kind, and a map with its fields.
fn parse_query(text: &str) -> Result<Query> {
    enum Field {
        Null,
        Text(String),
        List(BTreeSet<String>),
    }

    let mut tag = None;
    let mut fields: Vec<(String, Field)> = Vec::new();
    let mut key = None;
    let mut list = None;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| anyhow!("{}", error.kind()))?;
        match event {
            Event::MappingStart(_, _, named) if tag.is_none() && key.is_none() => {
                tag = Some(named.map(|tag| tag.suffix().to_owned()).context("it has no tag that says what it is")?);
            }
            Event::SequenceStart(..) if key.is_some() && list.is_none() => list = Some(BTreeSet::new()),
            Event::SequenceEnd => {
                if let (Some(key), Some(list)) = (key.take(), list.take()) {
                    fields.push((key, Field::List(list)));
                }
            }
            Event::Scalar(text, style, ..) => match (&mut list, key.take()) {
                (Some(list), name) => {
                    list.insert(text.into_owned());
                    key = name;
                }
                (None, None) => key = Some(text.into_owned()),
                (None, Some(key)) => {
                    let is_null = style == ScalarStyle::Plain && yaml::is_null(&text);
                    fields.push((key, if is_null { Field::Null } else { Field::Text(text.into_owned()) }));
                }
            },
            Event::MappingStart(..) | Event::SequenceStart(..) | Event::Alias(_) => {
                bail!("it is not a request to look something up in Kubernetes");
            }
            _ => {}
        }
    }
    let mut take = |name: &str| {
        let index = fields.iter().position(|(key, _)| key == name);
        match index.map(|index| fields.swap_remove(index).1) {
            Some(Field::Text(text)) => Some(text),
            _ => None,
        }
    };
    let tag = tag.context("it is no map")?;
    let (api_version, kind) = (take("api_version"), take("kind"));
    let api_version = api_version.context("missing field `api_version`")?;
    let kind = kind.context("missing field `kind`")?;
    let (name, namespace, disable_cache) = (take("name"), take("namespace"), take("disable_cache"));
    let (label_selector, field_selector) = (take("label_selector"), take("field_selector"));
    let field_masks = fields.into_iter().find_map(|(key, field)| match field {
        Field::List(list) if key == "field_masks" => Some(list),
        _ => None,
    });
    Ok(match tag.as_str() {
        "KubernetesGetResource" => Query::KubernetesGetResource {
            api_version,
            kind,
            name: name.context("missing field `name`")?,
            namespace,
            disable_cache: disable_cache.context("missing field `disable_cache`")? == "true",
            field_masks,
        },
        "KubernetesListResourceNamespace" => Query::KubernetesListResourceNamespace {
            api_version,
            kind,
            namespace: namespace.context("missing field `namespace`")?,
            label_selector,
            field_selector,
            field_masks,
        },
        "KubernetesListResourceAll" => {
            Query::KubernetesListResourceAll { api_version, kind, label_selector, field_selector, field_masks }
        }
        other => bail!("`{other}` is not supported: only requests to look something up in Kubernetes are"),
    })
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
    fn metadata_is_read_from_the_module() {
        let mut module = wat::parse_str("(module (memory 1))").unwrap();
        assert!(Metadata::read(&module).unwrap().is_none());
        let json = format!(
            r#"{{"contextAwareResources":[{{"apiVersion":"v1","kind":"Pod"}}],"executionMode":"kubewarden-wapc","x":"{}"}}"#,
            "y".repeat(200)
        );
        let mut section = vec![u8::try_from(METADATA_SECTION.len()).unwrap()];
        section.extend(METADATA_SECTION);
        section.extend(json.as_bytes());
        let size = section.len();
        module.extend([0, (size & 0x7f) as u8 | 0x80, (size >> 7) as u8]);
        module.extend(section);
        let metadata = Metadata::read(&module).unwrap().unwrap();
        assert_eq!(metadata.context_aware_resources[0].kind, "Pod");
        assert_eq!(metadata.execution_mode.as_deref(), Some("kubewarden-wapc"));
        assert!(custom_section(&module[..module.len() - 1], METADATA_SECTION).is_none());
    }

    #[test]
    fn what_is_no_recording_is_refused() {
        assert!(parse("{}").is_err());
        assert!(parse("- request: x\n  response: {type: Success, payload: ''}\n").is_err());
        let other = "- request: |\n    !DNSLookupHost\n    api_version: v\n    kind: k\n    host: example.com\n  response: {type: Error, message: m}\n";
        assert!(format!("{:#}", parse(other).unwrap_err()).contains("`DNSLookupHost` is not supported"));
        assert!(parse("").unwrap().is_empty());
    }
}
