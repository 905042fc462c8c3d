//! `external-traffic-policy`: finds Services that are to keep the client's address.

use crate::findings::{Edit, Findings, Literal};
use crate::kinds::Kind;
use crate::reader::{Text, View};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Service;

/// The rule.
pub static RULE: Rule = Rule {
    id: "external-traffic-policy",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Object(&[Kind::Service], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Preserve client IP addresses when externalTrafficPolicy: Local",
        summary: "Finds Services that are to keep the client's address.",
        why: "With virtual nodes the address of the client is not preserved, by Oracle's page and by its \
              page on network load balancers, so a program that trusts the address it sees is misled. Found \
              are Services of type LoadBalancer or NodePort with `externalTrafficPolicy: Local`, and network \
              load balancers whose annotation `is-preserve-source` is true. Oracle's own manifest of \
              ingress-nginx for virtual nodes has `Local`, so the profile `tolerant` only warns. `Cluster` \
              is the default and is not found.",
        instead: "Set `externalTrafficPolicy: Cluster`, and take the address of the client from the header \
                  `X-Forwarded-For`, which a load balancer with an HTTP listener adds.",
        fails: r"apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  selector: {app: web}
  ports:
    - port: 443
      targetPort: 8443
",
        mended: r"apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: LoadBalancer
  externalTrafficPolicy: Cluster
  selector: {app: web}
  ports:
    - port: 443
      targetPort: 8443
",
    },
};

const TYPE: &str = "oci.oraclecloud.com/load-balancer-type";
const PRESERVE: &str = "oci-network-load-balancer.oraclecloud.com/is-preserve-source";

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let Some(service) = Service::of(subject.root) else { return };
    let Some(spec) = service.spec() else { return };
    let kind = spec.kind().map_or("", |kind| kind.value);
    if !matches!(kind, "LoadBalancer" | "NodePort") {
        return;
    }
    let problem = "virtual nodes do not preserve the client's IP address";
    let annotation = |name| service.metadata()?.annotations().get(name);
    let is_network = annotation(TYPE).is_some_and(|name| name.value == "nlb");
    let preserve = annotation(PRESERVE);
    if let Some(policy) = spec.external_traffic_policy().filter(|policy| policy.value == "Local") {
        let edit = Edit::Set(policy.node.into(), Literal::Text("Cluster"));
        if let Some(finding) = findings.add(policy.node, problem, "set it to Cluster") {
            finding.mend(edit);
            if let Some(port) = spec.health_check_node_port() {
                finding.mend(Edit::Remove(port.node));
            }
            // The cloud controller takes it together with Local only, whatever its value is.
            if let Some(preserve) = preserve {
                finding.mend(Edit::Remove(preserve.node));
            }
        }
    }
    let is_kept = |preserve: &Text<'_>| kind == "LoadBalancer" && is_network && is_true(preserve.value);
    if let Some(preserve) = preserve.filter(is_kept) {
        findings.mendable(preserve.node, problem, "remove the annotation", Edit::Remove(preserve.node));
    }
}

/// What Go's `strconv.ParseBool` reads as true.
fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "TRUE" | "true" | "True")
}
