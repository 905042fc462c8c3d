//! `network-policy`: finds network policies, which nothing enforces.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::kinds::is_policy_group;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "network-policy",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(&[Kind::NetworkPolicy, Kind::Custom], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Network policies (the Kubernetes NetworkPolicy resource) are not supported",
        summary: "Finds network policies, which nothing enforces.",
        why: "Oracle's page lists network policies as not supported, and the network providers that would \
              enforce them as well. The API server takes the object all the same, and whoever reads it \
              believes in a wall that is not there. So every NetworkPolicy is found, also one that allows \
              everything, and every kind of the group `policy.networking.k8s.io`. Oracle's own manifest of \
              ingress-nginx for virtual nodes contains one, so the profile `tolerant` only warns. Policies \
              of Calico and Cilium belong to `third-party-cni`.",
        instead: "Restrict the traffic with network security groups or security lists of the VCN: every pod \
                  on a virtual node has an address in the pod subnet.",
        fails: r"apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector:
    matchLabels: {app: web}
  policyTypes: [Ingress]
  ingress:
    - from:
        - ipBlock: {cidr: 198.51.100.0/24}
      ports:
        - {port: 8080}
",
        mended: r#"# The rules of the network security group say who reaches the load balancer.
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    oci.oraclecloud.com/security-rule-management-mode: "None"
    oci.oraclecloud.com/oci-network-security-groups: ocid1.networksecuritygroup.oc1.eu-frankfurt-1.example
spec:
  type: LoadBalancer
  selector: {app: web}
  ports:
    - {port: 443, targetPort: 8080}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    if subject.kind == Kind::NetworkPolicy || is_policy_group(subject.group) {
        findings.add(
            Place::Below(subject.root, &["kind"]),
            "nothing enforces it on virtual nodes, so it would give false safety",
            "use network security groups or security lists",
        );
    }
}
