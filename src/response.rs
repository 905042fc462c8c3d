//! The answer: what the API server shows to the user and what the audit scanner keeps.

use serde::Serialize;

use crate::findings::Finding;
use crate::mend::Verbatim;
use crate::policy::Judgement;
use crate::reader::{append, joined, sort_names};
use crate::rule::Level;

/// A denial is at most this long, in bytes.
const MOST_MESSAGE: usize = 8 * 1024;
/// One line of a denial is at most this long.
const MOST_LINE: usize = 1024;
/// Kubernetes cuts a warning that is longer than this.
const MOST_WARNING: usize = 256;
/// Kubernetes drops warnings beyond this sum.
const MOST_WARNINGS: usize = 4096;

/// The response to a request, in Kubewarden's form.
///
/// The SDK's own type keeps audit annotations in a map of random order; the same request must get the same bytes.
#[derive(Serialize, Debug, Default)]
pub struct Response {
    /// Whether the request is allowed.
    pub accepted: bool,
    /// The HTTP status of a rejection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// Why it was rejected; on an accepted request the warnings, which audit reports show from here alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The object with the fixes, where something was mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mutated_object: Option<Verbatim>,
    /// What the user is told of a request, accepted or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warnings: Option<Vec<String>>,
    /// The ids of the rules, by what came of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_annotations: Option<AuditAnnotations>,
}

/// The ids of the rules, sorted and joined with commas, by what came of their findings.
#[derive(Serialize, Debug, Default, PartialEq, Eq)]
pub struct AuditAnnotations {
    /// The rules that denied the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denied: Option<String>,
    /// The rules whose findings were exempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exempted: Option<String>,
    /// The rules whose findings were mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// The rules that warned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warned: Option<String>,
}

fn ids<'f, 'd: 'f>(findings: impl Iterator<Item = &'f Finding<'d>>) -> Option<String> {
    let mut ids: Vec<_> = findings.map(|finding| (finding.rule.id, 0)).collect();
    sort_names(&mut ids);
    ids.dedup();
    let text = joined(ids.iter().map(|(id, _)| *id), ",");
    (!text.is_empty()).then_some(text)
}

impl Response {
    /// Accepts without a word.
    #[must_use]
    pub fn accept() -> Self {
        Response { accepted: true, ..Response::default() }
    }

    /// Rejects what cannot be judged.
    #[must_use]
    pub fn reject(code: u16, message: &str) -> Self {
        let mut text = Text::new(MOST_MESSAGE, 0);
        let lines = message.lines().count();
        for (index, line) in message.lines().enumerate() {
            if !text.line(&printable(line.to_owned(), MOST_LINE), lines.saturating_sub(index).saturating_sub(1)) {
                break;
            }
        }
        Response { code: Some(code), message: Some(text.text), ..Response::default() }
    }

    /// Accepts, mends or denies as the judgement says.
    #[must_use]
    pub fn judged(judgement: Judgement<'_>) -> Self {
        let at = |level| judgement.findings.iter().filter(move |finding| finding.level == level);
        let (denied, warned): (Vec<_>, Vec<_>) = (at(Level::Deny).collect(), at(Level::Warn).collect());
        let would = if judgement.object.is_some() { "" } else { "would be " };
        let fixes = judgement.mended.iter().map(|finding| fix_line(finding, would));
        let lines: Vec<_> = fixes.chain(warned.iter().map(|finding| line("", finding))).collect();
        let warnings = warnings(lines);
        let mut response = Response { accepted: denied.is_empty(), ..Response::default() };
        if !denied.is_empty() {
            response.code = Some(403);
            response.message =
                Some(denial(&judgement.subject, &denied, judgement.advice.as_deref(), judgement.help_url));
        } else if !warnings.is_empty() {
            response.message = Some(joined(warnings.iter().map(String::as_str), "\n"));
        }
        if !warnings.is_empty() {
            response.warnings = Some(warnings);
        }
        let mended = judgement.mended.iter();
        let annotations = match judgement.object {
            Some(_) => AuditAnnotations {
                denied: None,
                exempted: ids(judgement.exempted.iter()),
                fixed: ids(mended),
                warned: ids(warned.into_iter()),
            },
            None => AuditAnnotations {
                denied: ids(denied.into_iter()),
                exempted: ids(judgement.exempted.iter()),
                fixed: None,
                warned: ids(mended.chain(warned)),
            },
        };
        response.audit_annotations = (annotations != AuditAnnotations::default()).then_some(annotations);
        response.mutated_object = judgement.object.map(Verbatim);
        response
    }
}

