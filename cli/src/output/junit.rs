//! JUnit, for the test report of a pipeline: a suite a file, a test a workload or other object.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::model::{Finding, Object, Report, Standing, Unreadable, Verdict};
use super::summary::Counts;
use super::words;

/// Writes the report. An object that is denied fails, and what could not be read is an error. Warnings are in the output
/// of a test that passes. What was not judged is skipped, and kinds without pods are left out.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut suites = BTreeMap::<String, Vec<TestCase>>::new();
    for object in report.objects.iter().filter(|object| object.verdict != Verdict::WithoutPods) {
        suites.entry(suite(report, object)).or_default().push(case(report, object));
    }
    for entry in &report.unreadable {
        let file = entry.location.file.as_deref().unwrap_or_default();
        suites.entry(report.workspace.relative(file)).or_default().push(unreadable(report, entry));
    }
    let mut junit = Junit::new(report.tool.name.as_str());
    for (name, cases) in suites {
        let mut suite = TestSuite::new(name);
        suite.add_test_cases(cases);
        junit.add_test_suite(suite);
    }
    // The sum of all counts has no place of its own in this format.
    if let Some(last) = junit.test_suites.last_mut() {
        last.set_system_out(Counts::of(report).sentence());
    }
    let text = junit.to_string().map_err(io::Error::other)?;
    // The schema that Jenkins reads with has no such attribute at the root. Its tests have an element for it.
    let text = text.replacen(&format!(" skipped=\"{}\"", junit.skipped), "", 1);
    out.write_all(text.as_bytes())
}

fn suite(report: &Report, object: &Object) -> String {
    match &object.location.file {
        Some(file) => report.workspace.relative(file),
        None => {
            [object.cluster.as_deref(), object.namespace.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("/")
        }
    }
}

fn case(report: &Report, object: &Object) -> TestCase {
    let standing = |wanted| move |finding: &&Finding| finding.standing() == wanted && !finding.is_known();
    let denying: Vec<&Finding> = object.findings.iter().filter(standing(Standing::Denies)).collect();
    let warning: Vec<&Finding> = object.findings.iter().filter(standing(Standing::Warns)).collect();
    let status = match object.verdict {
        Verdict::NotLookedInto | Verdict::NotAsked | Verdict::StaysOnManagedNodes => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(object.reason.as_deref().unwrap_or(words::verdict(object.verdict)));
            status
        }
        _ if denying.is_empty() => TestCaseStatus::success(),
        _ => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let rules: Vec<&str> = denying.iter().map(|finding| finding.rule.as_str()).collect();
            status.set_type(rules.first().copied().unwrap_or_default());
            status.set_message(format!("{}: {}", words::plural(denying.len(), "problem"), distinct(&rules).join(", ")));
            status.set_description(lines(object, &denying));
            status
        }
    };
    let mut case = TestCase::new(object.title(), status);
    case.set_classname(suite(report, object));
    if !warning.is_empty() {
        case.set_system_out(lines(object, &warning));
    }
    case
}

fn unreadable(report: &Report, entry: &Unreadable) -> TestCase {
    let file = entry.location.file.as_deref().unwrap_or_default();
    let place = words::file_place(&report.workspace.relative(file), &entry.location);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("unreadable").set_message(entry.reason.lines().next().unwrap_or_default());
    status.set_description(format!("{place}: {}", entry.reason));
    let mut case = TestCase::new(entry.object.clone().unwrap_or(place), status);
    case.set_classname(report.workspace.relative(file));
    case
}

fn lines(object: &Object, findings: &[&Finding]) -> String {
    let lines = findings.iter().map(|finding| {
        let place = words::place(object, &finding.location);
        format!("{place}: {} {}: {}", finding.rule, words::field(finding), words::message(finding))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The same without what was there before.
fn distinct<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(name) {
            seen.push(*name);
        }
    }
    seen
}
