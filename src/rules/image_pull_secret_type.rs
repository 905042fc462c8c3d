//! `image-pull-secret-type`: finds image pull secrets of a type that virtual nodes don't read.

use crate::check::prelude::*;
use crate::lint::lookup::Lookup;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-pull-secret-type",
    strict: Deny,
    tolerant: Warn,
    rows: doc(&[Row::ImagePullSecretTypes]),
    lookups: doc(&[Lookup::Secret]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

const SUPPORTED: [&str; 2] = ["kubernetes.io/dockercfg", "kubernetes.io/dockerconfigjson"];

fn check(cx: &mut Context, pod: PodSpec) {
    for secret in pod.image_pull_secrets() {
        let Some(name) = secret.name().filter(|name| !name.value.is_empty()) else { continue };
        match cx.lookups.secret_type(name.value) {
            Ok(kind) if !SUPPORTED.contains(&kind) => {
                cx.report(
                    secret.node,
                    "virtual nodes do not read credentials from a Secret of this type",
                    "use type kubernetes.io/dockerconfigjson",
                );
            }
            Err(error) if error.is_failure() => return cx.report_lookup_failure(Lookup::Secret, secret.node),
            _ => {}
        }
    }
}