fn denial(subject: &str, denied: &[&Finding<'_>], advice: Option<&str>, help_url: Option<&str>) -> String {
    let count = denied.len();
    let help = help_url.map(|url| format!("See {url}"));
    let last: Vec<_> = advice.map(str::to_owned).into_iter().chain(help).collect();
    let reserved = last.iter().fold(0_usize, |sum, line| sum.saturating_add(line.len()).saturating_add(1));
    let mut text = Text::new(MOST_MESSAGE, reserved);
    let problems = if count == 1 { "problem" } else { "problems" };
    text.line(
        &format!("{} cannot run on OKE virtual nodes: {count} {problems}", printable(subject.to_owned(), 600)),
        count,
    );
    for (index, finding) in denied.iter().enumerate() {
        let left = count.saturating_sub(index).saturating_sub(1);
        if !text.line(&printable(line("- ", finding), MOST_LINE), left) {
            break;
        }
    }
    for line in last {
        text.text.push('\n');
        text.text.push_str(&line);
    }
    text.text
}

fn warnings(lines: Vec<String>) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut size: usize = 0;
    let count = lines.len();
    for (index, line) in lines.into_iter().enumerate() {
        let warning = printable(line, MOST_WARNING);
        let left = count.saturating_sub(index);
        // Room for the last line must be left unless this is the last one.
        let last = if left == 1 { 0 } else { more(left).len() };
        if size.saturating_add(warning.len()).saturating_add(last) > MOST_WARNINGS {
            warnings.push(more(left));
            break;
        }
        size = size.saturating_add(warning.len());
        warnings.push(warning);
    }
    warnings
}

/// A finding in one line: `<id> <path>: <what is wrong>; <what to do>`.
fn line(bullet: &str, finding: &Finding<'_>) -> String {
    let mut line = start(bullet, finding);
    if let Some(name) = finding.container {
        append(&mut line, &["container \"", name, "\" "]);
    }
    append(&mut line, &[&finding.problem, "; ", &finding.remedy]);
    line
}

/// A fix in one line: `<id> <path>: was X, set to Y`.
fn fix_line(finding: &Finding<'_>, would: &str) -> String {
    let mut line = start("", finding);
    line.push_str(&finding.describe_fix(would));
    if let Some(name) = finding.container {
        append(&mut line, &[" in container \"", name, "\""]);
    }
    line
}

fn start(bullet: &str, finding: &Finding<'_>) -> String {
    let mut line = String::with_capacity(MOST_WARNING);
    append(&mut line, &[bullet, finding.rule.id, " "]);
    finding.place.write_path(&mut line);
    line.push_str(": ");
    line
}

fn more(count: usize) -> String {
    format!("... and {count} more")
}

/// The text in printable ASCII, cut at `most` bytes. Names in an object that was not validated yet can hold anything.
pub fn printable(text: String, most: usize) -> String {
    const CUT: &str = "...";
    if text.len() <= most && text.bytes().all(is_printable) {
        return text;
    }
    let mut line = String::with_capacity(text.len().min(most));
    for char in text.chars() {
        if line.len() >= most {
            line.truncate(most.saturating_sub(CUT.len()));
            line.push_str(CUT);
            break;
        }
        line.push(if u8::try_from(char).is_ok_and(is_printable) { char } else { '?' });
    }
    line
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Lines up to a size; the last one says how many did not fit.
struct Text {
    text: String,
    most: usize,
}

impl Text {
    fn new(most: usize, reserved: usize) -> Self {
        Text { text: String::new(), most: most.saturating_sub(reserved) }
    }

    /// Adds a line if it fits together with the line that counts the `left` others; says whether it did.
    fn line(&mut self, line: &str, left: usize) -> bool {
        let last = if left == 0 { 0 } else { more(left).len().saturating_add(1) };
        let size = self.text.len().saturating_add(line.len()).saturating_add(1).saturating_add(last);
        let fits = size <= self.most;
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
