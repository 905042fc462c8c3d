//! `service-mesh`: finds the objects and workloads of Istio, Linkerd and OCI Service Mesh, and what asks for their proxies.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, MESH_KINDS, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "service-mesh",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(MESH_KINDS, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Service mesh products are not supported",
        summary: "Finds the objects and workloads of Istio, Linkerd and OCI Service Mesh, and what asks for their proxies.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes do not support service meshes";
    products::report(&RULE, subject, problem, "leave it out, or keep the mesh to managed nodes", findings);
}
