//! A report for people, and the same for programs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::check::{FileFix, Finding, Judged, Outcome, Report, RuleCount, Summary};
use crate::input::{Skipped, Unreadable, by_reason};
use crate::judge::Level;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const DENY: Style = AnsiColor::Red.on_default().bold();
const WARN: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();

/// How many examples of skipped files are named for each reason, unless all are asked for.
const EXAMPLES: usize = 5;

/// Prints the report for people; with `verbose`, all that was skipped. Whether the colours come through is for `out` to
/// decide.
pub fn text(report: &Report, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    for object in report.objects.iter().filter(|object| object.outcome() != Outcome::Clean) {
        object_block(object, out)?;
        writeln!(out)?;
    }
    left_alone_block(&report.files, out)?;
    skipped_block(&report.skipped, if verbose { usize::MAX } else { EXAMPLES }, out)?;
    rules_block(&report.rules(), out)?;
    summary_line(&report.summary(), out)
}

fn object_block(object: &Judged, out: &mut dyn Write) -> io::Result<()> {
    let Judged { file, at, kind, name, .. } = object;
    writeln!(out, "{BOLD}{file}:{}{BOLD:#}  {} {}", at.line, clean(kind), clean(name))?;
    if object.is_unreadable() {
        let message = object.message.as_deref().unwrap_or("no reason given");
        // A line for each field follows a heading, which only repeats the object.
        let is_heading = message.lines().count() > 1;
        for line in message.lines().skip(usize::from(is_heading)) {
            writeln!(out, "  {DENY}unreadable{DENY:#}  {}", clean(line.trim_start_matches("- ")))?;
        }
    }
    object.findings.iter().try_for_each(|finding| finding_block(finding, out))?;
    // Of what was judged: how to keep it off virtual nodes.
    match &object.message {
        Some(message) if !object.is_unreadable() => writeln!(out, "  {}", clean(message)),
        _ => Ok(()),
    }
}

fn finding_block(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let found = &finding.found;
    let (style, word) = match found.level {
        _ if !finding.remains() => (GOOD, "fixed"),
        Level::Deny => (DENY, "deny"),
        Level::Warn => (WARN, "warn"),
        Level::Exempted => (DIM, "exempted"),
    };
    let container = found.container.as_ref().map_or(String::new(), |name| format!(" (container {name})"));
    writeln!(
        out,
        "  {style}{word}{style:#}  {BOLD}{}{BOLD:#}  line {}: {}{}",
        found.rule,
        finding.at.line,
        clean(&found.path),
        clean(&container)
    )?;
    writeln!(out, "        {}", clean(&found.problem))?;
    for change in &finding.changed {
        writeln!(out, "        {GOOD}->{GOOD:#} {}", clean(change))?;
    }
    if !finding.remains() {
        return Ok(());
    }
    if !found.remedy.is_empty() {
        writeln!(out, "        {DIM}->{DIM:#} {}", clean(&found.remedy))?;
    }
    if found.fixed {
        writeln!(out, "        {GOOD}the policy fixes this with these settings{GOOD:#}")?;
    }
    Ok(())
}

/// Prints what would change in the files, as a unified diff. With `colours` for a person, else for a program.
pub fn diff(report: &Report, colours: bool, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        let FileFix::Fixed { diff, .. } = file else { continue };
        if !colours {
            write!(out, "{diff}")?;
            continue;
        }
        for (index, line) in diff.lines().enumerate() {
            let style = match line.as_bytes().first() {
                _ if index < 2 => BOLD,
                Some(b'+') => GOOD,
                Some(b'-') => AnsiColor::Red.on_default(),
                Some(b'@') => DIM,
                _ => Style::new(),
            };
            writeln!(out, "{style}{}{style:#}", clean(line))?;
        }
    }
    Ok(())
}

