//! `load-balancer-security-list`: finds load balancers whose annotations ask for security rules that virtual nodes do not manage.

use crate::findings::{Edit, Findings, Literal, Place};
use crate::kinds::Kind;
use crate::reader::{Text, View};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Service;

/// The rule.
pub static RULE: Rule = Rule {
    id: "load-balancer-security-list",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Object(&[Kind::Service], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Load Balancing: security list management is never enabled",
        summary: "Finds load balancers whose annotations ask for security rules that virtual nodes do not manage.",
        why: "In clusters with virtual nodes nobody writes rules into the security lists for a load \
              balancer, whatever its annotations say, so traffic that nobody allowed by hand does not \
              arrive. The mode is computed as Oracle's cloud controller does it: \
              `security-rule-management-mode` wins over the annotation for the type of load balancer, and \
              upper and lower case matter where they do there. Found is a mode that switches the management \
              on, and one that the controller does not know. `NSG` only warns, and a Service without any of \
              these annotations is fine. The fix writes `None`, also where Oracle recommends it and nothing \
              is written.",
        instead: "Set the annotation to `\"None\"`, and allow the ports of the load balancer and the range \
                  of node ports in the security rules of its subnet and of the pod subnet.",
        fails: r"apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations:
    service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode: All
spec:
  type: LoadBalancer
  selector: {app: web}
  ports:
    - port: 443
      targetPort: 8443
",
        mended: r#"apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations:
    service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode: "None"
spec:
  type: LoadBalancer
  selector: {app: web}
  ports:
    - port: 443
      targetPort: 8443
"#,
    },
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
