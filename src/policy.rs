//! The way of a request, from the payload's bytes to the response's bytes.

use crate::findings::{Finding, Findings};
use crate::judge;
use crate::kinds::{KINDS, Kind};
use crate::reader::{Document, Raw, Text, View};
use crate::request::{AdmissionRequest, Operation, Payload};
use crate::response::Response;
use crate::settings::{NodeKind, Settings};
use crate::subject::Subject;
use crate::unchanged;
use crate::views::Pod;

/// What cannot be read is rejected with this HTTP status.
const UNREADABLE: u16 = 422;
/// A request under settings that are not valid is rejected with this HTTP status.
const BAD_SETTINGS: u16 = 400;

/// The outcome of a request, as the different callers need it: see [`validate`] and [`findings`].
pub trait Answer {
    /// What the caller gets.
    type Output;

    /// The request does not concern a virtual node, or nothing in it is judged.
    fn accept(self) -> Self::Output;
    /// The request cannot be judged: the HTTP status and why.
    fn reject(self, code: u16, message: &str) -> Self::Output;
    /// The request was judged. `subject` names its object, as in `Deployment shop/web`.
    fn judged(self, subject: &str, findings: Vec<Finding<'_>>, help_url: Option<&str>) -> Self::Output;
}

/// Judges a request for the policy server. `payload` is Kubewarden's `{"request": ..., "settings": ...}`.
#[must_use]
pub fn validate(payload: &[u8]) -> Response {
    struct ForHost;

    impl Answer for ForHost {
        type Output = Response;

        fn accept(self) -> Response {
            Response::accept()
        }

        fn reject(self, code: u16, message: &str) -> Response {
            Response::reject(code, message)
        }

        fn judged(self, subject: &str, findings: Vec<Finding<'_>>, help_url: Option<&str>) -> Response {
            Response::judged(subject, &findings, help_url)
        }
    }

    answer(payload, ForHost)
}

/// The way of a request.
pub fn answer<A: Answer>(payload: &[u8], answer: A) -> A::Output {
    let Ok(text) = std::str::from_utf8(payload) else {
        return answer.reject(UNREADABLE, "the request is not valid UTF-8");
    };
    let payload = match Document::read(text, Payload::SHAPE) {
        Ok(payload) => payload,
        Err(_) => return answer.reject(UNREADABLE, "the request is not valid JSON"),
    };
    let request = Payload::of(payload.root()).and_then(Payload::request);
    let settings = Payload::of(payload.root()).and_then(Payload::settings);
    let settings = match Settings::read(settings.map(Raw::text)) {
        Ok(settings) => settings,
        Err(invalid) => return answer.reject(BAD_SETTINGS, &invalid.0),
    };
    if settings.node_kind == NodeKind::Managed {
        return answer.accept();
    }
    if payload.unreadable().len() > 0 {
        return answer.reject(UNREADABLE, &unreadable("the request", &payload));
    }
    let Some(request) = request else {
        return answer
            .reject(UNREADABLE, "the request is missing: expected an object with the fields request and settings");
    };
    let Some(operation) = text_of(request.operation()).and_then(Operation::find) else {
        return answer.reject(UNREADABLE, "request.operation: expected CREATE, UPDATE, DELETE or CONNECT");
    };
    let Some(kind_name) = request.kind().and_then(|kind| text_of(kind.kind())) else {
        return answer.reject(UNREADABLE, "request.kind.kind: expected the kind of the object, found nothing");
    };
    let group = request.kind().and_then(|kind| text_of(kind.group())).unwrap_or_default();
    if operation == Operation::Delete {
        return answer.accept();
    }
    let Some(kind) = Kind::find(group, kind_name) else {
        return answer.accept();
    };
    let Some(scope) = Scope::of(kind, operation, text_of(request.sub_resource()).unwrap_or_default()) else {
        return answer.accept();
    };
    if kind.is_connection() {
        return connection(&request, kind, &settings, answer);
    }
    judged(&request, kind, kind_name, operation, scope, &settings, answer)
}

/// A connection to a running pod. What it sends has no metadata; there is nothing to read in it.
fn connection<A: Answer>(request: &AdmissionRequest<'_>, kind: Kind, settings: &Settings<'_>, answer: A) -> A::Output {
    let Ok(document) = Document::read("{}", kind.shape()) else { return answer.accept() };
    let name = text_of(request.name()).unwrap_or_default();
    let subject = Subject::new(kind, "", name, &document, settings);
    let mut findings = Findings::new();
    judge::object(&subject, settings, &mut findings);
    let resource = KINDS.iter().find(|info| info.kind == kind).map_or("", |info| info.resource);
    answer.judged(
        &title(&subject, resource, text_of(request.namespace())),
        findings.into_list(),
        settings.help_url.as_deref(),
    )
}

/// Which part of an object a request is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The whole object.
    Whole,
    /// The image of a running pod's containers, and nothing else: the virtual node itself updates pods.
    PodUpdate,
    /// The containers that a request adds to a running pod.
    EphemeralContainers,
    /// The resources of a running pod.
    Resize,
}

