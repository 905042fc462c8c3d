//! `load-balancer-node-ports`: finds load balancers without node ports.

use crate::check::prelude::*;
use crate::kubernetes::views::ServiceSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "load-balancer-node-ports",
    strict: Warn,
    tolerant: Warn,
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::Service], check)];

fn check(cx: &mut Context) {
    let Some(spec) = cx.object.field::<ServiceSpec>("spec").filter(|spec| spec.is_balanced_by_oracle()) else { return };
    if let Some(flag) = spec.allocate_load_balancer_node_ports().filter(|flag| !flag.value) {
        cx.report(
            flag.node,
            "the load balancer reaches a pod on a virtual node by its address and the node port",
            "remove it, or set it to true",
        );
    }
}
