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
        row: "Pod fields: setHostNameAsFqdn",
        summary: "Finds pods whose host name is to be their fully qualified domain name.",
        why: "Oracle's page lists `setHostnameAsFQDN` as not supported, so a container does not see its \
              fully qualified domain name as its host name. `false` is the default and is not found. The fix \
              removes the field, and with it what the author asked for; therefore it belongs to the full \
              fixes.",
        instead: "Remove `setHostnameAsFQDN`, and tell the program its name in an environment variable or in \
                  its configuration.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: broker
spec:
  subdomain: brokers
  setHostnameAsFQDN: true
  containers:
    - name: broker
      image: registry.example.com/events/broker:2.8
      resources:
        requests: {cpu: "2", memory: 4Gi}
        limits: {cpu: "2", memory: 4Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: broker
spec:
  subdomain: brokers
  containers:
    - name: broker
      image: registry.example.com/events/broker:2.8
      env:
        - {name: BROKER_ADDRESS, value: broker.brokers.default.svc.cluster.local}
      resources:
        requests: {cpu: "2", memory: 4Gi}
        limits: {cpu: "2", memory: 4Gi}
"#,
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