fn left_alone_block(files: &[FileFix], out: &mut dyn Write) -> io::Result<()> {
    let mut heading = false;
    for file in files {
        let FileFix::LeftAlone { file, line, reason } = file else { continue };
        if !std::mem::replace(&mut heading, true) {
            writeln!(out, "{BOLD}Left alone, for a person to fix{BOLD:#}")?;
        }
        writeln!(out, "  {file}:{line}  {}", clean(reason))?;
    }
    if heading { writeln!(out) } else { Ok(()) }
}

/// What is not for a cluster, by reason, with a number of examples.
fn skipped_block(skipped: &[Skipped], examples: usize, out: &mut dyn Write) -> io::Result<()> {
    if skipped.is_empty() {
        return Ok(());
    }
    writeln!(out, "{BOLD}Not for a cluster{BOLD:#}")?;
    for (reason, all) in by_reason(skipped) {
        writeln!(out, "  {} {}", all.len(), reason.describe())?;
        for one in all.iter().take(examples) {
            let line = one.line.map_or_else(String::new, |line| format!(":{line}"));
            writeln!(out, "    {DIM}{}{line}{DIM:#}", clean(&one.file))?;
        }
        if let Some(more) = all.len().checked_sub(examples).filter(|more| *more > 0) {
            writeln!(out, "    {DIM}and {more} more (--verbose names all){DIM:#}")?;
        }
    }
    writeln!(out)
}

fn rules_block(rules: &BTreeMap<&str, RuleCount>, out: &mut dyn Write) -> io::Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    let width = rules.keys().map(|rule| rule.len()).chain([4]).max().unwrap_or_default();
    let exempted = rules.values().any(|count| count.exempted > 0);
    let fixed = rules.values().any(|count| count.fixed > 0);
    write!(out, "{BOLD}{:width$}  denied  warned", "Rule")?;
    write!(out, "{}", if exempted { "  exempted" } else { "" })?;
    writeln!(out, "{}{BOLD:#}", if fixed { "  fixed" } else { "" })?;
    for (rule, count) in rules {
        write!(out, "{:width$}  {:>6}  {:>6}", clean(rule), count.denied, count.warned)?;
        if exempted {
            write!(out, "  {:>8}", count.exempted)?;
        }
        if fixed {
            write!(out, "  {:>5}", count.fixed)?;
        }
        writeln!(out)?;
    }
    writeln!(out)
}

fn summary_line(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let Summary { objects, denied, warned, fixed, exempted, clean, unreadable, skipped, errors } = summary;
    let style = if *denied > 0 { DENY } else { GOOD };
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    write!(
        out,
        "{objects} object{} judged: {style}{denied} denied{style:#}, {warned} only warned, ",
        plural(*objects)
    )?;
    for (count, word) in [(*fixed, "fixed"), (*exempted, "exempted")] {
        if count > 0 {
            write!(out, "{count} {word}, ")?;
        }
    }
    write!(out, "{clean} without findings")?;
    if *unreadable > 0 {
        write!(out, "; {DENY}{unreadable} unreadable{DENY:#}")?;
    }
    write!(out, "; {skipped} skipped")?;
    if *errors > 0 {
        write!(out, "; {DENY}{errors} error{}{DENY:#}", plural(*errors))?;
    }
    writeln!(out)
}

/// What comes from a manifest must not steer the terminal that it is printed on.
fn clean(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
        Cow::Owned(text.chars().map(escape).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Rises when a field of the JSON report changes its meaning or goes away.
const SCHEMA_VERSION: u32 = 1;

/// The report as one JSON document. The names of its fields are part of the interface.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Json<'a> {
    schema_version: u32,
    version: &'a str,
    objects: &'a [Judged],
    unreadable: &'a [Unreadable],
    skipped: &'a [Skipped],
    errors: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<&'a [FileFix]>,
    rules: BTreeMap<&'a str, RuleCount>,
    summary: Summary,
}

/// Prints the report for programs.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let document = Json {
        schema_version: SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION"),
        objects: &report.objects,
        unreadable: &report.unreadable,
        skipped: &report.skipped,
        errors: &report.errors,
        files: report.with_fixes.then_some(&report.files),
        rules: report.rules(),
        summary: report.summary(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
