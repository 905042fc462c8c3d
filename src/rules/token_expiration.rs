//! `token-expiration`: finds a projected service account token with a lifetime of its own.

use crate::findings::{Edit, Findings};
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "token-expiration",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Safe),
    parameters: &[],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "ProjectedVolumeSource:ServiceAccountTokenProjection:ExpirationSeconds",
        summary: "Finds a projected service account token with a lifetime of its own.",
        why: "Oracle's page lists the lifetime of a projected service account token as not supported, so \
              nobody should count on a token that lives as long as the field says. Every token has a \
              lifetime when the policy sees it: 3600 seconds where nothing was written, and 3607 in the \
              volume that Kubernetes injects. These two are accepted, anything else is found. The fix \
              removes the field, which the API server then sets to 3600.",
        instead: "Remove `expirationSeconds`, and read the token from its file each time it is needed, since \
                  it is renewed there.",
        fails: r#"apiVersion: v1
kind: Pod
metadata:
  name: vault-client
spec:
  containers:
    - name: vault-client
      image: registry.example.com/security/vault-client:1.6
      volumeMounts:
        - name: token
          mountPath: /var/run/secrets/vault
          readOnly: true
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
  volumes:
    - name: token
      projected:
        sources:
          - serviceAccountToken:
              audience: vault
              path: token
              expirationSeconds: 7200
"#,
        mended: r#"apiVersion: v1
kind: Pod
metadata:
  name: vault-client
spec:
  containers:
    - name: vault-client
      image: registry.example.com/security/vault-client:1.6
      volumeMounts:
        - name: token
          mountPath: /var/run/secrets/vault
          readOnly: true
      resources:
        requests: {cpu: "1", memory: 1Gi}
        limits: {cpu: "1", memory: 1Gi}
  volumes:
    - name: token
      projected:
        sources:
          - serviceAccountToken:
              audience: vault
              path: token
"#,
    },
};

/// What the API server sets where nothing is written, and what it injects itself.
const DEFAULTS: [i64; 2] = [3600, 3607];

fn check<'d>(_: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    for source in volume.projections() {
        let seconds = source.service_account_token().and_then(|token| token.expiration_seconds());
        if let Some(seconds) = seconds.filter(|seconds| !DEFAULTS.contains(&seconds.value)) {
            findings.mendable(
                seconds.node,
                "virtual nodes do not support expirationSeconds",
                "remove it, tokens then live for an hour and are renewed",
                Edit::Remove(seconds.node),
            );
        }
    }
}
