//! Connections to a running pod: `kubectl exec`, `attach` and `port-forward`.

use super::placement::{Landing, VirtualNodes};
use super::verdict::{Early, Verdict};
use super::{Case, exemption, object};
use crate::check::context::Place;
use crate::check::evaluate::{Scope, Subject, evaluate};
use crate::config::NodeKind;
use crate::document::reader::Document;
use crate::document::view::View;
use crate::kubernetes::object::Object;
use crate::kubernetes::views::PodTemplateSpec;
use crate::lint::lookup::Lookup;
use crate::lint::rule::Level;

/// Reviews a connection. The options in the request have no metadata and aren't read.
///
/// # Errors
/// Never: the empty object that stands for the options is valid JSON.
pub fn judge(case: &Case<'_>) -> Result<Verdict, Early> {
    let request = case.request;
    let document = Document::read_routes("{}", &request.info.routes()).map_err(|_| Early::Accepted)?;
    let object = Object::new(request.info, request.group, request.name, document.root());
    let subject = Subject {
        object: &object,
        old: None,
        settings: case.settings,
        lookups: case.lookups,
        catalogue: case.catalogue,
    };
    let mut evaluation = evaluate(subject, Scope::Whole);
    if case.settings.node_kind == NodeKind::Mixed {
        let (lands, failed) = lands(case);
        match lands {
            Some(false) => evaluation.findings.clear(),
            Some(true) => {}
            None => {
                for finding in &mut evaluation.findings {
                    finding.level = finding.level.min(Level::Warn);
                }
            }
        }
        let landing = Landing { scope: Some(Scope::Whole), failed };
        evaluation.findings.extend(landing.failure(Place::Resource(request.info.resource), case));
    }
    let (evaluation, exempted) = exemption::split(evaluation, &object, case);
    Ok(Verdict {
        title: object::title(&object, request.info.resource, request.namespace),
        findings: evaluation.findings,
        exempted,
        help_url: case.settings.help_url.map(str::to_owned),
        ..Verdict::default()
    })
}

/// Returns true if the pod of a connection can be on a virtual node, and the kind whose look-up failed. `None` if that is
/// unknown; findings then only warn.
fn lands(case: &Case<'_>) -> (Option<bool>, Option<Lookup>) {
    match case.lookups.pod(case.request.name) {
        Ok(pod) => match PodTemplateSpec::of(pod.root()).and_then(PodTemplateSpec::spec) {
            Some(spec) => {
                let list = case.lookups.virtual_nodes();
                let nodes = VirtualNodes::new(&list, case);
                (Some(nodes.take(spec)), nodes.failed)
            }
            None => (None, Some(Lookup::Pod)),
        },
        Err(error) if error.is_failure() => (None, Some(Lookup::Pod)),
        Err(_) => (None, None),
    }
}
