//! `share-process-namespace`: finds pods whose containers see each other's processes.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::PodSpec;

/// The rule.
pub static RULE: Rule = Rule {
    id: "share-process-namespace",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::ShareProcessNamespace],
    checks: &[Check::Pod(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, pod: PodSpec<'d>, findings: &mut Findings<'d>) {
    if let Some(flag) = pod.share_process_namespace().filter(|flag| flag.value) {
        findings.add(
            flag.node,
            "virtual nodes do not let the containers of a pod share processes",
            "remove shareProcessNamespace, or run the processes in one container",
        );
    }
}
