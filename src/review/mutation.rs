//! Mutation: applies the enabled fixes to the object's JSON.

use super::placement::Landing;
use super::request::Operation;
use super::verdict::is_denied;
use super::{Case, exemption};
use crate::check::context::{Evaluation, Place};
use crate::check::evaluate::{Scope, Subject, evaluate};
use crate::config::{NodeKind, Settings};
use crate::document::edit::{self, Change};
use crate::document::path::{Step, path_of};
use crate::document::pattern::Pattern;
use crate::document::reader::Document;
use crate::document::shape::{Route, Shape};
use crate::document::text::{json_key, json_member, json_separate, json_text};
use crate::kubernetes::kinds::Kind;
use crate::kubernetes::object::Object;
use crate::lint::finding::{Edit, Finding, Scalar};

/// The annotation that records the changes, if the setting `annotate` is on.
pub const ANNOTATION: &str = "oke-virtual-nodes.kubewarden.io/fixed";
/// The maximum number of changes in the annotation.
const MAX_ANNOTATED: usize = 100;
/// Kubernetes' limit for all annotations of an object, in bytes, including keys.
const MAX_ANNOTATIONS: usize = 256 * 1024;

/// The effect of the enabled fixes.
#[derive(Debug, Default)]
pub enum Mutation {
    /// Nothing is fixed.
    #[default]
    None,
    /// Fixes that aren't applied to this object: it is denied for another reason, or only its Pods are fixed.
    Proposed(Vec<Finding>),
    /// Fixes that are applied.
    Applied {
        /// The fixed object, as JSON.
        object: String,
        /// The fixed violations.
        fixes: Vec<Finding>,
        /// The violations that will be fixed in its Pods.
        proposed: Vec<Finding>,
    },
}

/// The object to which fixes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The object of the request.
    Object,
    /// The Pods that are created from its template. The object itself stays as it is.
    ItsPods,
}

impl Target {
    /// Returns the object that can be fixed in a request; `None` if nothing can.
    ///
    /// Templates are changed only if the settings say so, because operators and GitOps tools would revert the changes.
    #[must_use]
    pub fn reachable(object: &Object<'_>, case: &Case<'_>) -> Option<Self> {
        match (object.kind(), case.request.operation) {
            // The fixes of a Service could switch off a feature that managed nodes need.
            (Kind::Service, _) if case.settings.node_kind == NodeKind::Mixed => None,
            (Kind::Pod | Kind::Service, Operation::Create) => Some(Target::Object),
            (Kind::Pod | Kind::Service, _) => None,
            _ if !object.info.has_templates() => None,
            // Their operators would revert the changes.
            (Kind::CustomWorkload, _) => Some(Target::ItsPods),
            // The template of an existing Job is immutable.
            (Kind::Job, Operation::Update) => Some(Target::ItsPods),
            _ if case.settings.mutate_templates && !object.has_controller() => Some(Target::Object),
            _ => Some(Target::ItsPods),
        }
    }

    /// Returns true if the finding is fixed in this target.
    fn covers(self, finding: &Finding) -> bool {
        !finding.edits.is_empty() && (self == Target::Object || finding.is_in_template)
    }
}

/// Applies the enabled fixes and evaluates the rules again on the result. Returns the remaining findings and the
/// mutation; all findings and no mutation if no fix can be applied.
#[must_use]
pub fn plan(
    evaluation: Evaluation,
    subject: Subject<'_>,
    landing: Landing,
    case: &Case<'_>,
) -> (Vec<Finding>, Mutation) {
    let target = Target::reachable(subject.object, case).filter(|_| case.settings.fixes_anything());
    let is_fixed = |finding: &Finding| target.is_some_and(|target| target.covers(finding) || is_made(finding, case));
    let (mut fixes, rest): (Vec<_>, Vec<_>) = evaluation.findings.into_iter().partition(is_fixed);
    let improvements: Vec<_> = evaluation.improvements.into_iter().filter(is_fixed).collect();
    if fixes.is_empty() && improvements.is_empty() {
        return (rest, Mutation::None);
    }
    let with = |findings: &[&Finding]| {
        let changes = findings.iter().flat_map(|finding| &finding.edits).map(change).collect();
        case.request.object.and_then(|text| edited(text, changes, case.settings))
    };
    let fixed = with(&fixes.iter().chain(&improvements).collect::<Vec<_>>());
    let document = fixed.as_deref().and_then(|text| Document::read_routes(text, &subject.object.info.routes()).ok());
    // Kubernetes would reject it.
    let document = document.filter(|document| annotations_len(document, "") <= MAX_ANNOTATIONS);
    let Some(document) = document else { return (rest.into_iter().chain(fixes).collect(), Mutation::None) };
    let findings = reevaluate(&document, subject, landing, case);
    if is_denied(&findings) {
        return (findings, Mutation::Proposed(fixes));
    }
    if target == Some(Target::Object) {
        fixes.extend(improvements);
        let object = fixed.unwrap_or_default();
        return (findings, Mutation::Applied { object, fixes, proposed: Vec::new() });
    }
    let (fixes, proposed): (Vec<_>, Vec<_>) = fixes.into_iter().partition(|fix| is_made(fix, case));
    let object = if fixes.is_empty() { None } else { with(&fixes.iter().collect::<Vec<_>>()) };
    let mutation = match object {
        Some(object) => Mutation::Applied { object, fixes, proposed },
        None => Mutation::Proposed(proposed),
    };
    (findings, mutation)
}

