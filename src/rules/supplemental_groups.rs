//! `supplemental-groups`: finds pods whose processes are to be in further groups.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "supplemental-groups",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod security contexts: supplementalGroups",
        summary: "Finds pods whose processes are to be in further groups.",
        why: "Oracle's page lists `supplementalGroups` as not supported, so the processes of the pod are not \
              in these groups, and files that only a group may read stay closed to them. An empty list is \
              not found. `supplementalGroupsPolicy` is another field, which `unlisted-security-context` \
              looks at. The fix removes the list.",
        instead: "Remove `supplementalGroups`, and put the user into its groups when the image is built, or \
                  run with the one group that is needed as `runAsGroup`.",
        fails: r#"apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: archive
spec:
  selector:
    matchLabels: {app: archive}
  template:
    metadata:
      labels: {app: archive}
    spec:
      securityContext:
        runAsUser: 1000
        supplementalGroups: [5000]
      containers:
        - name: archive
          image: registry.example.com/office/archive:2.2
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: archive
spec:
  selector:
    matchLabels: {app: archive}
  template:
    metadata:
      labels: {app: archive}
    spec:
      securityContext:
        runAsUser: 1000
        runAsGroup: 5000
      containers:
        - name: archive
          image: registry.example.com/office/archive:2.2
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(groups) = pod.security_context().and_then(|context| context.supplemental_groups().filled()) {
        findings.mendable(
            groups,
            "virtual nodes do not support supplementalGroups",
            "remove them, and put the groups into the image",
            Edit::Remove(groups),
        );
    }
}
