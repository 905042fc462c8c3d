//! `ingress-nginx`: finds the ingress-nginx controller, which has to be deployed differently.

use crate::check::prelude::*;
use crate::kubernetes::products::INGRESS_NGINX;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ingress-nginx",
    strict: Warn,
    tolerant: Warn,
    rows: doc(&[Row::IngressNginx]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Product(&[&INGRESS_NGINX], "virtual nodes need it deployed differently", "remove fsGroup and allowPrivilegeEscalation, or use a maintained controller")];
