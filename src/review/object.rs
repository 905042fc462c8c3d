//! The objects of a request: reads them, compares old and new, and formats their titles.

use std::borrow::Cow;

use super::request::Request;
use super::verdict::{Early, unreadable_fields};
use crate::check::evaluate::Scope;
use crate::config::Settings;
use crate::document::edit;
use crate::document::node::{Node, canonical};
use crate::document::path::Step;
use crate::document::pattern::Pattern;
use crate::document::reader::Document;
use crate::document::shape::{Route, Shape};
use crate::document::text::sort_names;
use crate::kubernetes::kinds::Kind;
use crate::kubernetes::object::Object;

/// Returns the JSON of the object to judge. For a subresource, takes only what the subresource changes from the request
/// and the rest from the old object, as the API server does.
///
/// # Errors
/// [`Early::Rejected`] if there is none.
pub fn text<'d>(request: &Request<'d>, scope: Scope, old: Option<&Object<'_>>) -> Result<Cow<'d, str>, Early> {
    let sent = request.object.ok_or_else(|| Early::unreadable("request.object: expected an object, found nothing"))?;
    let changed: &[Pattern<'static>] = match scope {
        Scope::EphemeralContainers => &[Pattern::new("spec.ephemeralContainers")],
        Scope::Resize => {
            &[Pattern::new("spec.initContainers"), Pattern::new("spec.containers"), Pattern::new("spec.resources")]
        }
        Scope::Whole | Scope::PodUpdate => &[],
    };
    let known = request.old_object.filter(|_| old.and_then(Object::pod).is_some());
    let kept = known.filter(|_| !changed.is_empty()).and_then(|known| take(known, sent, changed));
    Ok(kept.map_or(Cow::Borrowed(sent), Cow::Owned))
}

/// Returns the JSON of `known` with the values of `sent` in these places; `None` if `sent` can't be read.
fn take(known: &str, sent: &str, places: &[Pattern<'static>]) -> Option<String> {
    let routes: Vec<_> = places.iter().map(|pattern| Route { pattern: *pattern, shape: &Shape::Raw }).collect();
    let document = Document::read_routes(sent, &routes).ok()?;
    let changes = places.iter().map(|place| {
        let value = place.select(document.root()).first().and_then(|node| node.raw());
        edit::Change { steps: place.text().split('.').map(Step::key).collect(), value: value.map(str::to_owned) }
    });
    if document.unreadable().is_empty() { edit::apply(known, &changes.collect::<Vec<_>>()) } else { None }
}

/// Reads the JSON of an object.
///
/// # Errors
/// [`Early::Rejected`] if it isn't JSON.
pub fn read<'t>(text: &'t str, request: &Request<'_>) -> Result<Document<'t>, Early> {
    Document::read_routes(text, &request.info.routes()).map_err(|error| Early::not_json(&error, "request.object"))
}

/// Reads the old object; `None` if there is none, or if it cannot be read.
#[must_use]
pub fn read_old<'d>(request: &Request<'d>) -> Option<Document<'d>> {
    Document::read_routes(request.old_object?, &request.info.routes()).ok()
}

/// The parts of a workload that an update changes.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    /// No template.
    Nothing,
    /// One entry for each pod template of the new object, true if it changed; then true if the claim templates changed.
    Parts(Vec<bool>, bool),
    /// Anything: there is no old object, or the kind is checked as a whole.
    Anything,
}

/// Compares the templates of the old and new object. In a custom workload, only the changed templates are checked; in
/// other workloads, any change means that all are checked.
#[must_use]
pub fn change(request: &Request<'_>) -> Change {
    let info = request.info;
    let (Some(new), Some(old)) = (request.object, request.old_object) else { return Change::Anything };
    if !info.has_templates() || info.kind == Kind::Pod {
        return Change::Anything;
    }
    let routes: Vec<_> = info.pod_patterns().map(|pattern| Route { pattern, shape: &Shape::Raw }).collect();
    let (Ok(new), Ok(old)) = (Document::read_routes(new, &routes), Document::read_routes(old, &routes)) else {
        return Change::Anything;
    };
    let changed_at = |pattern: Pattern<'_>| changed(pattern.select(new.root()), pattern.select(old.root()));
    let templates: Vec<_> = info.templates.iter().flat_map(|pattern| changed_at(*pattern)).collect();
    let claims = info.claims.is_some_and(|pattern| {
        let (new, old) = (pattern.select(new.root()), pattern.select(old.root()));
        new.len() != old.len() || changed(new, old).contains(&true)
    });
    // An object that had templates and has none is no longer the same workload.
    let is_missing =
        templates.is_empty() && info.templates.iter().any(|pattern| !pattern.select(old.root()).is_empty());
    match (info.kind, templates.contains(&true) || is_missing || claims) {
        (_, false) => Change::Nothing,
        (Kind::CustomWorkload, true) => Change::Parts(templates, claims),
        (_, true) => Change::Anything,
    }
}

