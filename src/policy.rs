//! The way of a request, from the payload's bytes to the response's bytes.

use std::cell::OnceCell;

use crate::exempt::{Requester, exempt};
use crate::findings::{Finding, Findings, Place};
use crate::fix::{Target, apply, fix};
use crate::judge;
use crate::kinds::{KINDS, Kind};
use crate::lookups::{Cluster, Host, Lookup, Lookups, Unanswered};
use crate::placement::{self, VirtualNode};
use crate::reader::{Document, MOST_UNREADABLE, Node, Raw, Text, View};
use crate::request::{AdmissionRequest, Operation, Payload, TextPayload, UserInfo};
use crate::response::{Response, printable};
use crate::rule::Level;
use crate::settings::{self, NodeKind, Settings};
use crate::subject::Subject;
use crate::unchanged;
use crate::views::{Pod, PodSpec};

/// What cannot be read is rejected with this HTTP status.
const UNREADABLE: u16 = 422;
/// A request under settings that are not valid is rejected with this HTTP status.
const BAD_SETTINGS: u16 = 400;

/// What came of a request.
pub enum Outcome<'d> {
    /// It does not concern a virtual node, or nothing in it is judged.
    Accepted,
    /// It cannot be judged: the HTTP status, and why.
    Rejected(u16, String),
    /// It was judged.
    Judged(Judgement<'d>),
}

/// What was found in a request, and what was mended.
#[derive(Default)]
pub struct Judgement<'d> {
    /// The object, as in `Deployment shop/web`.
    pub subject: String,
    /// What is wrong, after the fixes that are on.
    pub findings: Vec<Finding<'d>>,
    /// What the fixes that are on mend.
    pub mended: Vec<Finding<'d>>,
    /// What would be wrong if it were not exempt.
    pub exempted: Vec<Finding<'d>>,
    /// How to keep the object off virtual nodes.
    pub advice: Option<String>,
    /// The object as JSON with the fixes, where it may be changed.
    pub object: Option<String>,
    /// Where a reader of a denial finds more.
    pub help_url: Option<&'d str>,
}

impl Judgement<'_> {
    /// Whether anything that was found denies the request.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Deny)
    }
}

/// Judges a request for the policy server. `payload` is Kubewarden's `{"request": ..., "settings": ...}`.
#[must_use]
pub fn validate(payload: &[u8]) -> Response {
    validate_in(&Host, payload)
}

/// Judges a request as [`validate`] does, with another cluster to look things up in.
#[must_use]
pub fn validate_in(cluster: &dyn Cluster, payload: &[u8]) -> Response {
    let mut response = Response::default();
    self::answer(cluster, payload, &mut |outcome| {
        response = match outcome {
            Outcome::Accepted => Response::accept(),
            Outcome::Rejected(code, message) => Response::reject(code, &message),
            Outcome::Judged(judgement) => Response::judged(judgement),
        };
    });
    response
}

/// The way of a request. `answer` is called once, with what came of it.
pub fn answer(cluster: &dyn Cluster, payload: &[u8], answer: &mut dyn FnMut(Outcome<'_>)) {
    let unreadable = |message: &str| Outcome::Rejected(UNREADABLE, message.to_owned());
    let Ok(text) = std::str::from_utf8(payload) else {
        return answer(unreadable("the request is not valid UTF-8"));
    };
    let payload = match Document::read(text, Payload::SHAPE) {
        Ok(payload) => payload,
        Err(malformed) => {
            let place = if malformed.path.is_empty() { "the request" } else { malformed.path.as_str() };
            return answer(unreadable(&format!("{place} is not valid JSON")));
        }
    };
    let (request, settings) = match Payload::of(payload.root()) {
        Some(payload) => (payload.request(), payload.settings()),
        None => (None, None),
    };
    let settings = match settings::parse(settings.map(Raw::text)) {
        Ok(settings) => settings,
        Err(invalid) => return answer(Outcome::Rejected(BAD_SETTINGS, invalid.0)),
    };
    let settings = match Settings::of(&settings) {
        Ok(settings) => settings,
        Err(invalid) => return answer(Outcome::Rejected(BAD_SETTINGS, invalid.0)),
    };
    if settings.node_kind == NodeKind::Managed {
        return answer(Outcome::Accepted);
    }
    let wrong = payload.root().unreadable();
    if !wrong.is_empty() {
        return answer(unreadable(&wrong_fields("the request", &wrong)));
    }
    let Some(request) = request else {
        return answer(unreadable("the request is missing: expected an object with the fields request and settings"));
    };
    let Some(operation) = text_of(request.operation()).and_then(Operation::find) else {
        return answer(unreadable("request.operation: expected CREATE, UPDATE, DELETE or CONNECT"));
    };
    let Some(kind_name) = request.kind().and_then(|kind| text_of(kind.kind())) else {
        return answer(unreadable("request.kind.kind: expected the kind of the object, found nothing"));
    };
    let group = request.kind().and_then(|kind| text_of(kind.group())).unwrap_or_default();
    if operation == Operation::Delete {
        return answer(Outcome::Accepted);
    }
    let Some(kind) = Kind::find(group, kind_name) else {
        return answer(Outcome::Accepted);
    };
    let Some(scope) = Scope::of(kind, operation, text_of(request.sub_resource()).unwrap_or_default()) else {
        return answer(Outcome::Accepted);
    };
    let name = text_of(request.name()).unwrap_or_default();
    let namespace = text_of(request.namespace()).unwrap_or_default();
    let lookups = Lookups::new(cluster, &settings, namespace);
    let named = Named { kind, group, kind_name, name, request, payload: text, lookups: &lookups };
    match scope {
        Scope::Connection => connection(&named, &settings, answer),
        _ => object(&named, operation, scope, &settings, answer),
    }
}

/// The object of a request, as the request names it.
struct Named<'d> {
    kind: Kind,
    group: &'d str,
    kind_name: &'d str,
    name: &'d str,
    request: AdmissionRequest<'d>,
    payload: &'d str,
    lookups: &'d Lookups<'d>,
}

