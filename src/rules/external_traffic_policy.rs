//! `external-traffic-policy`: finds Services that are meant to preserve the client's address.

use crate::check::prelude::*;
use crate::kubernetes::views::ServiceSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "external-traffic-policy",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: doc(&[Row::ClientAddresses]),
    fix_fields: doc(&["externalTrafficPolicy", "healthCheckNodePort", PRESERVE]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::Service], check)];

const TYPE: &str = "oci.oraclecloud.com/load-balancer-type";
const PRESERVE: &str = "oci-network-load-balancer.oraclecloud.com/is-preserve-source";

fn check(cx: &mut Context) {
    let Some(spec) = cx.object.field::<ServiceSpec>("spec") else { return };
    let kind = spec.kind().map_or("", |kind| kind.value);
    if !matches!(kind, "LoadBalancer" | "NodePort") {
        return;
    }
    let problem = "virtual nodes do not preserve the client's IP address";
    let is_network = cx.object.annotation(TYPE).is_some_and(|name| name.value == "nlb");
    let preserve = cx.object.annotation(PRESERVE);
    if let Some(policy) = spec.external_traffic_policy().filter(|policy| policy.value == "Local") {
        cx.set(policy.node, Scalar::Text("Cluster".to_owned()), problem, "set it to Cluster");
        if let Some(port) = spec.health_check_node_port() {
            cx.and_remove(port.node);
        }
        // The cloud controller accepts the annotation, with any value, only together with Local.
        if let Some(preserve) = preserve {
            cx.and_remove(preserve.node);
        }
    }
    let is_kept = |preserve: &Text| kind == "LoadBalancer" && is_network && is_true(preserve.value);
    if let Some(preserve) = preserve.filter(is_kept) {
        cx.remove(preserve.node, problem, "remove the annotation");
    }
}

/// Returns true if Go's `strconv.ParseBool` parses the text as true.
fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "TRUE" | "true" | "True")
}