/// Removes the unchanged templates from an object in memory; its JSON stays.
pub fn keep_changed(object: &mut Object<'_>, change: &Change) {
    let Change::Parts(templates, claims) = change else { return };
    let mut changed = templates.iter();
    object.templates.retain(|_| changed.next().is_none_or(|changed| *changed));
    if !claims {
        object.claims.clear();
    }
}

/// Returns true for each new value without an equal old value. Each old value matches once.
fn changed(new: Vec<Node<'_>>, old: Vec<Node<'_>>) -> Vec<bool> {
    let text = |node: &Node<'_>| node.raw().unwrap_or("null").to_owned();
    let (new, old): (Vec<_>, Vec<_>) = (new.iter().map(text).collect(), old.iter().map(text).collect());
    if new == old {
        return vec![false; new.len()];
    }
    let canonical =
        |texts: Vec<String>| -> Vec<_> { texts.into_iter().map(|text| canonical(&text).unwrap_or(text)).collect() };
    let (new, old) = (canonical(new), canonical(old));
    let mut known: Vec<_> = old.iter().map(|text| (text.as_str(), 0)).collect();
    sort_names(&mut known);
    let mut order: Vec<_> = new.iter().enumerate().map(|(index, text)| (text.as_str(), index)).collect();
    sort_names(&mut order);
    let mut unlike = vec![true; new.len()];
    let mut known = known.into_iter().peekable();
    for (text, index) in order {
        while known.next_if(|(other, _)| *other < text).is_some() {}
        if let Some(entry) = unlike.get_mut(index) {
            *entry = known.next_if(|(other, _)| *other == text).is_none();
        }
    }
    unlike
}

/// Returns true if the object's owner is checked instead of it. Its pods are checked in any case.
#[must_use]
pub fn is_checked_with_owner(object: &Object<'_>, settings: &Settings<'_>) -> bool {
    match object.kind() {
        Kind::ReplicaSet => {
            object.controller("apps", "Deployment").is_some() || object.controller("extensions", "Deployment").is_some()
        }
        Kind::Job => object.controller("batch", "CronJob").is_some(),
        Kind::CustomWorkload => object.controller_kind().is_some_and(|(group, kind)| {
            settings.kind(group, kind).is_some_and(|info| info.kind == Kind::CustomWorkload)
        }),
        _ => false,
    }
}

/// Returns true if the object is being deleted.
#[must_use]
pub fn is_being_deleted(object: &Object<'_>) -> bool {
    let timestamp = object.metadata.and_then(|metadata| metadata.deletion_timestamp());
    timestamp.is_some_and(|timestamp| !timestamp.value.is_empty())
}

/// Checks the types of all fields that rules read.
///
/// # Errors
/// [`Early::Rejected`] with all fields of the wrong type.
pub fn check_types(document: &Document<'_>, title: &str) -> Result<(), Early> {
    if document.count() > MAX_VALUES {
        return Err(too_much(title));
    }
    let wrong = document.unreadable();
    if wrong.is_empty() { Ok(()) } else { Err(unreadable_fields(title, &wrong)) }
}

/// The maximum number of values in an object that rules read. More take longer than a policy server waits.
const MAX_VALUES: usize = 150_000;

/// Refuses an object that has more than [`MAX_VALUES`], or in which more is found than [`MAX_FINDINGS`].
///
/// [`MAX_FINDINGS`]: crate::check::context::MAX_FINDINGS
#[must_use]
pub fn too_much(title: &str) -> Early {
    unreadable_fields(title, &["spec: expected at most 150000 values and 12000 findings, found more".to_owned()])
}

/// Returns the object's title: `Deployment shop/web`, or `Pod shop/web-*` if the API server generates the name.
#[must_use]
pub fn title(object: &Object<'_>, kind_name: &str, namespace: &str) -> String {
    let own = || object.metadata?.namespace().map(|namespace| namespace.value);
    let namespace = if namespace.is_empty() { own().unwrap_or_default() } else { namespace };
    let mut title = format!("{kind_name} ");
    // For a Namespace, the API server sends its own name as the namespace.
    if !namespace.is_empty() && object.kind() != Kind::Namespace {
        title.push_str(namespace);
        title.push('/');
    }
    if object.name.is_empty() {
        let start = object.metadata.and_then(|metadata| metadata.generate_name());
        title.push_str(start.map_or("", |start| start.value));
        title.push('*');
    } else {
        title.push_str(object.name);
    }
    title
}
