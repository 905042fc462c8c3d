//! Markdown, as GitHub and GitLab read it: for a comment, a page, or the summary of a step.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::model::{Finding, Fix, Object, Report, Standing};
use super::summary::{self, Counts, GroupBy, Readiness};
use super::words::{self, number, plural};

/// How many examples of skipped files are named.
const EXAMPLES: usize = 5;

/// Writes the report.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    write_within(report, usize::MAX, out)
}

/// Writes the report in about `limit` bytes: workloads that are too many are counted and not listed.
pub fn write_within(report: &Report, limit: usize, out: &mut impl Write) -> io::Result<()> {
    let mut head = "## Readiness for OKE virtual nodes\n\n".to_owned();
    let _ = writeln!(head, "{}\n", text(&summary::headline(report)));
    head += &groups(report);
    head += &rules(report);
    let tail = tail(report);
    let room = limit.saturating_sub(head.len() + tail.len());
    write!(out, "{head}{}{tail}", objects(report, room))
}

fn groups(report: &Report) -> String {
    let mut rows = summary::groups(report, GroupBy::Namespace);
    rows.retain(|row| row.progress.workloads > 0);
    if rows.is_empty() {
        return String::new();
    }
    let names = Readiness::ALL.map(Readiness::name).join(" | ");
    let mut out = "### By namespace\n\n".to_owned();
    let _ = writeln!(out, "| Namespace | workloads | {names} |\n| :-- | --: | --: | --: | --: | --: | --: |");
    for row in rows {
        let counts = Readiness::ALL.map(|readiness| number(row.progress.get(readiness))).join(" | ");
        let _ = writeln!(out, "| {} | {} | {counts} |", cell(&code(&row.title())), number(row.progress.workloads));
    }
    out + "\n"
}

fn rules(report: &Report) -> String {
    let rows = summary::rules(report);
    if rows.is_empty() {
        return String::new();
    }
    let mut out = "### By rule\n\n".to_owned();
    out += "| Rule | objects denied | denials | warnings | fixable | fixed | exempt |\n";
    out += "| :-- | --: | --: | --: | --: | --: | --: |\n";
    for row in rows {
        let counts = [row.objects, row.denied, row.warned, row.fixable, row.fixed, row.exempt].map(number).join(" | ");
        let link = report.rules.get(&row.rule).and_then(|rule| rule.link.as_deref());
        let _ = writeln!(out, "| {} | {counts} |", cell(&linked(&row.rule, link)));
    }
    out + "\n"
}

/// The objects with something to do, as many as there is room for.
fn objects(report: &Report, room: usize) -> String {
    let with_findings: Vec<(&Object, Vec<&Finding>)> = report
        .objects
        .iter()
        .map(|object| (object, object.findings.iter().filter(|finding| finding.is_shown()).collect::<Vec<_>>()))
        .filter(|(_, findings)| !findings.is_empty())
        .collect();
    if with_findings.is_empty() {
        return String::new();
    }
    let mut out = "### Findings\n\n".to_owned();
    for (index, (object, findings)) in with_findings.iter().enumerate() {
        let block = block(object, findings);
        if out.len() + block.len() > room {
            let left = with_findings.len() - index;
            let verb = if left == 1 { "is" } else { "are" };
            let _ = writeln!(out, "{} with findings {verb} not listed here.\n", plural(left, "more object"));
            break;
        }
        out += &block;
    }
    out
}

fn block(object: &Object, findings: &[&Finding]) -> String {
    let mut out = format!(
        "<details>\n<summary>{}: {}, {}</summary>\n\n",
        html(&object.title()),
        words::verdict(object.verdict),
        plural(findings.len(), "finding")
    );
    for finding in findings {
        let standing = finding.standing();
        let _ = writeln!(
            out,
            "* **{}** {} at {}, {}: {}{}",
            standing.word(),
            linked(&finding.rule, finding.link.as_deref()),
            code(&words::place(object, &finding.location)),
            code(&words::field(finding)),
            text(&words::message(finding)),
            if standing.is_open() && finding.fix == Fix::Available { ". `oke-vn check --fix` fixes it" } else { "" },
        );
    }
    if let Some(advice) = &object.advice {
        let _ = writeln!(out, "\n{}", text(advice));
    }
    out + "\n</details>\n\n"
}

