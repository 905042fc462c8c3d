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
        why: "Oracle's page lists service meshes as not supported and names OCI Service Mesh and Istio; its \
              page on service mesh products names Linkerd too. The proxies of Istio and Linkerd need an init \
              container or a CNI plugin of the mesh, and virtual nodes take neither. Found are their custom \
              resources, by API group, their control planes, a proxy in a pod, and the labels and \
              annotations with which a namespace or a pod template asks for one. An opt-out is respected: \
              `istio-injection: disabled` and `sidecar.istio.io/inject: \"false\"` win over a revision \
              label.",
        instead: "Take the labels and annotations away, or opt the namespace out, and let the workload do \
                  TLS and retries itself. Keep the mesh to managed nodes.",
        fails: r"apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    team: shop
    istio-injection: enabled
",
        mended: r"apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    team: shop
    istio-injection: disabled
",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes do not support service meshes";
    products::report(&RULE, subject, problem, "leave it out, or keep the mesh to managed nodes", findings);
}
