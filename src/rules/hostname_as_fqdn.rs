//! `hostname-as-fqdn`: finds pods whose host name is to be their fully qualified domain name.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "hostname-as-fqdn",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: &[Row::SetHostnameAsFqdn],
    fix_fields: Fields::of(&["setHostnameAsFQDN"]),
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(flag) = pod.set_hostname_as_fqdn().filter(|flag| flag.value) {
        findings.mendable(
            flag.node,
            "virtual nodes do not support setHostnameAsFQDN",
            "remove it",
            Edit::Remove(flag.node),
        );
    }
}
