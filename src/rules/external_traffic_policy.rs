//! `external-traffic-policy`: finds Services that are to keep the client's address.

use crate::findings::{Edit, Findings, Literal};
use crate::kinds::Kind;
use crate::oracle::Row;
use crate::reader::{Text, View};
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Service;

/// The rule.
pub static RULE: Rule = Rule {
    id: "external-traffic-policy",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: &[Row::ClientAddresses],
    fix_fields: Fields::of(&["externalTrafficPolicy", "healthCheckNodePort", PRESERVE]),
    checks: &[Check::Object(&[Kind::Service], check)],
    ..Rule::NEW
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
