//! `hostname`: finds pods with a host name that their author chose.

use crate::findings::{Edit, Findings};
use crate::kinds::Kind;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "hostname",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Pod fields: hostName",
        summary: "Finds pods with a host name that their author chose.",
        why: "Oracle's page lists the host name as not supported, so a program that looks for itself or its \
              peers by that name may not find them. Controllers set the field too: a Pod of a StatefulSet \
              has its own name there, and one of an indexed Job the Job's name and a number. These are not \
              found, since no author wrote them; what a pod template holds is always the author's. \
              `subdomain` is in no list of Oracle's and is accepted.",
        instead: "Remove `hostname`, and give clients a Service. A program that wants to know its own name \
                  can take the Pod's from an environment variable with `fieldRef`.",
        fails: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: mail
spec:
  selector:
    matchLabels: {app: mail}
  template:
    metadata:
      labels: {app: mail}
    spec:
      hostname: mail
      containers:
        - name: mail
          image: registry.example.com/office/mail:3.7
          resources:
            requests: {cpu: "1", memory: 2Gi}
            limits: {cpu: "1", memory: 2Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: mail
spec:
  selector:
    matchLabels: {app: mail}
  template:
    metadata:
      labels: {app: mail}
    spec:
      containers:
        - name: mail
          image: registry.example.com/office/mail:3.7
          env:
            - {name: MAIL_HELO_NAME, value: mail.example.com}
          resources:
            requests: {cpu: "1", memory: 2Gi}
            limits: {cpu: "1", memory: 2Gi}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(hostname) = pod.hostname().filter(|name| !name.value.is_empty() && !is_given(subject, name.value)) {
        findings.mendable(
            hostname.node,
            "virtual nodes do not support hostname",
            "remove it, and use a Service for a stable name",
            Edit::Remove(hostname.node),
        );
    }
}

/// Whether the pod's controller wrote the name: a StatefulSet the pod's own, an indexed Job its name and the index.
fn is_given(subject: &Subject<'_>, hostname: &str) -> bool {
    if subject.kind != Kind::Pod {
        return false;
    }
    if subject.controller("apps", "StatefulSet").is_some() && hostname == subject.name {
        return true;
    }
    let job = subject.controller("batch", "Job").and_then(|owner| owner.name());
    job.and_then(|job| hostname.strip_prefix(job.value)?.strip_prefix('-'))
        .is_some_and(|index| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()))
}
