//! The outcome of a request for the command line: every finding, uncut and with its parts.

use std::fmt::Write;

use crate::findings::Finding;
use crate::json::{key, member, separate, text};
use crate::mend::Change;
use crate::policy::Outcome;
use crate::reader::Step;
use crate::rule::Level;

/// The outcome as JSON: an object with `accepted`, `code` and `message` of a rejection, `subject`, and `findings`. The
/// message of what was judged is how to keep it off virtual nodes. A
/// finding is an object with `rule`, `level` (of a rule, or `exempted`), `path`, `container`, `problem`, `remedy`, and for
/// what a fix mends `fixed` and its `changes`: the `path` to each value as keys and indices, and the new `value`, none where it is removed.
#[must_use]
pub fn to_json(outcome: &Outcome<'_>) -> String {
    let mut out = "{".to_owned();
    let (is_accepted, code) = match outcome {
        Outcome::Accepted => (true, 0),
        Outcome::Rejected(code, _) => (false, *code),
        Outcome::Judged(judgement) => (!judgement.is_denied(), 403),
    };
    key(&mut out, "accepted");
    out.push_str(if is_accepted { "true" } else { "false" });
    if !is_accepted {
        key(&mut out, "code");
        let _ = write!(out, "{code}");
    }
    match outcome {
        Outcome::Rejected(_, message) => member(&mut out, "message", message),
        Outcome::Judged(judgement) => {
            member(&mut out, "subject", &judgement.subject);
            if let Some(advice) = judgement.advice.as_deref().filter(|_| !is_accepted) {
                member(&mut out, "message", advice);
            }
        }
        Outcome::Accepted => {}
    }
    key(&mut out, "findings");
    out.push('[');
    if let Outcome::Judged(judgement) = outcome {
        for finding in &judgement.mended {
            // What is mended denies nothing.
            entry(&mut out, finding, Level::Warn.name(), true);
        }
        for finding in &judgement.findings {
            entry(&mut out, finding, finding.level.name(), false);
        }
        for finding in &judgement.exempted {
            entry(&mut out, finding, "exempted", false);
        }
    }
    out.push_str("]}");
    out
}

#[inline(never)]
fn entry(out: &mut String, finding: &Finding<'_>, level: &str, is_fixed: bool) {
    separate(out);
    out.push('{');
    member(out, "rule", finding.rule.id);
    member(out, "level", level);
    member(out, "path", &finding.place.path());
    if let Some(container) = finding.container {
        member(out, "container", container);
    }
    member(out, "problem", &finding.problem);
    member(out, "remedy", &finding.remedy);
    if is_fixed {
        key(out, "fixed");
        out.push_str("true");
    }
    if is_fixed && !finding.edits.is_empty() {
        key(out, "changes");
        out.push('[');
        for edit in &finding.edits {
            change(out, &edit.change());
        }
        out.push(']');
    }
    out.push('}');
}

fn change(out: &mut String, change: &Change<'_>) {
    separate(out);
    out.push('{');
    key(out, "path");
    out.push('[');
    for step in &change.steps {
        separate(out);
        match step {
            Step::Key(name) => text(out, name),
            Step::Index(index) => _ = write!(out, "{index}"),
        }
    }
    out.push(']');
    if let Some(value) = &change.value {
        key(out, "value");
        out.push_str(value);
    }
    out.push('}');
}
