//! `missing-resources`: finds normal and init containers without request and limit for cpu or memory.

use crate::findings::{Edit, Findings, Literal, Place};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Parameter, ParameterKind, Rule};
use crate::subject::Subject;
use crate::views::{Container, ResourceRequirements};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-resources",
    strict: Level::Warn,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    parameters: &[
        Parameter {
            name: "cpu",
            kind: ParameterKind::Quantity,
            #[cfg(not(target_arch = "wasm32"))]
            about: "The cpu that the fix asks for, as request and limit, where there is none. Default: none, and the finding stays.",
        },
        Parameter {
            name: "memory",
            kind: ParameterKind::Quantity,
            #[cfg(not(target_arch = "wasm32"))]
            about: "The memory that the fix asks for, likewise.",
        },
    ],
    checks: &[Check::Container(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Resource Allocation: Resource allocation is at the pod level, rather than at the worker node \
              level",
        summary: "Finds normal and init containers without request and limit for cpu or memory.",
        why: "A pod on a virtual node gets what its containers ask for, and shares no node's remains with \
              others. A container that asks for nothing gets 0.125 OCPU and 0.5 GB, by Oracle's page on \
              resource allocation, which is little for most programs. Either a request or a limit is enough, \
              and so is one in the pod's own `resources`; cpu and memory that are both missing are one \
              finding. Ephemeral containers cannot have resources and are not looked at. With the parameters \
              `cpu` and `memory` the fix writes these amounts as request and limit.",
        instead: "Set request and limit for cpu and memory of each container, to the same amount and to what \
                  it needs at its peak.",
        fails: r"apiVersion: apps/v1
kind: Deployment
metadata:
  name: newsletter
spec:
  selector:
    matchLabels: {app: newsletter}
  template:
    metadata:
      labels: {app: newsletter}
    spec:
      containers:
        - name: newsletter
          image: registry.example.com/office/newsletter:1.1
          ports:
            - containerPort: 8080
",
        mended: r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: newsletter
spec:
  selector:
    matchLabels: {app: newsletter}
  template:
    metadata:
      labels: {app: newsletter}
    spec:
      containers:
        - name: newsletter
          image: registry.example.com/office/newsletter:1.1
          ports:
            - containerPort: 8080
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "1", memory: 1Gi}
"#,
    },
};

fn check<'d>(subject: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    if container.node.parent().name() == "ephemeralContainers" {
        return;
    }
    let of_pod = subject.pod().and_then(|pod| pod.resources());
    let is_missing = |name| !has(container.resources(), name) && !has(of_pod, name);
    let problem = match (is_missing("cpu"), is_missing("memory")) {
        (true, true) => "has no cpu and memory, and gets 0.125 OCPU and 0.5 GB",
        (true, false) => "has no cpu, and gets 0.125 OCPU",
        (false, true) => "has no memory, and gets 0.5 GB",
        (false, false) => return,
    };
    let place =
        container.resources().map_or(Place::Below(container.node, &["resources"]), |resources| resources.node.into());
    let Some(finding) = findings.add(place, problem, "set requests and limits to what it needs") else { return };
    let fixes: [(&str, &'static [_], &'static [_]); 2] = [
        ("cpu", &["resources", "requests", "cpu"], &["resources", "limits", "cpu"]),
        ("memory", &["resources", "requests", "memory"], &["resources", "limits", "memory"]),
    ];
    for (name, request, limit) in fixes {
        if let Some(amount) = subject.text(RULE.id, name).filter(|_| is_missing(name)) {
            finding.mend(Edit::Set(Place::Below(container.node, request), Literal::Text(amount)));
            finding.mend(Edit::Set(Place::Below(container.node, limit), Literal::Text(amount)));
        }
    }
}

fn has(resources: Option<ResourceRequirements<'_>>, name: &str) -> bool {
    resources.is_some_and(|resources| resources.requests().get(name).or(resources.limits().get(name)).is_some())
}
