//! `load-balancer-security-list`: finds load balancers whose annotations ask for security rules that virtual nodes
//! don't manage.

use crate::check::prelude::*;
use crate::kubernetes::views::ServiceSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "load-balancer-security-list",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Safe),
    rows: doc(&[Row::SecurityListManagement]),
    fix_fields: doc(&[LIST_MODE, NETWORK_LIST_MODE, RULES_MODE]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::Service], check)];

const TYPE: &str = "oci.oraclecloud.com/load-balancer-type";
/// If set, the cloud controller ignores the other two annotations.
const RULES_MODE: &str = "oci.oraclecloud.com/security-rule-management-mode";
const LIST_MODE: &str = "service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode";
const NETWORK_LIST_MODE: &str = "oci-network-load-balancer.oraclecloud.com/security-list-management-mode";
/// The value that switches the management off, for all three annotations.
const OFF: &str = "None";

/// The meaning of a mode for the cloud controller.
enum Mode {
    Off,
    Managed,
    SecurityGroup,
    Unknown,
}

fn check(cx: &mut Context) {
    if !cx.object.field::<ServiceSpec>("spec").is_some_and(ServiceSpec::is_balanced_by_oracle) {
        return;
    }
    if let Some(mode) = cx.object.annotation(RULES_MODE) {
        return report(cx, mode, rules_mode(mode.value));
    }
    let is_network = cx.object.annotation(TYPE).is_some_and(|name| name.value.eq_ignore_ascii_case("nlb"));
    let name = if is_network { NETWORK_LIST_MODE } else { LIST_MODE };
    match cx.object.annotation(name) {
        Some(mode) => report(cx, mode, list_mode(mode.value)),
        // Not a violation, but Oracle recommends setting it explicitly.
        None => cx.improve(
            Place::Below(cx.object.root, &["metadata", "annotations", name]),
            "security list management is not switched off",
            Scalar::Text(OFF.to_owned()),
        ),
    }
}

fn rules_mode(mode: &str) -> Mode {
    if mode == OFF {
        Mode::Off
    } else if mode.eq_ignore_ascii_case("NSG") {
        Mode::SecurityGroup
    } else if mode.eq_ignore_ascii_case("SL-All") || mode.eq_ignore_ascii_case("SL-Frontend") {
        Mode::Managed
    } else {
        Mode::Unknown
    }
}

fn list_mode(mode: &str) -> Mode {
    match mode {
        OFF => Mode::Off,
        "All" | "Frontend" => Mode::Managed,
        _ => Mode::Unknown,
    }
}

fn report(cx: &mut Context, annotation: Text, mode: Mode) {
    let off = Scalar::Text(OFF.to_owned());
    let remedy = "set it to None and write the security rules yourself";
    match mode {
        Mode::Off => {}
        Mode::Managed => {
            cx.set(annotation.node, off, "virtual nodes do not support security list management", remedy);
        }
        Mode::Unknown => {
            cx.set(annotation.node, off, "the cloud controller does not know this mode", remedy);
        }
        Mode::SecurityGroup => {
            let problem = "with virtual nodes you may have to write the rules of the security group yourself";
            cx.report(annotation.node, problem, "check that the rules are there").only_warn();
        }
    }
}
