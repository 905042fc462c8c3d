//! What has changed from one report to the next.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Options;
use super::baseline::pair;
use super::fingerprint::Key;
use super::markdown::{code, text};
use super::model::{Finding, Level, Object, Report, Standing};
use super::summary::{FailOn, Progress};
use super::words::{self, clean, number, plural, wrap};

const BOLD: Style = Style::new().bold();
const NEW: Style = AnsiColor::Red.on_default().bold();
const GONE: Style = AnsiColor::Green.on_default();

/// The difference of two reports.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    /// The version of the form of this document.
    pub schema_version: u32,
    /// Findings that only the new report has.
    pub new: Vec<Entry>,
    /// Findings that only the old report has.
    pub gone: Vec<Entry>,
    /// How many findings both have.
    pub unchanged: usize,
    /// How far the workloads were.
    pub before: Progress,
    /// How far they are.
    pub after: Progress,
    /// The same for each namespace in which something has changed.
    pub by_namespace: Vec<Row>,
}

/// A finding that is new or gone.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The object, as `Deployment shop/web`.
    pub object: String,
    /// Its namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Where it is, as `file:line:column`.
    pub place: String,
    /// The finding.
    pub finding: Finding,
}

/// What has changed in a namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The namespace; nothing for objects outside of namespaces.
    pub namespace: Option<String>,
    /// Findings that are new.
    pub new: usize,
    /// Findings that are gone.
    pub gone: usize,
    /// Findings that are unchanged.
    pub unchanged: usize,
    /// How far the workloads were.
    pub before: Progress,
    /// How far they are.
    pub after: Progress,
}

/// The difference of two reports. It looks at what denies or warns; a finding that denies now and warned before is new.
pub fn diff(old: &Report, new: &Report) -> Diff {
    let (old_open, new_open) = (open(old), open(new));
    let keys = |report: &Report, open: &[(&Object, &Finding)]| {
        let key = |(object, finding): &(&Object, &Finding)| Key::of(object, finding, &report.workspace);
        open.iter().map(|entry| (key(entry), entry.1.level)).collect::<Vec<(Key, Level)>>()
    };
    let partners = pair(&keys(old, &old_open), &keys(new, &new_open));
    let mut continued = vec![false; old_open.len()];
    partners.iter().flatten().for_each(|position| continued[*position] = true);

    let mut rows = BTreeMap::<Option<String>, Row>::new();
    let mut diff = Diff {
        schema_version: super::model::SCHEMA_VERSION,
        new: Vec::new(),
        gone: Vec::new(),
        unchanged: 0,
        before: Progress::of(&old.objects),
        after: Progress::of(&new.objects),
        by_namespace: Vec::new(),
    };
    for ((object, finding), partner) in new_open.iter().zip(&partners) {
        let row = rows.entry(object.namespace.clone()).or_default();
        if partner.is_some() {
            row.unchanged += 1;
            diff.unchanged += 1;
        } else {
            row.new += 1;
            diff.new.push(entry(object, finding));
        }
    }
    for ((object, finding), continued) in old_open.iter().zip(&continued) {
        if !continued {
            rows.entry(object.namespace.clone()).or_default().gone += 1;
            diff.gone.push(entry(object, finding));
        }
    }
    for (report, is_old) in [(old, true), (new, false)] {
        for (namespace, objects) in by_namespace(report) {
            let row = rows.entry(namespace).or_default();
            *if is_old { &mut row.before } else { &mut row.after } = Progress::of(objects);
        }
    }
    let changed = |row: &Row| row.new + row.gone > 0 || row.before != row.after;
    let rows = rows.into_iter().map(|(namespace, row)| Row { namespace, ..row });
    diff.by_namespace = rows.filter(changed).collect();
    diff
}

/// Whether something is new for which a check fails.
pub fn fails(diff: &Diff, on: FailOn) -> bool {
    diff.new.iter().any(|entry| match entry.finding.standing() {
        Standing::Denies => on != FailOn::Never,
        _ => on == FailOn::Warn,
    })
}

