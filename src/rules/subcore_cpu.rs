//! `subcore-cpu`: finds containers whose cpu is not a whole number of cores.

use crate::findings::Findings;
use crate::reader::Amount;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::{Container, ResourceRequirements};

/// The rule.
pub static RULE: Rule = Rule {
    id: "subcore-cpu",
    strict: Level::Warn,
    tolerant: Level::Off,
    fix: None,
    parameters: &[],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Container:ResourceRequirements Subcore",
        summary: "Finds containers whose cpu is not a whole number of cores.",
        why: "Oracle's page lists parts of a core as not supported, and its page on resource allocation says \
              that cpu is rounded up to whole OCPUs, so four containers with a quarter each may cost more \
              than was asked for. All of Oracle's own manifests for virtual nodes ask for parts of a core, \
              so this costs money and breaks nothing: the rule warns, and under `tolerant` it is off. What \
              counts is the limit, or else the request. `1000m` is a whole core. A container without any cpu \
              belongs to `missing-resources`.",
        instead: "Ask for whole cores, put what is small into one container or one pod, or accept the cost \
                  and set this rule to `off`.",
        fails: r"apiVersion: apps/v1
kind: Deployment
metadata:
  name: redirects
spec:
  replicas: 4
  selector:
    matchLabels: {app: redirects}
  template:
    metadata:
      labels: {app: redirects}
    spec:
      containers:
        - name: redirects
          image: registry.example.com/shop/redirects:1.0
          resources:
            requests: {cpu: 250m, memory: 1Gi}
            limits: {cpu: 250m, memory: 1Gi}
",
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: redirects
spec:
  replicas: 4
  selector:
    matchLabels: {app: redirects}
  template:
    metadata:
      labels: {app: redirects}
    spec:
      containers:
        - name: redirects
          image: registry.example.com/shop/redirects:1.0
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    let Some(cpu) = effective(container.resources()).filter(|cpu| !cpu.value().is_whole()) else { return };
    // A resize that leaves the cpu as it is brings nothing new.
    let before = subject.before(container).and_then(|before| effective(before.resources()));
    if before.is_some_and(|before| before.equals(cpu)) {
        return;
    }
    findings.add(
        cpu.node,
        "asks for a part of a core, and whole cores are given and billed",
        "ask for whole cores, or accept the cost",
    );
}

/// The cpu that a virtual node looks at: the limit, else the request.
fn effective(resources: Option<ResourceRequirements<'_>>) -> Option<Amount<'_>> {
    let resources = resources?;
    resources.limits().get("cpu").or_else(|| resources.requests().get("cpu"))
}
