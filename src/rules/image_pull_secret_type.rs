//! `image-pull-secret-type`: finds image pull secrets of a type that virtual nodes do not read.

use crate::findings::Findings;
use crate::lookups::{Lookup, Unanswered};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-pull-secret-type",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: None,
    parameters: &[],
    checks: &[Check::Pod(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "ImagePullSecret types other than config and configJson",
        summary: "Finds image pull secrets of a type that virtual nodes do not read.",
        why: "A virtual node logs in to registries with Secrets of the types `kubernetes.io/dockercfg` and \
              `kubernetes.io/dockerconfigjson`; with any other type the pod waits for an image that is never pulled. \
              The type stands in the Secret and not in the pod, so the rule speaks only where the setting `lookups` \
              names `Secret`; it reads the names and types of the namespace's Secrets and never their data. A Secret \
              that is not there is not found.",
        instead: "Make the Secret with `kubectl create secret docker-registry`, which sets the type.",
        fails: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  imagePullSecrets:
    - name: opaque # a Secret of type Opaque
  containers:
    - name: web
      image: registry.example/shop/web:1.0
      resources:
        requests: {cpu: \"1\", memory: 1Gi}
        limits: {cpu: \"1\", memory: 1Gi}
",
        mended: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  imagePullSecrets:
    - name: registry # a Secret of type kubernetes.io/dockerconfigjson
  containers:
    - name: web
      image: registry.example/shop/web:1.0
      resources:
        requests: {cpu: \"1\", memory: 1Gi}
        limits: {cpu: \"1\", memory: 1Gi}
",
    },
};

const SUPPORTED: [&str; 2] = ["kubernetes.io/dockercfg", "kubernetes.io/dockerconfigjson"];

fn check<'d>(subject: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    for secret in pod.image_pull_secrets() {
        let Some(name) = secret.name().filter(|name| !name.value.is_empty()) else { continue };
        match subject.lookups().secret_type(name.value) {
            Ok(kind) if !SUPPORTED.contains(&kind) => {
                findings.add(
                    secret.node,
                    "this Secret is of a type from which virtual nodes take no credentials",
                    "use type kubernetes.io/dockerconfigjson",
                );
            }
            Err(Unanswered::Failed) => {
                subject.failed_lookup(Lookup::Secret, secret.node, findings);
                return;
            }
            _ => {}
        }
    }
}
