//! The objects of a request: read as their kind wants, compared with what they were, and named for people.

use super::request::Request;
use super::verdict::{Early, unreadable_fields};
use crate::document::node::{Node, same_json};
use crate::document::reader::Document;
use crate::kubernetes::kinds::{Kind, KindInfo};
use crate::kubernetes::object::Object;

/// Reads the object of a request.
///
/// # Errors
/// [`Early::Rejected`] if there is none, or if it is not JSON.
pub fn read<'d>(request: &Request<'d>) -> Result<Document<'d>, Early> {
    let text = request.object.ok_or_else(|| Early::unreadable("request.object: expected an object, found nothing"))?;
    Document::read_routes(text, &request.info.routes()).map_err(|error| Early::not_json(&error, "request.object"))
}

/// Reads the object as it was; `None` if there was none, or if it cannot be read.
#[must_use]
pub fn read_old<'d>(request: &Request<'d>) -> Option<Document<'d>> {
    Document::read_routes(request.old_object?, &request.info.routes()).ok()
}

/// Whether the request leaves everything as it was that the object's pods are made from.
#[must_use]
pub fn keeps_templates(request: &Request<'_>) -> bool {
    let info = request.info;
    let (Some(new), Some(old)) = (request.object, request.old_object) else { return false };
    if !info.has_templates() || info.kind == Kind::Pod {
        return false;
    }
    let routes = info.pod_routes();
    let (Ok(new), Ok(old)) = (Document::read_routes(new, &routes), Document::read_routes(old, &routes)) else {
        return false;
    };
    let (new, old) = (pod_texts(info, new.root()), pod_texts(info, old.root()));
    new.len() == old.len() && new.iter().zip(&old).all(|(new, old)| same_json(new, old))
}

/// The JSON of everything that an object's pods are made from.
fn pod_texts<'d>(info: &KindInfo, root: Node<'d>) -> Vec<&'d str> {
    let patterns = info.templates.iter().copied().chain(info.claims);
    patterns.flat_map(|pattern| pattern.select(root)).map(|node| node.raw().unwrap_or("null")).collect()
}

/// Whether the object's owner was judged in its place, and its pods will be.
#[must_use]
pub fn is_owned(object: &Object<'_>) -> bool {
    match object.kind() {
        Kind::ReplicaSet => object.controller("apps", "Deployment").is_some(),
        Kind::Job => object.controller("batch", "CronJob").is_some(),
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
