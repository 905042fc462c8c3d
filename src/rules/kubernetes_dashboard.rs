//! `kubernetes-dashboard`: finds the Kubernetes Dashboard, its metrics scraper included.

use crate::check::prelude::*;
use crate::kubernetes::products::KUBERNETES_DASHBOARD;

/// The rule.
pub static RULE: Rule = Rule {
    id: "kubernetes-dashboard",
    strict: Deny,
    tolerant: Warn,
    rows: doc(&[Row::KubernetesDashboard]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Product(&[&KUBERNETES_DASHBOARD], "virtual nodes do not support it", "use the OCI Console, or Headlamp on your desktop")];