impl<'d> Named<'d> {
    fn subject(&self, root: Node<'d>) -> Subject<'d> {
        Subject::new(self.kind, self.group, self.name, root, self.lookups)
    }

    /// The findings that are exempt, taken out of `findings`.
    fn exempt(&self, findings: &mut Vec<Finding<'d>>, subject: &Subject<'d>) -> Vec<Finding<'d>> {
        let settings = self.lookups.settings();
        let user = self.request.user_info().filter(|_| settings.exemptions.is_some());
        let user = user.and_then(|user| Document::read(user.text(), UserInfo::SHAPE).ok());
        let requester = Requester {
            kind: self.kind_name,
            namespace: text_of(self.request.namespace()).unwrap_or_default(),
            user: user.as_ref().and_then(|user| UserInfo::of(user.root())),
        };
        exempt(findings, subject, &requester, settings)
    }
}

/// Which part of an object a request is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// A connection to a running pod.
    Connection,
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
            (_, Operation::Connect, _) => kind.is_connection().then_some(Scope::Connection),
            (Kind::Pod, Operation::Update, "") => Some(Scope::PodUpdate),
            (Kind::Pod, Operation::Update, "ephemeralcontainers") => Some(Scope::EphemeralContainers),
            (Kind::Pod, Operation::Update, "resize") => Some(Scope::Resize),
            (_, Operation::Create | Operation::Update, "") => Some(Scope::Whole),
            _ => None,
        }
    }
}

