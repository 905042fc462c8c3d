//! `third-party-cni`: finds Flannel, Calico and Cilium.

use crate::check::prelude::*;
use crate::kubernetes::products::{CALICO, CILIUM, FLANNEL};

/// The rule.
pub static RULE: Rule = Rule {
    id: "third-party-cni",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::VcnNativePodNetworking, Row::ThirdPartyCni, Row::NetworkProviders]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Product(&[&FLANNEL, &CALICO, &CILIUM], "virtual nodes only have VCN-Native Pod Networking", "leave it out, or keep it to managed nodes")];
