//! `hostname-as-fqdn`: finds pods whose host name is to be their fully qualified domain name.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "hostname-as-fqdn",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "setHostNameAsFqdn",
        summary: "Finds pods whose host name is to be their fully qualified domain name.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
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
