//! The response: the API server shows it to the user, and the audit scanner stores it.

use super::mutation::Mutation;
use super::verdict::{Early, Verdict};
use crate::document::path::path_of;
use crate::document::text::{append, joined, json_key, json_member, json_separate, json_text, printable, sort_names};
use crate::lint::finding::{Edit, Finding, Old, Scalar};
use crate::lint::rule::Level;

/// The maximum length of a denial, in bytes.
const MAX_MESSAGE: usize = 8 * 1024;
/// The maximum length of a line in a denial, in bytes.
const MAX_LINE: usize = 1024;
/// Kubernetes truncates longer warnings. In bytes.
const MAX_WARNING: usize = 256;
/// Kubernetes drops warnings beyond this total length, in bytes.
const MAX_WARNINGS: usize = 4096;

/// The response to a request, in Kubewarden's form.
///
/// The SDK's type isn't used, because it stores audit annotations in a map with random order. The same request must get
/// the same bytes.
#[derive(Debug, Default)]
pub struct Response {
    /// True if the request is allowed.
    pub accepted: bool,
    /// The HTTP status of a rejection.
    pub code: Option<u16>,
    /// The reason for a rejection. For an accepted request, the warnings, because audit reports show only this field.
    pub message: Option<String>,
    /// The fixed object, as JSON, if anything was fixed.
    pub mutated_object: Option<String>,
    /// The warnings for the user, whether the request is accepted or not.
    pub warnings: Option<Vec<String>>,
    /// The ids of the rules, by the outcome of their findings.
    pub audit_annotations: Option<AuditAnnotations>,
}

/// The ids of the rules, sorted and joined with commas, by the outcome of their findings.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct AuditAnnotations {
    /// The rules that denied the request.
    pub denied: Option<String>,
    /// The rules whose findings were exempt.
    pub exempted: Option<String>,
    /// The rules whose findings were fixed.
    pub fixed: Option<String>,
    /// The rules that warned.
    pub warned: Option<String>,
}

fn ids<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Option<String> {
    let mut ids: Vec<(&str, usize)> = Vec::new();
    for finding in findings {
        if ids.iter().all(|(known, _)| *known != finding.rule.id) {
            ids.push((finding.rule.id, 0));
        }
    }
    sort_names(&mut ids);
    let text = joined(ids.iter().map(|(id, _)| *id), ",");
    (!text.is_empty()).then_some(text)
}

impl AuditAnnotations {
    fn write_json(&self, json: &mut String) {
        json.push('{');
        let members =
            [("denied", &self.denied), ("exempted", &self.exempted), ("fixed", &self.fixed), ("warned", &self.warned)];
        for (name, ids) in members {
            if let Some(ids) = ids {
                json_member(json, name, ids);
            }
        }
        json.push('}');
    }
}

