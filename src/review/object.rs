//! The objects of a request: reads them, compares old and new, and formats their titles.

use super::request::Request;
use super::verdict::{Early, unreadable_fields};
use crate::config::Settings;
use crate::document::node::{Node, canonical};
use crate::document::pattern::Pattern;
use crate::document::reader::Document;
use crate::document::shape::{Route, Shape};
use crate::document::text::sort_names;
use crate::kubernetes::kinds::Kind;
use crate::kubernetes::object::Object;

/// Reads the object of a request.
///
/// # Errors
/// [`Early::Rejected`] if there is none, or if it isn't JSON.
pub fn read<'d>(request: &Request<'d>) -> Result<Document<'d>, Early> {
    let text = request.object.ok_or_else(|| Early::unreadable("request.object: expected an object, found nothing"))?;
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
    /// True for each changed pod template, in order; and true if the claim templates changed.
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
    let is_missing =
        templates.is_empty() && info.templates.iter().any(|pattern| !pattern.select(old.root()).is_empty());
    match (info.kind, templates.contains(&true) || is_missing || claims) {
        (_, false) => Change::Nothing,
        (Kind::CustomWorkload, true) => Change::Parts(templates, claims),
        (_, true) => Change::Anything,
    }
}

/// Removes the unchanged templates from an object.
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

/// Returns true if the object's owner was already checked, and its pods will be.
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
    let wrong = document.unreadable();
    if wrong.is_empty() { Ok(()) } else { Err(unreadable_fields(title, &wrong)) }
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
