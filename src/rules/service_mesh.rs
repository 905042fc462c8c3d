//! `service-mesh`: finds the objects and workloads of Istio, Linkerd and OCI Service Mesh, and what asks for their proxies.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::lookups::{Lookup, Unanswered};
use crate::products;
use crate::reader::View;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, MESH_KINDS, Rule};
use crate::subject::Subject;
use crate::views::Object;

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