impl Response {
    /// Writes the response as JSON. Omits fields without a value.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = "{".to_owned();
        json_key(&mut json, "accepted");
        json.push_str(if self.accepted { "true" } else { "false" });
        if let Some(code) = self.code {
            json_key(&mut json, "code");
            json.push_str(&code.to_string());
        }
        if let Some(message) = &self.message {
            json_member(&mut json, "message", message);
        }
        if let Some(object) = &self.mutated_object {
            json_key(&mut json, "mutated_object");
            json.push_str(object);
        }
        if let Some(warnings) = &self.warnings {
            json_key(&mut json, "warnings");
            json.push('[');
            for warning in warnings {
                json_separate(&mut json);
                json_text(&mut json, warning);
            }
            json.push(']');
        }
        if let Some(annotations) = &self.audit_annotations {
            json_key(&mut json, "audit_annotations");
            annotations.write_json(&mut json);
        }
        json.push('}');
        json
    }

    /// Accepts without a message.
    #[must_use]
    pub fn accept() -> Self {
        Response { accepted: true, ..Response::default() }
    }

    /// Rejects a request that cannot be reviewed. `code` is an HTTP status.
    #[must_use]
    pub fn reject(code: u16, message: &str) -> Self {
        let mut text = Text::new(MAX_MESSAGE, 0);
        let lines = message.lines().count();
        for (index, line) in message.lines().enumerate() {
            if !text.line(&printable(line.to_owned(), MAX_LINE), lines.saturating_sub(index).saturating_sub(1)) {
                break;
            }
        }
        Response { code: Some(code), message: Some(text.text), ..Response::default() }
    }

    /// Creates the response for a verdict.
    #[must_use]
    pub fn judged(verdict: Verdict) -> Self {
        let at = |level| verdict.findings.iter().filter(move |finding| finding.level == level);
        let (denied, warned): (Vec<_>, Vec<_>) = (at(Level::Deny).collect(), at(Level::Warn).collect());
        let (fixes, proposed): (&[Finding], &[Finding]) = match &verdict.mutation {
            Mutation::None => (&[], &[]),
            Mutation::Proposed(proposed) => (&[], proposed),
            Mutation::Applied { fixes, proposed, .. } => (fixes, proposed),
        };
        let count = fixes.len().saturating_add(proposed.len()).saturating_add(warned.len());
        let lines = fixes.iter().map(|fix| fix_line(fix, ""));
        let lines = lines.chain(proposed.iter().map(|fix| fix_line(fix, "would be ")));
        let warnings = warnings(lines.chain(warned.iter().map(|finding| line("", finding))), count);
        let message = if !denied.is_empty() {
            Some(denial(&verdict, &denied))
        } else if !warnings.is_empty() {
            Some(joined(warnings.iter().map(String::as_str), "\n"))
        } else {
            None
        };
        let annotations = AuditAnnotations {
            denied: ids(denied.iter().copied()),
            exempted: ids(&verdict.exempted),
            fixed: ids(fixes),
            warned: ids(proposed.iter().chain(warned.iter().copied())),
        };
        Response {
            accepted: denied.is_empty(),
            code: (!denied.is_empty()).then_some(403),
            message,
            warnings: (!warnings.is_empty()).then_some(warnings),
            audit_annotations: (annotations != AuditAnnotations::default()).then_some(annotations),
            mutated_object: match verdict.mutation {
                Mutation::Applied { object, .. } => Some(object),
                _ => None,
            },
        }
    }
}

impl From<Result<Verdict, Early>> for Response {
    fn from(result: Result<Verdict, Early>) -> Self {
        match result {
            Ok(verdict) => Response::judged(verdict),
            Err(Early::Accepted | Early::StaysOnManagedNodes) => Response::accept(),
            Err(Early::Rejected { code, message }) => Response::reject(code, &message),
        }
    }
}

fn denial(verdict: &Verdict, denied: &[&Finding]) -> String {
    let count = denied.len();
    let help = verdict.help_url.as_deref().map(|url| format!("See {url}"));
    let last: Vec<_> = verdict.advice.clone().into_iter().chain(help).collect();
    let reserved = last.iter().fold(0_usize, |sum, line| sum.saturating_add(line.len()).saturating_add(1));
    let mut text = Text::new(MAX_MESSAGE, reserved);
    let problems = if count == 1 { "problem" } else { "problems" };
    let at_least = if verdict.is_partial { "at least " } else { "" };
    let title = printable(verdict.title.clone(), 600);
    text.line(&format!("{title} cannot run on OKE virtual nodes: {at_least}{count} {problems}"), count);
    for (index, finding) in denied.iter().enumerate() {
        let left = count.saturating_sub(index).saturating_sub(1);
        if !text.line(&printable(line("- ", finding), MAX_LINE), left) {
            break;
        }
    }
    for line in last {
        text.text.push('\n');
        text.text.push_str(&line);
    }
    text.text
}

/// Returns as many of the `count` lines as there is room for. The others are counted, not formatted.
fn warnings(lines: impl Iterator<Item = String>, count: usize) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut size: usize = 0;
    for (index, line) in lines.enumerate() {
        let warning = printable(line, MAX_WARNING);
        let left = count.saturating_sub(index);
        // Unless this is the last warning, reserve space for the line that counts the others.
        let last = if left == 1 { 0 } else { more(left).len() };
        if size.saturating_add(warning.len()).saturating_add(last) > MAX_WARNINGS {
            warnings.push(more(left));
            break;
        }
        size = size.saturating_add(warning.len());
        warnings.push(warning);
    }
    warnings
}