/// A connection to a running pod. What it sends has no metadata; there is nothing to read in it.
fn connection(named: &Named<'_>, settings: &Settings<'_>, answer: &mut dyn FnMut(Outcome<'_>)) {
    let Ok(document) = Document::read("{}", named.kind.shape()) else { return answer(Outcome::Accepted) };
    let subject = named.subject(document.root());
    let mut findings = judge::object(&subject, settings);
    if settings.node_kind == NodeKind::Mixed {
        let (mut failed, mut lands) = (None, None);
        let found = named.lookups.show(Lookup::Pod, named.name, Pod::SHAPE, &mut |pod| {
            let spec = Pod::of(pod).and_then(Pod::spec);
            lands = spec.map(|spec| placement::can_land(spec, named.lookups, &mut |kind| failed = Some(kind)));
        });
        if found == Err(Unanswered::Failed) {
            failed = Some(Lookup::Pod);
        }
        match lands {
            Some(false) => findings.clear(),
            Some(true) => {}
            None => findings.iter_mut().for_each(|finding| _ = finding.only_warn()),
        }
        findings.extend(failed.and_then(|kind| unplaced(&subject, kind)));
    }
    let exempted = named.exempt(&mut findings, &subject);
    let resource = KINDS.iter().find(|info| info.kind == named.kind).map_or("", |info| info.resource);
    answer(Outcome::Judged(Judgement {
        subject: title(&subject, resource, text_of(named.request.namespace())),
        findings,
        exempted,
        help_url: settings.help_url,
        ..Judgement::default()
    }));
}

fn object(
    named: &Named<'_>,
    operation: Operation,
    scope: Scope,
    settings: &Settings<'_>,
    answer: &mut dyn FnMut(Outcome<'_>),
) {
    let kind = named.kind;
    let is_update = operation == Operation::Update;
    let Some(object) = named.request.object() else {
        return answer(Outcome::Rejected(UNREADABLE, "request.object: expected an object, found nothing".to_owned()));
    };
    // The text is wanted where an update is compared or something is mended, and found by another look.
    let again = OnceCell::new();
    let text = || {
        let again = again.get_or_init(|| Document::read(named.payload, TextPayload::SHAPE).ok()).as_ref()?;
        TextPayload::of(again.root())?.request()?.object().map(Raw::text)
    };
    let old = named.request.old_object().map(Raw::text).filter(|_| is_update);
    if let Some(old) = old
        && text().is_some_and(|text| unchanged::pod_template(kind, text, old))
    {
        return answer(Outcome::Accepted);
    }
    let document;
    let root = match object.node.raw() {
        None => object.node,
        // The kind came after the object.
        Some(text) => match Document::read(text, kind.shape()) {
            Ok(read) => {
                document = read;
                document.root()
            }
            Err(malformed) => {
                let place = if malformed.path.is_empty() { "request.object" } else { malformed.path.as_str() };
                return answer(Outcome::Rejected(UNREADABLE, format!("{place} is not valid JSON")));
            }
        },
    };
    let mut subject = named.subject(root);
    // Finalizers must go, whatever is in the object.
    let is_deleted = subject.metadata.and_then(|metadata| text_of(metadata.deletion_timestamp())).is_some();
    if (is_update && is_deleted) || is_owned(&subject) {
        return answer(Outcome::Accepted);
    }
    let title = title(&subject, named.kind_name, text_of(named.request.namespace()));
    let wrong = root.unreadable();
    if !wrong.is_empty() {
        return answer(Outcome::Rejected(UNREADABLE, wrong_fields(&title, &wrong)));
    }
    let mut failed = None;
    if settings.node_kind == NodeKind::Mixed
        && let Some(pod) = subject.pod()
        && !placement::can_land(pod, named.lookups, &mut |kind| failed = Some(kind))
    {
        // Where the nodes could not be looked up, they may be others than described.
        let mut findings: Vec<_> = failed.and_then(|kind| unplaced(&subject, kind)).into_iter().collect();
        if findings.is_empty() {
            return answer(Outcome::Accepted);
        }
        let exempted = named.exempt(&mut findings, &subject);
        let help_url = settings.help_url;
        let judgement = Judgement { subject: title, findings, exempted, help_url, ..Judgement::default() };
        return answer(Outcome::Judged(judgement));
    }
    let before = old.and_then(|old| Document::read(old, kind.shape()).ok());
    subject.old = before.as_ref().map(Document::root);
    subject.before = subject.old.filter(|_| kind == Kind::Pod).and_then(Pod::of).and_then(Pod::spec);

    let mut findings = match scope {
        Scope::PodUpdate if subject.before.is_some() => judge::update(&subject, settings),
        Scope::EphemeralContainers => judge::added_containers(&subject, settings),
        Scope::Resize => judge::resources(&subject, settings),
        _ => judge::object(&subject, settings),
    };
    if let Some(before) = before.as_ref().filter(|_| !kind.has_template() && !is_about_changes(kind)) {
        ratchet(&mut findings, &judge::object(&named.subject(before.root()), settings));
    }
    if settings.node_kind == NodeKind::Mixed && !kind.has_template() {
        findings.iter_mut().for_each(|finding| _ = finding.only_warn());
    }
    findings.extend(failed.and_then(|kind| unplaced(&subject, kind)));
    let exempted = named.exempt(&mut findings, &subject);
    let found = Judgement { subject: title, findings, exempted, help_url: settings.help_url, ..Judgement::default() };
    mend(named, &subject, operation, found, failed, &text, answer);
}

/// Mends what was found, as far as the settings want it, and answers. What is mended is taken out of the findings and put
/// to the rules again.
fn mend<'t>(
    named: &Named<'_>,
    subject: &Subject<'_>,
    operation: Operation,
    found: Judgement<'_>,
    failed: Option<Lookup>,
    text: &dyn Fn() -> Option<&'t str>,
    answer: &mut dyn FnMut(Outcome<'_>),
) {
    let settings = named.lookups.settings();
    let target = Target::of(subject, operation, settings);
    let (mended, rest): (Vec<_>, Vec<_>) =
        found.findings.into_iter().partition(|finding| target.is_some_and(|target| target.mends(finding, settings)));
    let fixed = if mended.is_empty() { None } else { text().and_then(|text| fix(text, &mended, settings)) };
    let fixed_document = fixed.as_deref().and_then(|fixed| Document::read(fixed, subject.kind.shape()).ok());
    let mut judgement = Judgement { findings: Vec::new(), ..found };
    match &fixed_document {
        Some(document) => {
            let subject = named.subject(document.root());
            judgement.findings = judge::object(&subject, settings);
            judgement.findings.extend(failed.and_then(|kind| unplaced(&subject, kind)));
            named.exempt(&mut judgement.findings, &subject);
            judgement.mended = mended;
        }
        None => {
            judgement.findings = rest;
            judgement.findings.extend(mended);
        }
    }
    // What is only worth an improvement is not a finding, and not worth a word where it is not made.
    judgement.findings.retain(|finding| finding.level != Level::Off);
    if judgement.is_denied() {
        judgement.mended.retain(|finding| finding.level != Level::Off);
        if settings.node_kind == NodeKind::Mixed
            && let Some(pod) = subject.pod()
        {
            keep_off(pod, subject, operation, settings, text, &mut judgement);
        }
    } else if fixed_document.is_some() && target == Some(Target::Object) {
        judgement.object.clone_from(&fixed);
    }
    answer(Outcome::Judged(judgement));
}

/// The cluster did not say where a pod runs.
fn unplaced<'d>(subject: &Subject<'d>, kind: Lookup) -> Option<Finding<'d>> {
    let place = if subject.kind.is_connection() {
        let resource = KINDS.iter().find(|info| info.kind == subject.kind).map_or("", |info| info.resource);
        Place::Fixed(resource)
    } else {
        Place::Below(subject.root, &["spec"])
    };
    let mut findings = Findings::new();
    findings.ask(&placement::RULE, Level::Warn, None);
    subject.failed_lookup(kind, place, &mut findings);
    findings.into_list().pop()
}

