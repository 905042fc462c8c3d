//! A report for people, and the same for programs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::check::{FileFix, Finding, Judged, Report, RuleCount, Summary};
use crate::files::Skipped;
use crate::judge::Level;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const DENY: Style = AnsiColor::Red.on_default().bold();
const WARN: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();

/// Prints the report for people. Whether the colours come through is for `out` to decide.
pub fn text(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for object in report.objects.iter().filter(|object| !object.is_clean()) {
        object_block(object, out)?;
        writeln!(out)?;
    }
    left_alone_block(&report.files, out)?;
    skipped_block(&report.skipped, out)?;
    rules_block(&report.rules(), out)?;
    summary_line(&report.summary(), out)
}

fn object_block(object: &Judged, out: &mut dyn Write) -> io::Result<()> {
    let Judged { file, line, kind, name, .. } = object;
    writeln!(out, "{BOLD}{file}:{line}{BOLD:#}  {} {}", clean(kind), clean(name))?;
    if object.is_unreadable() {
        let message = object.message.as_deref().unwrap_or("no reason given");
        writeln!(out, "  {DENY}deny{DENY:#}  cannot be read: {}", clean(message))?;
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
        finding.line,
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

fn skipped_block(skipped: &[Skipped], out: &mut dyn Write) -> io::Result<()> {
    if skipped.is_empty() {
        return Ok(());
    }
    writeln!(out, "{BOLD}Not judged{BOLD:#}")?;
    // Rendered charts are full of empty documents: one line for those of a file.
    let mut rest = skipped;
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|next| next.file == first.file && next.reason == first.reason).count();
        let lines: Vec<String> = rest[..same].iter().map(|next| next.line.to_string()).collect();
        writeln!(out, "  {}:{}  {}", first.file, lines.join(","), clean(&first.reason))?;
        rest = &rest[same..];
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
    let Summary { objects, denied, warned, exempted, clean, skipped, errors, fixed } = summary;
    let style = if *denied > 0 { DENY } else { GOOD };
    let plural = if *objects == 1 { "" } else { "s" };
    write!(out, "{objects} object{plural} judged: {style}{denied} denied{style:#}, {warned} only warned, ")?;
    if *exempted > 0 {
        write!(out, "{exempted} exempted, ")?;
    }
    write!(out, "{clean} without findings; {skipped} skipped")?;
    if let Some(fixed) = fixed {
        write!(out, "; {fixed} fixed")?;
    }
    match errors {
        0 => writeln!(out),
        1 => writeln!(out, "; {DENY}1 error{DENY:#}"),
        errors => writeln!(out, "; {DENY}{errors} errors{DENY:#}"),
    }
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

/// The report as one JSON document. The names of its fields are part of the interface.
#[derive(Serialize)]
struct Json<'a> {
    objects: &'a [Judged],
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
        objects: &report.objects,
        skipped: &report.skipped,
        errors: &report.errors,
        files: report.with_fixes.then_some(&report.files),
        rules: report.rules(),
        summary: report.summary(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
