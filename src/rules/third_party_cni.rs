//! `third-party-cni`: finds Flannel, Calico and Cilium.

use crate::findings::Findings;
use crate::products;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, PRODUCT_KINDS, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "third-party-cni",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(PRODUCT_KINDS, check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Flannel and other third party CNI plugins are not supported",
        summary: "Finds Flannel, Calico and Cilium.",
        why: "Oracle's page supports VCN-Native Pod Networking alone; Flannel is not supported, and neither \
              are Calico and Cilium, which would enforce network policies. Custom resources are recognised \
              by their API group, `projectcalico.org`, `tigera.io` and `cilium.io` with the groups that end \
              in them, and workloads by the labels and images of these products, from whatever registry. A \
              bare `node` or `operator` is nobody's image and is not found. There is one finding for each \
              product and object, at the first sign of it.",
        instead: "Leave it out: VCN-Native Pod Networking is there without being installed. Restrict traffic \
                  with network security groups, and keep the product to managed nodes where it is needed \
                  there.",
        fails: r#"apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: database
spec:
  endpointSelector:
    matchLabels: {app: database}
  ingress:
    - fromEndpoints:
        - matchLabels: {app: web}
      toPorts:
        - ports:
            - {port: "5432", protocol: TCP}
"#,
        mended: r#"# An address inside the VCN, and a network security group that says who may use it.
apiVersion: v1
kind: Service
metadata:
  name: database
  annotations:
    service.beta.kubernetes.io/oci-load-balancer-internal: "true"
    oci.oraclecloud.com/security-rule-management-mode: "None"
    oci.oraclecloud.com/oci-network-security-groups: ocid1.networksecuritygroup.oc1.eu-frankfurt-1.example
spec:
  type: LoadBalancer
  selector: {app: database}
  ports:
    - {port: 5432}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let problem = "virtual nodes only have VCN-Native Pod Networking";
    products::report(&RULE, subject, problem, "leave it out, or keep it to managed nodes", findings);
}
