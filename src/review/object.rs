//! The objects of a request: read as their kind wants, compared with what they were, and named for people.

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

/// The JSON of the object of a request. Of what a subresource sends the API server keeps only what the subresource
/// changes: the rest is taken from the object as it was, if that is known.
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

/// The JSON of `known` with the values that `sent` has in these places; `None` if `sent` cannot be read.
fn take(known: &str, sent: &str, places: &[Pattern<'static>]) -> Option<String> {
    let routes: Vec<_> = places.iter().map(|pattern| Route { pattern: *pattern, shape: &Shape::Raw }).collect();
    let document = Document::read_routes(sent, &routes).ok()?;
    let changes = places.iter().map(|place| {
        let steps = place.text().split('.').map(Step::key).collect();
        edit::Change { steps, value: place.select(document.root()).first().and_then(|node| node.raw()).map(str::to_owned) }
    });
    if document.unreadable().is_empty() { edit::apply(known, &changes.collect::<Vec<_>>()) } else { None }
}

/// Reads the JSON of an object.
///
/// # Errors
/// [`Early::Rejected`] if it is not JSON.
pub fn read<'t>(text: &'t str, request: &Request<'_>) -> Result<Document<'t>, Early> {
    Document::read_routes(text, &request.info.routes()).map_err(|error| Early::not_json(&error, "request.object"))
}

/// Reads the object as it was; `None` if there was none, or if it cannot be read.
#[must_use]
pub fn read_old<'d>(request: &Request<'d>) -> Option<Document<'d>> {
    Document::read_routes(request.old_object?, &request.info.routes()).ok()
}

/// The parts of a workload that an update changes.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing that its pods are made from.
    Nothing,
    /// These templates, by their order, and whether the claims.
    Parts(Vec<bool>, bool),
    /// Anything: there is nothing to compare it with, or the kind is judged as a whole.
    Anything,
}

/// What the request changes of that which the object's pods are made from. A custom workload is judged template by
/// template; of the others, everything is judged where anything changed.
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
    let changed = |pattern: Pattern<'_>| unlike(pattern.select(new.root()), pattern.select(old.root()));
    let templates: Vec<_> = info.templates.iter().flat_map(|pattern| changed(*pattern)).collect();
    let claims = info.claims.is_some_and(|pattern| {
        let (new, old) = (pattern.select(new.root()), pattern.select(old.root()));
        new.len() != old.len() || unlike(new, old).contains(&true)
    });
    let is_missing =
        templates.is_empty() && info.templates.iter().any(|pattern| !pattern.select(old.root()).is_empty());
    match (info.kind, templates.contains(&true) || is_missing || claims) {
        (_, false) => Change::Nothing,
        (Kind::CustomWorkload, true) => Change::Parts(templates, claims),
        (_, true) => Change::Anything,
    }
}

/// Leaves of an object what an update changes.
pub fn keep_changed(object: &mut Object<'_>, change: &Change) {
    let Change::Parts(templates, claims) = change else { return };
    let mut changed = templates.iter();
    object.templates.retain(|_| changed.next().is_none_or(|changed| *changed));
    if !claims {
        object.claims.clear();
    }
}

/// For each of the new values, whether there is no equal one among the old ones. Each old one counts once.
fn unlike(new: Vec<Node<'_>>, old: Vec<Node<'_>>) -> Vec<bool> {
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

/// Whether the object's owner was judged in its place, and its pods will be.
#[must_use]
pub fn is_owned(object: &Object<'_>, settings: &Settings<'_>) -> bool {
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

/// Whether the object says that it is being deleted.
#[must_use]
pub fn is_being_deleted(object: &Object<'_>) -> bool {
    let timestamp = object.metadata.and_then(|metadata| metadata.deletion_timestamp());
    timestamp.is_some_and(|timestamp| !timestamp.value.is_empty())
}

/// Sees to it that every field that a rule reads has the right type.
///
/// # Errors
/// [`Early::Rejected`] with all the others.
pub fn check_types(document: &Document<'_>, title: &str) -> Result<(), Early> {
    let wrong = document.unreadable();
    if wrong.is_empty() { Ok(()) } else { Err(unreadable_fields(title, &wrong)) }
}

/// The object as a person would name it: `Deployment shop/web`, `Pod shop/web-*` where the API server makes the name.
#[must_use]
pub fn title(object: &Object<'_>, kind_name: &str, namespace: &str) -> String {
    let own = || object.metadata?.namespace().map(|namespace| namespace.value);
    let namespace = if namespace.is_empty() { own().unwrap_or_default() } else { namespace };
    let mut title = format!("{kind_name} ");
    // The API server sends a Namespace's own name as its namespace.
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