impl Scope {
    /// The part that the request is about; `None` if nothing of it is judged.
    fn of(kind: Kind, operation: Operation, sub_resource: &str) -> Option<Scope> {
        match (kind, operation, sub_resource) {
            (_, Operation::Connect, _) => kind.is_connection().then_some(Scope::Whole),
            (Kind::Pod, Operation::Update, "") => Some(Scope::PodUpdate),
            (Kind::Pod, Operation::Update, "ephemeralcontainers") => Some(Scope::EphemeralContainers),
            (Kind::Pod, Operation::Update, "resize") => Some(Scope::Resize),
            (_, Operation::Create | Operation::Update, "") => Some(Scope::Whole),
            _ => None,
        }
    }
}

fn judged<A: Answer>(
    request: &AdmissionRequest<'_>,
    kind: Kind,
    kind_name: &str,
    operation: Operation,
    scope: Scope,
    settings: &Settings<'_>,
    answer: A,
) -> A::Output {
    let update = operation == Operation::Update;
    let Some(object) = request.object() else {
        return answer.reject(UNREADABLE, "request.object: expected an object, found nothing");
    };
    let old = request.old_object().filter(|_| update);
    if let Some(old) = old
        && unchanged::pod_template(kind, object.text(), old.text())
    {
        return answer.accept();
    }
    let document = match Document::read(object.text(), kind.shape()) {
        Ok(document) => document,
        Err(malformed) => {
            let path = if malformed.path.is_empty() { "object" } else { malformed.path.as_str() };
            return answer.reject(UNREADABLE, &format!("{kind_name} cannot be read: {path} is not valid JSON"));
        }
    };
    let name = text_of(request.name()).unwrap_or_default();
    let group = request.kind().and_then(|kind| text_of(kind.group())).unwrap_or_default();
    let mut subject = Subject::new(kind, group, name, &document, settings);
    // Finalizers must go, whatever is in the object.
    let is_deleted = subject.metadata.and_then(|metadata| text_of(metadata.deletion_timestamp())).is_some();
    if (update && is_deleted) || is_owned(&subject) {
        return answer.accept();
    }
    let title = title(&subject, kind_name, text_of(request.namespace()));
    if document.unreadable().len() > 0 {
        return answer.reject(UNREADABLE, &unreadable(&title, &document));
    }
    let before = old.and_then(|old| Document::read(old.text(), kind.shape()).ok());
    subject.old = before.as_ref().map(Document::root);
    subject.before = subject.old.filter(|_| kind == Kind::Pod).and_then(Pod::of).and_then(Pod::spec);

    let mut findings = Findings::new();
    match scope {
        Scope::PodUpdate if subject.before.is_some() => judge::update(&subject, settings, &mut findings),
        Scope::Whole | Scope::PodUpdate => judge::object(&subject, settings, &mut findings),
        Scope::EphemeralContainers => judge::added_containers(&subject, settings, &mut findings),
        Scope::Resize => judge::resources(&subject, settings, &mut findings),
    }
    let mut findings = findings.into_list();
    if let Some(before) = before.as_ref().filter(|_| !kind.has_template() && !is_about_changes(kind)) {
        let before = Subject::new(kind, group, name, before, settings);
        let mut known = Findings::new();
        judge::object(&before, settings, &mut known);
        ratchet(&mut findings, &known.into_list());
    }
    answer.judged(&title, findings, settings.help_url.as_deref())
}

/// Whether the rules on a kind look at the change itself.
fn is_about_changes(kind: Kind) -> bool {
    matches!(kind, Kind::ConfigMap | Kind::Secret)
}

/// Lets what was in the object before the update only warn.
fn ratchet(findings: &mut [Finding<'_>], known: &[Finding<'_>]) {
    for finding in findings {
        if known.iter().any(|known| known.is_same(finding)) {
            finding.only_warn();
            finding.problem.to_mut().push_str(" (it was there before)");
        }
    }
}

/// Whether the object's owner was judged in its place, and its pods will be.
fn is_owned(subject: &Subject<'_>) -> bool {
    match subject.kind {
        Kind::ReplicaSet => subject.controller("apps", "Deployment").is_some(),
        Kind::Job => subject.controller("batch", "CronJob").is_some(),
        _ => false,
    }
}

/// The object as a person would name it: `Deployment shop/web`, `Pod shop/web-*` where the API server makes the name.
fn title(subject: &Subject<'_>, kind_name: &str, namespace: Option<&str>) -> String {
    let metadata = subject.metadata;
    let namespace = namespace.or_else(|| text_of(metadata?.namespace()));
    let mut title = format!("{kind_name} ");
    if let Some(namespace) = namespace {
        title.push_str(namespace);
        title.push('/');
    }
    if subject.name.is_empty() {
        title.push_str(metadata.and_then(|metadata| text_of(metadata.generate_name())).unwrap_or_default());
        title.push('*');
    } else {
        title.push_str(subject.name);
    }
    title
}

fn unreadable(subject: &str, document: &Document<'_>) -> String {
    let fields = document.unreadable();
    let count = fields.len();
    let mut message = format!("{subject} cannot be read: {count} field{}", if count == 1 { "" } else { "s" });
    for field in fields {
        message.push_str("\n- ");
        message.push_str(&field);
    }
    message
}

/// The text of a field that is there and not empty.
fn text_of(text: Option<Text<'_>>) -> Option<&str> {
    text.map(|text| text.value).filter(|text| !text.is_empty())
}
