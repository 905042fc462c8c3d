//! `kube-proxy`: finds workloads that run kube-proxy.

use crate::check::prelude::*;
use crate::kubernetes::products::KUBE_PROXY;

/// The rule.
pub static RULE: Rule = Rule {
    id: "kube-proxy",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::KubeProxy]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Product(&[&KUBE_PROXY], "on virtual nodes it runs inside every pod already", "leave it out")];