/// Returns true if the fix is applied to the object even though its template isn't changed.
fn is_made(finding: &Finding, case: &Case<'_>) -> bool {
    finding.rule.fixes_new_jobs
        && !finding.edits.is_empty()
        && (case.request.info.kind, case.request.operation) == (Kind::Job, Operation::Create)
}

/// Evaluates the rules on the fixed object and returns the violations.
fn reevaluate(document: &Document<'_>, subject: Subject<'_>, landing: Landing, case: &Case<'_>) -> Vec<Finding> {
    let mut object = Object::new(subject.object.info, subject.object.group, case.request.name, document.root());
    object.keep_parts_of(subject.object);
    let mut evaluation = evaluate(Subject { object: &object, ..subject }, Scope::Whole);
    evaluation.findings.extend(landing.failure(Place::Below(object.root, &["spec"]), case));
    exemption::split(evaluation, &object, case).0.findings
}

fn change(edit: &Edit) -> Change<'static> {
    Change { steps: edit.steps.clone(), value: edit.new.as_ref().map(to_json) }
}

fn to_json(value: &Scalar) -> String {
    match value {
        Scalar::Bool(value) => value.to_string(),
        Scalar::Int(value) => value.to_string(),
        Scalar::Text(text) => {
            let mut json = String::new();
            json_text(&mut json, text);
            json
        }
    }
}

/// Applies the changes to the object's JSON, and adds the annotation if the setting `annotate` is on. Returns `None` if
/// the changes cannot be applied.
#[must_use]
pub fn edited(text: &str, changes: Vec<Change<'static>>, settings: &Settings<'_>) -> Option<String> {
    let fixed = edit::apply(text, &changes)?;
    if !settings.annotate {
        return Some(fixed);
    }
    let room = room_for_annotation(&fixed);
    let list = annotation_value(text, &changes, room);
    if list.len() > room {
        return Some(fixed);
    }
    let mut value = String::new();
    json_text(&mut value, &list);
    let steps = vec![Step::key("metadata"), Step::key("annotations"), Step::key(ANNOTATION)];
    edit::apply(&fixed, &[Change { steps, value: Some(value) }])
}

/// Returns the maximum length of the annotation's value, in bytes: all annotations of an object share
/// [`MAX_ANNOTATIONS`].
fn room_for_annotation(text: &str) -> usize {
    let routes = [Route { pattern: Pattern::new("metadata.annotations"), shape: &Shape::Map(&Shape::Text) }];
    let Ok(document) = Document::read_routes(text, &routes) else { return 0 };
    MAX_ANNOTATIONS.saturating_sub(annotations_len(&document, ANNOTATION).saturating_add(ANNOTATION.len()))
}

/// Returns the length of an object's annotations without one of them, in bytes.
fn annotations_len(document: &Document<'_>, without: &str) -> usize {
    let mut len = 0_usize;
    for map in Pattern::new("metadata.annotations").select(document.root()) {
        for entry in map.children().filter(|entry| entry.name() != without) {
            len = len.saturating_add(entry.name().len()).saturating_add(entry.text().map_or(0, str::len));
        }
    }
    len
}

/// Returns the value of the annotation: a JSON list of `{path, old, new}`, with as many changes as fit into `room`
/// bytes.
fn annotation_value(text: &str, changes: &[Change<'_>], room: usize) -> String {
    let mut list = "[".to_owned();
    let changes = changes.get(..MAX_ANNOTATED).unwrap_or(changes);
    for (change, old) in changes.iter().zip(edit::old_values(text, changes)) {
        let mut entry = "{".to_owned();
        json_member(&mut entry, "path", &path_of(&change.steps));
        for (name, value) in [("old", old), ("new", change.value.as_deref())] {
            json_key(&mut entry, name);
            entry.push_str(value.unwrap_or("null"));
        }
        entry.push('}');
        // Two more bytes: a comma and the closing bracket.
        if list.len().saturating_add(entry.len()).saturating_add(2) <= room {
            json_separate(&mut list);
            list.push_str(&entry);
        }
    }
    list.push(']');
    list
}