/// Keeps what is denied off virtual nodes where the settings want it, and says how to do it where they do not.
fn keep_off<'d, 't>(
    pod: PodSpec<'d>,
    subject: &Subject<'_>,
    operation: Operation,
    settings: &Settings<'_>,
    text: &dyn Fn() -> Option<&'t str>,
    judgement: &mut Judgement<'d>,
) {
    let Some(label) = placement::own_label(&settings.virtual_nodes) else { return };
    // A pod that runs or has its node does not move.
    if subject.kind == Kind::Pod && (operation != Operation::Create || text_of(pod.node_name()).is_some()) {
        return;
    }
    let requirement = placement::requirement(label);
    // What asks for virtual nodes could be placed nowhere, if it were only kept off them.
    let is_free = VirtualNode::without(label.0).takes(pod);
    judgement.advice = placement::advice(&requirement, is_free);
    let mut denying = judgement.findings.iter().filter(|finding| finding.level == Level::Deny);
    let target = Target::reachable(subject, operation, settings);
    // Its pods are kept off only where what denies it is found in them again.
    let is_kept =
        |finding: &Finding<'_>| !finding.is_unanswered && (target == Some(Target::Object) || finding.is_in_template());
    if !settings.mends_placement || !is_free || !denying.all(is_kept) {
        return;
    }
    match target {
        Some(Target::Object) => {
            let changes = placement::changes(pod, &requirement);
            let Some(object) = text().and_then(|text| apply(text, changes, settings)) else { return };
            judgement.object = Some(object);
        }
        // A DaemonSet would go on making pods for virtual nodes, where they cannot land any more.
        Some(Target::ItsPods) if subject.kind != Kind::DaemonSet => {}
        _ => return,
    }
    judgement.findings.iter_mut().for_each(|finding| _ = finding.only_warn());
    judgement.mended = vec![placement::kept_off(pod)];
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
    // The API server sends a Namespace's own name as its namespace.
    let namespace = namespace.or_else(|| text_of(metadata?.namespace())).filter(|_| subject.kind != Kind::Namespace);
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

fn wrong_fields(subject: &str, fields: &[String]) -> String {
    let count = fields.len();
    let at_least = if count >= MOST_UNREADABLE { "at least " } else { "" };
    let plural = if count == 1 { "" } else { "s" };
    // Names can hold line breaks until somebody has validated them.
    let mut message = printable(format!("{subject} cannot be read: {at_least}{count} field{plural}"), 800);
    for field in fields {
        message.push_str("\n- ");
        message.push_str(&printable(field.clone(), 800));
    }
    message
}

/// The text of a field that is there and not empty.
fn text_of(text: Option<Text<'_>>) -> Option<&str> {
    text.map(|text| text.value).filter(|text| !text.is_empty())
}
