//! Reviews a request: from the payload's bytes to the verdict.

pub mod connection;
pub mod exemption;
pub mod mutation;
pub mod object;
pub mod placement;
pub mod request;
pub mod response;
pub mod verdict;

use crate::check::Catalogue;
use crate::check::context::{Evaluation, Place};
use crate::check::evaluate::{Scope, Subject, evaluate};
use crate::cluster::{Cluster, Lookups};
use crate::config::{self, NodeKind, Settings};
use crate::kubernetes::kinds::Kind;
use crate::kubernetes::object::Object;
use crate::lint::finding::Finding;
use crate::lint::rule::Level;
use object::Change;
use request::Request;
use verdict::{Early, Verdict};

/// A request and its environment.
pub struct Case<'d> {
    /// The request.
    pub request: &'d Request<'d>,
    /// The settings.
    pub settings: &'d Settings<'d>,
    /// The look-ups.
    pub lookups: &'d Lookups<'d>,
    /// The rules.
    pub catalogue: Catalogue,
}

/// Reviews a request. `payload` is Kubewarden's JSON `{"request": ..., "settings": ...}`.
///
/// # Errors
/// [`Early`] if the answer needs no rule: accepts a request that nothing checks, and rejects one that cannot be read.
pub fn judge(cluster: &dyn Cluster, payload: &[u8], catalogue: Catalogue) -> Result<Verdict, Early> {
    let document = request::read(payload)?;
    let settings = config::parse(request::settings(&document))?;
    let settings = Settings::read(&settings, catalogue.rules)?;
    if settings.node_kind == NodeKind::Managed {
        return Err(Early::StaysOnManagedNodes);
    }
    // Accepts DELETE, and kinds, subresources and connections that no rule checks.
    let request = Request::read(&document, &settings)?;
    let lookups = Lookups::new(cluster, &settings, request.namespace);
    let case = Case { request: &request, settings: &settings, lookups: &lookups, catalogue };
    match request.scope() {
        Some(scope) => judge_object(&case, scope),
        // Only connections have no scope.
        None => connection::judge(&case),
    }
}

/// Reviews an object, as far as a request changes it.
fn judge_object(case: &Case<'_>, scope: Scope) -> Result<Verdict, Early> {
    let Case { request, settings, lookups, catalogue } = *case;
    let old = object::read_old(request);
    let old = old.as_ref().map(|old| Object::new(request.info, request.group, request.name, old.root()));
    // Never block the removal of finalizers. A new object is never being deleted: the API server drops its timestamp.
    if old.as_ref().is_some_and(object::is_being_deleted) {
        return Err(Early::Accepted);
    }
    // Without a changed template, a workload makes the same pods as before.
    let change = object::change(request);
    if change == Change::Nothing {
        return Err(Early::Accepted);
    }
    let text = object::text(request, scope, old.as_ref())?;
    let document = object::read(&text, request)?;
    let mut object = Object::new(request.info, request.group, request.name, document.root());
    // The API server may keep another owner than an update claims.
    if object::is_checked_with_owner(old.as_ref().unwrap_or(&object), settings) {
        return Err(Early::Accepted);
    }
    let mut verdict = Verdict {
        title: object::title(&object, request.kind_name, request.namespace),
        help_url: settings.help_url.map(str::to_owned),
        ..Verdict::default()
    };
    // Not earlier: no rule reads the objects that are accepted above.
    object::check_types(&document, &verdict.title)?;

    object::keep_changed(&mut object, &change);
    let landing = placement::keep_landing(&mut object, old.as_ref(), scope, case);
    let subject = Subject { object: &object, old: old.as_ref(), settings, lookups, catalogue };
    let mut evaluation = Evaluation::default();
    if let Some(scope) = landing.scope {
        evaluation = evaluate(subject, scope);
        soften(&mut evaluation.findings, subject);
    }
    // Say that the look-up of nodes failed: the nodes may differ from their description in the settings.
    evaluation.findings.extend(landing.failure(Place::Below(object.root, &["spec"]), case));
    if landing.scope.is_none() && evaluation.findings.is_empty() {
        return Err(Early::StaysOnManagedNodes);
    }
    let (evaluation, exempted) = exemption::split(evaluation, &object, case);
    verdict.exempted = exempted;
    if evaluation.is_partial {
        // Some rules have not been evaluated to the end: neither accept nor fix.
        (verdict.findings, verdict.is_partial) = (evaluation.findings, true);
        if !verdict.is_denied() {
            return Err(object::too_much(&verdict.title));
        }
    } else {
        (verdict.findings, verdict.mutation) = mutation::plan(evaluation, subject, landing, case);
    }
    // Pods that stay on managed nodes need not be kept there.
    if landing.scope.is_some() { Ok(placement::keep_off(verdict, &object, case)) } else { Ok(verdict) }
}

/// Lowers findings of objects without pod templates to warnings: those that the old object already had and, under
/// `mixed`, all. What a pod template or a Pod had before is not judged again, so it needs no softening.
fn soften(findings: &mut [Finding], subject: Subject<'_>) {
    let object = subject.object;
    if object.info.has_templates() {
        return;
    }
    // The rules for these kinds report the change itself, which the old object cannot have had.
    let is_about_changes = matches!(object.kind(), Kind::ConfigMap | Kind::Secret);
    let known = match subject.old.filter(|_| !is_about_changes) {
        Some(old) => evaluate(Subject { object: old, old: None, ..subject }, Scope::Whole).findings,
        None => Vec::new(),
    };
    for finding in findings {
        if known.iter().any(|known| is_same(known, finding)) {
            finding.level = finding.level.min(Level::Warn);
            finding.problem.to_mut().push_str(" (it was there before)");
        }
        if subject.settings.node_kind == NodeKind::Mixed {
            finding.level = finding.level.min(Level::Warn);
        }
    }
}

/// Returns true if two findings have the same rule, problem, path and value.
fn is_same(left: &Finding, right: &Finding) -> bool {
    left.rule.id == right.rule.id
        && left.problem == right.problem
        && left.path == right.path
        && left.value == right.value
}
