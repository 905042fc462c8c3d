//! `service-mesh`: finds the objects and workloads of Istio, Linkerd and OCI Service Mesh, and what asks for their proxies.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::lookups::{Lookup, Unanswered};
use crate::oracle::Row;
use crate::products;
use crate::reader::View;
use crate::rule::{Check, Level, MESH_KINDS, Rule};
use crate::subject::Subject;
use crate::views::Object;

/// The rule.
pub static RULE: Rule = Rule {
    id: "service-mesh",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::ServiceMeshes],
    checks: &[Check::Object(MESH_KINDS, check)],
    ..Rule::NEW
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes do not support service meshes";
    let remedy = "leave it out, or keep the mesh to managed nodes";
    let is_found = products::report(&RULE, subject, problem, remedy, findings);
    if is_found || subject.kind != Kind::Pod {
        return;
    }
    let place = Place::Below(subject.root, &["metadata", "namespace"]);
    let mut mesh = None;
    let answer = subject.lookups().show(Lookup::Namespace, "", Object::SHAPE, &mut |namespace| {
        let metadata = Object::of(namespace).and_then(Object::metadata);
        mesh = metadata.and_then(|metadata| products::injected_by_namespace(subject, metadata));
    });
    if answer == Err(Unanswered::Failed) {
        subject.failed_lookup(Lookup::Namespace, place, findings);
    }
    if let Some(name) = mesh {
        findings.add(place, format_args!("the namespace asks for {name}, and {problem}"), remedy);
    }
}