/// Writes the difference for people, in a terminal.
pub fn write_text(diff: &Diff, options: &Options, out: &mut impl Write) -> io::Result<()> {
    for (title, style, entries) in [("New", NEW, &diff.new), ("Gone", GONE, &diff.gone)] {
        if entries.is_empty() {
            continue;
        }
        writeln!(out, "{BOLD}{title}{BOLD:#}")?;
        for entry in entries {
            let Entry { object, place, finding, .. } = entry;
            let (word, rule) = (finding.standing().word(), clean(&finding.rule));
            writeln!(out, "{}: {style}{word}{style:#} {BOLD}{rule}{BOLD:#}", clean(place))?;
            let field = format!("{object}, {}", words::field(finding));
            writeln!(out, "{}", wrap(&clean(&field), options.width, "    ", "    "))?;
            writeln!(out, "{}", wrap(&clean(&words::message(finding)), options.width, "    ", "    "))?;
        }
        writeln!(out)?;
    }
    if !diff.by_namespace.is_empty() {
        let titles = diff.by_namespace.iter().map(|row| clean(title(row)).chars().count());
        let width = titles.max().unwrap_or_default().max("Namespace".len());
        writeln!(out, "{BOLD}{:width$}      new     gone  unchanged  can move{BOLD:#}", "Namespace")?;
        for row in &diff.by_namespace {
            let counts = [row.new, row.gone].map(number);
            write!(
                out,
                "{:width$}  {:>7}  {:>7}  {:>9}",
                clean(title(row)),
                counts[0],
                counts[1],
                number(row.unchanged)
            )?;
            writeln!(out, "  {}", movement(&row.before, &row.after))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}", wrap(&sentence(diff), options.width, "", ""))
}

/// Writes the difference as Markdown.
pub fn write_markdown(diff: &Diff, out: &mut impl Write) -> io::Result<()> {
    let mut page = format!("## What has changed for OKE virtual nodes\n\n{}\n", text(&sentence(diff)));
    if !diff.by_namespace.is_empty() {
        page += "\n### By namespace\n\n| Namespace | new | gone | unchanged | can move |\n";
        page += "| :-- | --: | --: | --: | :-- |\n";
        for row in &diff.by_namespace {
            let counts = [row.new, row.gone, row.unchanged].map(number).join(" | ");
            let name = code(title(row)).replace('|', "\\|");
            let _ = writeln!(page, "| {name} | {counts} | {} |", text(&movement(&row.before, &row.after)));
        }
    }
    for (title, entries) in [("New", &diff.new), ("Gone", &diff.gone)] {
        if !entries.is_empty() {
            let _ = writeln!(page, "\n### {title}\n");
        }
        for entry in entries {
            let Entry { object, place, finding, .. } = entry;
            let _ = writeln!(
                page,
                "* **{}** {} at {} in {}, {}: {}",
                finding.standing().word(),
                code(&finding.rule),
                code(place),
                code(object),
                code(&words::field(finding)),
                text(&words::message(finding))
            );
        }
    }
    out.write_all(page.as_bytes())
}

/// Writes the difference as JSON.
pub fn write_json(diff: &Diff, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, diff)?;
    writeln!(out)
}

/// The difference in one sentence or two.
pub fn sentence(diff: &Diff) -> String {
    let (new, gone, unchanged) = (plural(diff.new.len(), "finding"), number(diff.gone.len()), number(diff.unchanged));
    let verb = if diff.new.len() == 1 { "is" } else { "are" };
    let findings = format!("{new} {verb} new, {gone} gone and {unchanged} unchanged.");
    match diff.before.workloads + diff.after.workloads {
        0 => findings,
        _ => format!("{findings} Workloads that can move as they are: {}.", movement(&diff.before, &diff.after)),
    }
}

fn movement(before: &Progress, after: &Progress) -> String {
    let of = |progress: &Progress| format!("{} of {}", number(progress.as_is), number(progress.workloads));
    if (before.as_is, before.workloads) == (after.as_is, after.workloads) {
        of(after)
    } else {
        format!("{} before, {} now", of(before), of(after))
    }
}

fn title(row: &Row) -> &str {
    row.namespace.as_deref().unwrap_or("(none)")
}

fn open(report: &Report) -> Vec<(&Object, &Finding)> {
    report.findings().filter(|(_, finding)| finding.standing().is_open()).collect()
}

fn by_namespace(report: &Report) -> BTreeMap<Option<String>, Vec<&Object>> {
    let mut groups = BTreeMap::<Option<String>, Vec<&Object>>::new();
    for object in &report.objects {
        groups.entry(object.namespace.clone()).or_default().push(object);
    }
    groups
}

fn entry(object: &Object, finding: &Finding) -> Entry {
    Entry {
        object: object.title(),
        namespace: object.namespace.clone(),
        place: words::place(object, &finding.location),
        finding: finding.clone(),
    }
}