/// Formats a finding in one line: `<id> <path>: <what is wrong>; <what to do>`.
fn line(bullet: &str, finding: &Finding) -> String {
    let mut line = start(bullet, finding);
    if let Some(name) = &finding.container {
        append(&mut line, &["container \"", name, "\" "]);
    }
    append(&mut line, &[&finding.problem, "; ", &finding.remedy]);
    line
}

/// Formats a fix in one line: `<id> <path>: was X, set to Y`.
fn fix_line(finding: &Finding, would: &str) -> String {
    let mut line = start("", finding);
    line.push_str(&describe_fix(finding, would));
    if let Some(name) = &finding.container {
        append(&mut line, &[" in container \"", name, "\""]);
    }
    line
}

/// Formats the changes of a fix in one line. `would` precedes each verb: empty, or `would be `.
fn describe_fix(finding: &Finding, would: &str) -> String {
    let mut text = String::new();
    if finding.edits.is_empty() {
        // Only the fix `placement` has no edits: it adds to existing node affinity.
        append(&mut text, &[would, "set to keep the pod off virtual nodes"]);
    }
    let whole = finding.path.text();
    for edit in &finding.edits {
        let path = path_of(&edit.steps);
        let inner = path.strip_prefix(&whole).map_or(path.as_str(), |inner| inner.trim_start_matches('.'));
        match edit {
            // If several values were absent, only the first one says so.
            Edit { old: Old::Absent, new: Some(value), .. } => {
                let first: &[&str] = if text.is_empty() { &["was not set, ", would, "set to "] } else { &[", "] };
                append(&mut text, first);
                if !inner.is_empty() {
                    append(&mut text, &[inner, "="]);
                }
                text.push_str(&shown(value));
            }
            _ => {
                if !text.is_empty() {
                    text.push_str(", and ");
                }
                if !inner.is_empty() {
                    append(&mut text, &[inner, " "]);
                }
                describe_edit(&mut text, edit, would);
            }
        }
    }
    if !finding.caution.is_empty() {
        append(&mut text, &[" (", finding.caution, ")"]);
    }
    text
}

/// Appends a change, as in `was 300, set to 30`.
fn describe_edit(out: &mut String, edit: &Edit, would: &str) {
    match &edit.old {
        Old::Absent => out.push_str("was not set, "),
        Old::Scalar(old) => append(out, &["was ", &shown(old), ", "]),
        Old::Structure => out.push_str("was set, "),
    }
    match &edit.new {
        None => append(out, &[would, "removed"]),
        Some(new) => append(out, &[would, "set to ", &shown(new)]),
    }
}

fn shown(value: &Scalar) -> String {
    match value {
        Scalar::Bool(value) => value.to_string(),
        Scalar::Int(value) => value.to_string(),
        Scalar::Text(text) if text.is_empty() => "\"\"".to_owned(),
        Scalar::Text(text) => text.clone(),
    }
}

fn start(bullet: &str, finding: &Finding) -> String {
    let mut line = String::with_capacity(MAX_WARNING);
    append(&mut line, &[bullet, finding.rule.id, " ", &finding.path.text(), ": "]);
    line
}

fn more(count: usize) -> String {
    format!("... and {count} more")
}

/// Lines up to a maximum size. The last line counts the lines that don't fit.
struct Text {
    text: String,
    max: usize,
}

impl Text {
    fn new(max: usize, reserved: usize) -> Self {
        Text { text: String::new(), max: max.saturating_sub(reserved) }
    }

    /// Adds a line if it fits together with the line that counts the `left` others. Returns true if it fitted.
    fn line(&mut self, line: &str, left: usize) -> bool {
        let last = if left == 0 { 0 } else { more(left).len().saturating_add(1) };
        let size = self.text.len().saturating_add(line.len()).saturating_add(1).saturating_add(last);
        let fits = size <= self.max;
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        if fits {
            self.text.push_str(line);
        } else {
            self.text.push_str(&more(left.saturating_add(1)));
        }
        fits
    }
}
