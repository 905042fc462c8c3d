//! `port-forward`: finds `kubectl port-forward`.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    id: "port-forward",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(&[Kind::PodPortForwardOptions], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Kubectl port-forward command",
        summary: "Finds `kubectl port-forward`.",
        why: "Oracle's page lists `kubectl port-forward` as not supported and says to use `kubectl proxy`, \
              which reaches pods and Services through the API server. That is a request to `pods/proxy` or \
              `services/proxy`, and it stays allowed.",
        instead: "Run `kubectl proxy`, and open \
                  `http://localhost:8001/api/v1/namespaces/<namespace>/pods/<pod>:<port>/proxy/`.",
        fails: r#"# What `kubectl port-forward web 8080` asks for
request:
  operation: CONNECT
  kind: {group: "", version: v1, kind: PodPortForwardOptions}
  resource: {group: "", version: v1, resource: pods}
  subResource: portforward
  name: web
  object:
    apiVersion: v1
    kind: PodPortForwardOptions
    ports: [8080]
"#,
        mended: r#"# What a browser asks for through `kubectl proxy`
request:
  operation: CONNECT
  kind: {group: "", version: v1, kind: PodProxyOptions}
  resource: {group: "", version: v1, resource: pods}
  subResource: proxy
  name: web:8080
  object:
    apiVersion: v1
    kind: PodProxyOptions
    path: /
"#,
    },
};

fn check<'d>(_: &Subject<'d>, findings: &mut Findings<'d>) {
    findings.add(
        Place::Fixed("pods/portforward"),
        "virtual nodes cannot forward ports",
        "use kubectl proxy, which reaches the pod through the API server",
    );
}
