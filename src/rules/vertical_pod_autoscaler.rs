//! `vertical-pod-autoscaler`: finds the Vertical Pod Autoscaler and its objects.

use crate::check::prelude::*;
use crate::kubernetes::products::VERTICAL_POD_AUTOSCALER;

/// The rule.
pub static RULE: Rule = Rule {
    id: "vertical-pod-autoscaler",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::ScalingByVerticalPodAutoscaler, Row::VerticalPodAutoscaler]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Product(&[&VERTICAL_POD_AUTOSCALER], "virtual nodes do not support it", "set requests and limits by hand, or use the Horizontal Pod Autoscaler")];
