//! GitLab Code Quality: a JSON list of what has to be looked at.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::model::{Report, Standing};
use super::words;

/// An entry, with the fields that GitLab reads, and the others that Code Climate, whose form it is, asks for.
#[derive(Serialize)]
struct Issue<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    categories: [&'static str; 1],
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

impl<'a> Issue<'a> {
    fn new(rule: &'a str, text: &str, fingerprint: String, severity: &'static str, location: Place) -> Self {
        Self {
            kind: "issue",
            categories: ["Compatibility"],
            // A description is one line.
            description: words::one_line(text),
            check_name: rule,
            fingerprint,
            severity,
            location,
        }
    }
}

impl Place {
    fn new(path: String, line: Option<usize>) -> Self {
        let line = line.unwrap_or(1);
        Self { path, lines: Lines { begin: line, end: line } }
    }
}

/// Writes the report: what denies is critical, what warns is minor, and what could not be read blocks. What is exempt or
/// fixed is left out. GitLab compares with the target branch itself, so what a baseline has is in.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let issues = report.findings().filter_map(|(object, finding)| {
        let severity = match finding.standing() {
            Standing::Denies => "critical",
            Standing::Warns => "minor",
            _ => return None,
        };
        let file = finding.location.file.as_ref().or(object.location.file.as_ref());
        let path = file.map_or_else(|| words::cluster_path(object), |file| report.workspace.relative(file));
        let text = format!("{}: {}", object.title(), words::message(finding));
        let place = Place::new(path, finding.location.line);
        Some(Issue::new(&finding.rule, &text, finding.fingerprint.clone(), severity, place))
    });
    let mut numbers = BTreeMap::<String, usize>::new();
    let unreadable = report.unreadable.iter().map(|entry| {
        let path = report.workspace.relative(entry.location.file.as_deref().unwrap_or_default());
        // Neither the line nor the reason, which may name one, survives an edit.
        let number = numbers.entry(path.clone()).or_default();
        *number += 1;
        let fingerprint = super::fingerprint::of_text(&format!("unreadable\0{path}\0{number}"));
        let place = Place::new(path, entry.location.line);
        Issue::new("unreadable", &format!("Unreadable: {}", entry.reason), fingerprint, "blocker", place)
    });
    let issues: Vec<Issue> = unreadable.chain(issues).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}
