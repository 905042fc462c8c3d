//! `config-propagation`: finds changes of ConfigMaps and Secrets, which running pods will not see.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::reader::{Presence, View};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::unchanged::same_json;
use crate::views::Configuration;

/// The rule.
pub static RULE: Rule = Rule {
    id: "config-propagation",
    strict: Level::Warn,
    tolerant: Level::Off,
    fix: None,
    parameters: &[],
    checks: &[Check::Object(&[Kind::ConfigMap, Kind::Secret], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Propagation to pods of updates to mounted configmaps and secrets",
        summary: "Finds changes of ConfigMaps and Secrets, which running pods will not see.",
        why: "A pod on a managed node sees a change of a mounted ConfigMap or Secret within minutes; \
              Oracle's page lists this as not supported on virtual nodes, so a pod keeps what it started \
              with. Updates that change `data`, `binaryData` or `stringData` are found; labels, annotations \
              and `immutable` are not, and creation never is. Whether a pod uses the object at all is not to \
              be seen. Therefore the rule warns, and under `tolerant` it is off.",
        instead: "Restart the pods after the change, for example with `kubectl rollout restart`, or give \
                  each version of the configuration a name of its own, as Kustomize does, so that a change \
                  is a rollout.",
        fails: r#"# What `kubectl edit configmap web` asks for
request:
  operation: UPDATE
  kind: {group: "", version: v1, kind: ConfigMap}
  resource: {group: "", version: v1, resource: configmaps}
  name: web
  object:
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: web
    data:
      log-level: debug
  oldObject:
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: web
    data:
      log-level: info
"#,
        mended: r"# A new ConfigMap, which the Deployment is then told to mount
apiVersion: v1
kind: ConfigMap
metadata:
  name: web-7c9f2
immutable: true
data:
  log-level: debug
",
    },
};

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let (Some(new), Some(old)) = (Configuration::of(subject.root), subject.old.and_then(Configuration::of)) else {
        return;
    };
    let fields: [(&'static [&'static str], _, _); 3] = [
        (&["data"], new.data(), old.data()),
        (&["binaryData"], new.binary_data(), old.binary_data()),
        (&["stringData"], new.string_data(), old.string_data()),
    ];
    for (name, new, old) in fields {
        if !same_json(text(new), text(old)) {
            findings.add(
                Place::Below(subject.root, name),
                "pods that run on virtual nodes do not see the change",
                "restart them, for example with kubectl rollout restart",
            );
        }
    }
}

fn text(field: Option<Presence<'_>>) -> &str {
    field.and_then(|field| field.0.raw()).unwrap_or("{}")
}
