//! `cluster-autoscaler`: finds the Cluster Autoscaler.

use crate::check::prelude::*;
use crate::kubernetes::products::CLUSTER_AUTOSCALER;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cluster-autoscaler",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::ScalingByClusterAutoscaler, Row::ClusterAutoscaler]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Product(&[&CLUSTER_AUTOSCALER], "virtual nodes do not support it", "leave it out, as virtual nodes grow with their pods")];
