//! `image-pull-secret-type`: finds image pull secrets of a type that virtual nodes do not read.

use crate::findings::Findings;
use crate::lookups::{Lookup, Unanswered};
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-pull-secret-type",
    strict: Level::Deny,
    tolerant: Level::Warn,
    rows: &[Row::ImagePullSecretTypes],
    lookups: &[Lookup::Secret],
    checks: &[Check::Pod(check)],
    ..Rule::NEW
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