fn tail(report: &Report) -> String {
    let mut out = String::new();
    section(
        &mut out,
        "Unreadable",
        report.unreadable.iter().map(|entry| {
            let place = words::file_place(entry.location.file.as_deref().unwrap_or_default(), &entry.location);
            let object = entry.object.as_ref().map_or(String::new(), |object| format!(" ({})", text(object)));
            format!("{}{object}: {}", code(&place), text(&words::one_line(&entry.reason)))
        }),
    );
    section(
        &mut out,
        "Not seen in the cluster",
        report
            .unseen
            .iter()
            .map(|entry| format!("{}: cannot {}: {}", code(&entry.cluster), text(&entry.request), text(&entry.reason))),
    );
    section(
        &mut out,
        "Not looked into",
        summary::unknown_kinds(report).into_iter().map(|kind| {
            let meant = kind.did_you_mean.map_or(String::new(), |meant| format!("; did you mean {}?", code(&meant)));
            let reason = kind.reason.map_or(String::new(), |reason| format!(": {}", text(&reason)));
            let name = code(&format!("{} {}", kind.api_version, kind.kind));
            format!("{name}, {}, first {}{reason}{meant}", plural(kind.count, "object"), code(&kind.example))
        }),
    );
    section(
        &mut out,
        "Skipped",
        report.skipped.iter().map(|skipped| {
            let examples: Vec<String> = skipped.examples.iter().take(EXAMPLES).map(|example| code(example)).collect();
            format!("{} {} ({})", number(skipped.count), text(&skipped.reason), examples.join(", "))
        }),
    );
    section(
        &mut out,
        "Ignore entries that need a look",
        report.ignores.iter().map(|problem| {
            let file = problem.location.file.as_deref().unwrap_or_default();
            format!("{}: {}", code(&words::file_place(file, &problem.location)), text(&problem.problem))
        }),
    );
    for note in &report.notes {
        let _ = writeln!(out, "{}\n", text(note));
    }
    let _ = writeln!(out, "{}\n", text(&Counts::of(report).sentence()));
    let known = report.findings().filter(|(_, finding)| finding.is_known()).count();
    if known > 0 {
        let _ = writeln!(out, "{} in the baseline, not listed here.\n", plural(known, "finding"));
    }
    let exempt = report.findings().filter(|(_, finding)| finding.standing() == Standing::Exempt).count();
    if exempt > 0 {
        let _ = writeln!(out, "{} exempt, not listed here.\n", plural(exempt, "finding"));
    }
    let settings = code(&report.settings.digest);
    let _ = writeln!(out, "{} {}, settings {settings}", text(&report.tool.name), text(&report.tool.version));
    out
}

fn section(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "### {title}\n");
    for item in items {
        let _ = writeln!(out, "* {item}");
    }
    out.push('\n');
}

/// A rule, linked to its page.
fn linked(rule: &str, link: Option<&str>) -> String {
    match words::safe_link(link) {
        Some(link) => format!("[{}]({link})", code(rule)),
        None => code(rule),
    }
}

/// Text that is shown as it is: no markup, no mention of a user, no reference to an issue.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Lines of a paragraph run together anyway.
    for (index, word) in text.split_whitespace().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        for c in words::clean(word).chars() {
            match c {
                '<' => out += "&lt;",
                '&' => out += "&amp;",
                '@' => out += "&#64;",
                '#' => out += "&#35;",
                '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '>' => {
                    out.push('\\');
                    out.push(c);
                }
                c => out.push(c),
            }
        }
    }
    out
}

/// Text in a code span, with as many backticks around it as it takes.
pub(super) fn code(text: &str) -> String {
    let text = words::clean(text);
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let pad = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// What stands in the cell of a table: there, a bar ends a cell even in a code span.
fn cell(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}

fn html(text: &str) -> String {
    words::clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
