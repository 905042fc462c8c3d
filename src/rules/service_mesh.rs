//! `service-mesh`: finds the objects and workloads of Istio, Linkerd and OCI Service Mesh, and requests for their
//! proxies.

use crate::check::prelude::*;
use crate::check::detection;
use crate::kubernetes::products::{ISTIO, LINKERD, OCI_SERVICE_MESH, Product};
use crate::kubernetes::views::ObjectMeta;
use crate::lint::lookup::Lookup;

/// The rule.
pub static RULE: Rule = Rule {
    id: "service-mesh",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::ServiceMeshes]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Product(MESHES, PROBLEM, REMEDY), Check::Object(&[Kind::Pod], namespace)];

static MESHES: &[&Product] = &[&ISTIO, &LINKERD, &OCI_SERVICE_MESH];
const PROBLEM: &str = "virtual nodes do not support service meshes";
const REMEDY: &str = "leave it out, or keep the mesh to managed nodes";

/// Checks a pod that shows no sign itself, but gets a proxy because its namespace requests it.
fn namespace(cx: &mut Context) {
    if !cx.settings.looks_up(Lookup::Namespace) || detection::is_any(cx, MESHES) {
        return;
    }
    let place = Place::Below(cx.object.root, &["metadata", "namespace"]);
    match cx.lookups.namespace() {
        Ok(namespace) => {
            let Some(metadata) = ObjectMeta::found(namespace.root().field(0)) else { return };
            if let Some(name) = detection::injected_by_namespace(cx, metadata) {
                cx.report(place, format_args!("the namespace asks for {name}, and {PROBLEM}"), REMEDY);
            }
        }
        Err(error) if error.is_failure() => cx.report_lookup_failure(Lookup::Namespace, place),
        Err(_) => {}
    }
}
