//! A row a workload and rule, for a spreadsheet.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::model::{Finding, Fix, Object, Report, Standing, Verdict};
use super::summary::Readiness;
use super::words;

/// The heads of the columns.
const HEADS: [&str; 15] = [
    "cluster",
    "namespace",
    "kind",
    "name",
    "api_version",
    "place",
    "verdict",
    "readiness",
    "rule",
    "level",
    "findings",
    "fix",
    "problem",
    "remedy",
    "link",
];

/// A row, with a field for each head.
#[derive(Serialize)]
struct Row<'a> {
    cluster: Cow<'a, str>,
    namespace: Cow<'a, str>,
    kind: Cow<'a, str>,
    name: Cow<'a, str>,
    api_version: Cow<'a, str>,
    place: Cow<'a, str>,
    verdict: &'static str,
    readiness: &'static str,
    rule: Cow<'a, str>,
    level: &'static str,
    findings: usize,
    fix: &'static str,
    problem: Cow<'a, str>,
    remedy: Cow<'a, str>,
    link: Cow<'a, str>,
}

/// Writes the report. An object without findings has one row, with an empty rule; kinds without pods have none. Of several
/// findings of a rule in an object the worst is told.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut writer =
        csv::WriterBuilder::new().has_headers(false).terminator(csv::Terminator::CRLF).from_writer(&mut *out);
    writer.write_record(HEADS).map_err(io::Error::other)?;
    for object in report.objects.iter().filter(|object| object.verdict != Verdict::WithoutPods) {
        if object.findings.is_empty() {
            writer.serialize(row(object, &[])).map_err(io::Error::other)?;
        }
        for findings in by_rule(object) {
            writer.serialize(row(object, &findings)).map_err(io::Error::other)?;
        }
    }
    for entry in &report.unreadable {
        let place = words::file_place(entry.location.file.as_deref().unwrap_or_default(), &entry.location);
        let mut object = Object::new("", "", None, entry.object.as_deref().unwrap_or_default());
        object.location = entry.location.clone();
        let mut row = row(&object, &[]);
        (row.verdict, row.place, row.problem) =
            ("unreadable", safe(place.into()), safe(words::one_line(&entry.reason).into()));
        writer.serialize(row).map_err(io::Error::other)?;
    }
    writer.flush()
}

/// The findings of each rule, in the order of the first of them, the worst first.
fn by_rule(object: &Object) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in &object.findings {
        match groups.iter_mut().find(|group| group.iter().any(|other| other.rule == finding.rule)) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    for group in &mut groups {
        group.sort_by_key(|finding| finding.standing());
    }
    groups
}

fn row<'a>(object: &'a Object, findings: &[&'a Finding]) -> Row<'a> {
    let first = findings.first();
    let text = |text: Option<&'a str>| safe(Cow::Borrowed(text.unwrap_or_default()));
    let of_first = |get: fn(&'a Finding) -> &'a str| text(first.map(|finding| get(finding)));
    let place = first.map_or(&object.location, |finding| &finding.location);
    Row {
        cluster: text(object.cluster.as_deref()),
        namespace: text(object.namespace.as_deref()),
        kind: text(Some(&object.kind)),
        name: text(Some(&object.name)),
        api_version: text(Some(&object.api_version)),
        place: safe(Cow::Owned(words::place(object, place))),
        verdict: words::verdict(object.verdict),
        readiness: Readiness::of(object).map_or("", Readiness::name),
        rule: of_first(|finding| &finding.rule),
        level: first.map_or("", |finding| finding.standing().word()),
        findings: findings.len(),
        fix: first.map_or("", |finding| fix(finding)),
        problem: safe(first.map_or(Cow::Borrowed(""), |finding| Cow::Owned(words::problem(finding)))),
        remedy: of_first(|finding| &finding.remedy),
        link: text(first.and_then(|finding| finding.link.as_deref())),
    }
}

/// Who fixes a finding, for people.
fn fix(finding: &Finding) -> &'static str {
    match (finding.standing(), finding.fix) {
        (Standing::Exempt, _) => "",
        (_, Fix::Manual) => "a person",
        (_, Fix::Available) => "--fix",
        (_, Fix::Admission) => "the policy",
        (_, Fix::Made) => "done",
    }
}

/// A cell that no spreadsheet takes for a formula.
fn safe(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { Cow::Owned(format!("'{text}")) } else { text }
}
