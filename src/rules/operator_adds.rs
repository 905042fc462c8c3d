//! `operator-adds`: finds custom workloads to whose Pods an operator adds what virtual nodes don't support.

use crate::check::prelude::*;
use crate::document::pattern::Pattern;
use crate::kubernetes::custom_workloads::{GAME_SERVER_PORTS, GAME_SERVER_TEMPLATE_PORTS};
use crate::kubernetes::views::GameServerPort;

/// The rule.
pub static RULE: Rule = Rule {
    id: "operator-adds",
    strict: Warn,
    tolerant: Warn,
    rows: doc(&[Row::InitContainers, Row::FsGroup, Row::HostPort, Row::TerminationMessagePolicy, Row::TerminationGracePeriod]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Object(&[Kind::CustomWorkload], check)];

fn check(cx: &mut Context) {
    let (problem, remedy) = match (cx.object.info.group, cx.object.info.name) {
        ("serving.knative.dev", _) => (
            "Knative sets the grace period and the termination message policy of its Pods",
            "switch on the fixes of termination-grace-period and termination-message",
        ),
        ("ray.io", _) if cx.object.info.templates.iter().any(|pattern| is_worker(cx, *pattern)) => (
            "KubeRay adds an init container to the Pods of workers",
            "set ENABLE_INIT_CONTAINER_INJECTION=false on the operator",
        ),
        ("kubeflow.org", "PyTorchJob") if has_replicas(cx, "Master") && has_replicas(cx, "Worker") => (
            "the training operator adds an init container to the Pods of workers",
            "give the operator a template of init containers that is empty",
        ),
        ("kubeflow.org", "Notebook") if cx.object.pods().any(|pod| pod.security_context().is_none()) => (
            "the notebook controller adds fsGroup 100 to the Pod",
            "set a securityContext in the template, or ADD_FSGROUP=false on the controller",
        ),
        ("agones.dev", _) if has_host_port(cx) => {
            ("Agones adds a host port for each port of the game server", "set portPolicy None on every port")
        }
        _ => return,
    };
    cx.report(Place::Below(cx.object.root, &["kind"]), problem, remedy);
}

/// Returns true if the object has templates of Ray workers at this pattern.
fn is_worker(cx: &Context, pattern: Pattern) -> bool {
    let mut keys = pattern.text().split(['.', '[']);
    keys.any(|key| key == "workerGroupSpecs") && !pattern.select(cx.object.root).is_empty()
}

/// Returns true if a job of the training operator has replicas of a type. The operator ignores case.
fn has_replicas(cx: &Context, name: &str) -> bool {
    let mut templates = cx.object.info.templates.iter().flat_map(|pattern| pattern.select(cx.object.root));
    templates.any(|node| node.parent().is_some_and(|replicas| replicas.name().eq_ignore_ascii_case(name)))
}

/// Returns true if a game server has a port for which Agones opens a host port.
fn has_host_port(cx: &Context) -> bool {
    let ports = if cx.object.info.name == "GameServer" { GAME_SERVER_PORTS } else { GAME_SERVER_TEMPLATE_PORTS };
    let mut ports = ports.select(cx.object.root).into_iter().filter_map(GameServerPort::of);
    ports.any(|port| port.port_policy().is_none_or(|policy| policy.value != "None"))
}
