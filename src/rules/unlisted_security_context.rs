//! `unlisted-security-context`: finds security context fields that Oracle lists neither as supported nor as not.

use crate::findings::Findings;
use crate::reader::{Node, Text};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, PodSpec};

/// The rule.
pub static RULE: Rule = Rule {
    id: "unlisted-security-context",
    strict: Level::Warn,
    tolerant: Level::Off,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(pod), Check::Container(container)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod and container security contexts (in neither list)",
        summary: "Finds security context fields that Oracle lists neither as supported nor as not.",
        why: "Oracle's page has a list of supported and a list of unsupported fields for the security \
              context of pods and another pair for containers, and some fields stand in none. This rule \
              warns of them, since a field that secures a workload should not be taken on trust: of a \
              container's `seccompProfile`, `seLinuxOptions`, `appArmorProfile` and `windowsOptions`, and of \
              a pod's `appArmorProfile`, `windowsOptions`, `supplementalGroupsPolicy` and \
              `seLinuxChangePolicy`. The defaults `Merge` and `MountOption` and empty objects are not found. \
              `runAsUser`, `runAsGroup` and `runAsNonRoot` are supported for pods, and here taken as \
              supported for containers too.",
        instead: "Try in the cluster whether the virtual node honours the field, and then set this rule to \
                  `off`. Keep a field that Pod Security asks for.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: accounts
spec:
  containers:
    - name: accounts
      image: registry.example.com/finance/accounts:2.6
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        readOnlyRootFilesystem: true
        seccompProfile:
          type: RuntimeDefault
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: accounts
spec:
  containers:
    - name: accounts
      image: registry.example.com/finance/accounts:2.6
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        readOnlyRootFilesystem: true
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn pod<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    let Some(context) = pod.security_context() else { return };
    let found = [
        context.app_armor_profile().filled(),
        context.windows_options().filled(),
        other(context.supplemental_groups_policy(), "Merge"),
        other(context.se_linux_change_policy(), "MountOption"),
    ];
    report(found, findings);
}

fn container<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let Some(context) = container.security_context() else { return };
    let found = [
        context.seccomp_profile().filled(),
        context.se_linux_options().filled(),
        context.app_armor_profile().filled(),
        context.windows_options().filled(),
    ];
    report(found, findings);
}

fn other<'d>(text: Option<Text<'d>>, default: &str) -> Option<Node<'d>> {
    text.filter(|text| !text.value.is_empty() && text.value != default).map(|text| text.node)
}

fn report<'d>(found: [Option<Node<'d>>; 4], findings: &mut Findings<'d>) {
    for node in found.into_iter().flatten() {
        findings.add(
            node,
            format_args!("sets {}, and Oracle does not say whether it is supported", node.name()),
            "test that the virtual node honours it",
        );
    }
}
