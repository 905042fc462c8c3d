//! `hostname-as-fqdn`: finds pods that use their fully qualified domain name as host name.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "hostname-as-fqdn",
    strict: Deny,
    tolerant: Warn,
    fix: Some(Full),
    rows: doc(&[Row::SetHostnameAsFqdn]),
    fix_fields: doc(&["setHostnameAsFQDN"]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(cx: &mut Context, pod: PodSpec) {
    if let Some(flag) = pod.set_hostname_as_fqdn().filter(|flag| flag.value) {
        cx.remove(flag.node, "virtual nodes do not support setHostnameAsFQDN", "remove it");
    }
}
