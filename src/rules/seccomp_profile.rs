//! `seccomp-profile`: finds pods with a seccomp profile for all their containers.

use crate::findings::{Edit, Findings};
use crate::oracle::Row;
use crate::rule::{Check, Fields, Fix, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "seccomp-profile",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: Some(Fix::Full),
    rows: &[Row::SeccompProfile],
    fix_fields: Fields::of(&["seccompProfile"]),
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(profile) = pod.security_context().and_then(|context| context.seccomp_profile().filled()) {
        let finding = findings.add(
            profile,
            "virtual nodes do not support the pod's seccompProfile",
            "set it on each container, with which Pod Security \"restricted\" is also content",
        );
        if let Some(finding) = finding {
            finding.mend(Edit::Remove(profile));
            finding.caution = "Pod Security \"restricted\" now rejects the pod unless its containers set one";
        }
    }
}
