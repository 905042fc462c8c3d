//! `load-balancer-security-list`: finds load balancers whose annotations ask for security rules that virtual nodes do not manage.

use crate::findings::{Edit, Findings, Literal, Place};
use crate::kinds::Kind;
use crate::oracle::Row;
use crate::reader::{Text, View};
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Service;

/// The rule.
pub static RULE: Rule = Rule {
    id: "load-balancer-security-list",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    rows: &[Row::SecurityListManagement],
    fix_fields: Fields::of(&[LIST_MODE, NETWORK_LIST_MODE, RULES_MODE]),
    checks: &[Check::Object(&[Kind::Service], check)],
    ..Rule::NEW
};

const TYPE: &str = "oci.oraclecloud.com/load-balancer-type";
/// Where it is there, the cloud controller looks at none of the other two.
const RULES_MODE: &str = "oci.oraclecloud.com/security-rule-management-mode";
const LIST_MODE: &str = "service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode";
const NETWORK_LIST_MODE: &str = "oci-network-load-balancer.oraclecloud.com/security-list-management-mode";
/// What switches the management off, in all three.
const OFF: &str = "None";

/// What the cloud controller makes of a mode.
enum Mode {
    Off,
    Managed,
    SecurityGroup,
    Unknown,
}

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let Some(service) = Service::of(subject.root) else { return };
    let Some(spec) = service.spec() else { return };
    let is_balanced = spec.kind().is_some_and(|kind| kind.value == "LoadBalancer");
    if !is_balanced || spec.load_balancer_class().is_some_and(|class| !class.value.is_empty()) {
        return;
    }
    let annotation = |name| service.metadata()?.annotations().get(name);
    if let Some(mode) = annotation(RULES_MODE) {
        return report(mode, rules_mode(mode.value), findings);
    }
    let is_network = annotation(TYPE).is_some_and(|name| name.value.eq_ignore_ascii_case("nlb"));
    let (name, path): (_, &'static [_]) = if is_network {
        (NETWORK_LIST_MODE, &["metadata", "annotations", NETWORK_LIST_MODE])
    } else {
        (LIST_MODE, &["metadata", "annotations", LIST_MODE])
    };
    match annotation(name) {
        Some(mode) => report(mode, list_mode(mode.value), findings),
        // Nothing is wrong here; Oracle recommends to say it all the same.
        None => findings.improve(
            Place::Below(subject.root, path),
            "security list management is not switched off",
            Edit::Set(Place::Below(subject.root, path), Literal::Text(OFF)),
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

fn report<'d>(annotation: Text<'d>, mode: Mode, findings: &mut Findings<'d>) {
    let edit = Edit::Set(annotation.node.into(), Literal::Text(OFF));
    let remedy = "set it to None and write the security rules yourself";
    match mode {
        Mode::Off => {}
        Mode::Managed => {
            findings.mendable(annotation.node, "with virtual nodes no security list is managed", remedy, edit);
        }
        Mode::Unknown => {
            findings.mendable(annotation.node, "the cloud controller does not know this mode", remedy, edit);
        }
        Mode::SecurityGroup => {
            let problem = "with virtual nodes you may have to write the rules of the security group yourself";
            if let Some(finding) = findings.add(annotation.node, problem, "check that the rules are there") {
                finding.only_warn();
            }
        }
    }
}
