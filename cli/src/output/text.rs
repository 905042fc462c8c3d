//! The report for people, in a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::Options;
use super::model::{FileFix, Finding, Fix, Location, Object, Report, Standing, Verdict};
use super::summary::{self, Counts, GroupBy, Readiness};
use super::words::{self, clean, number, plural, wrap};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const DENY: Style = AnsiColor::Red.on_default().bold();
const WARN: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();

/// How many examples a list shows, unless everything was asked for.
const EXAMPLES: usize = 5;

/// Writes the report. Whether the colours come through is for `out` to decide.
pub fn write(report: &Report, options: &Options, out: &mut impl Write) -> io::Result<()> {
    let mut text = Text { options: *options, out };
    for object in &report.objects {
        text.object(object)?;
    }
    text.unreadable(report)?;
    text.unseen(report)?;
    text.not_written(report)?;
    text.left_alone(report)?;
    text.not_looked_into(report)?;
    text.skipped(report)?;
    text.ignores(report)?;
    text.rules(report)?;
    text.groups(report)?;
    text.end(report)
}

/// The style of a word that says what a finding amounts to.
pub(super) fn style(standing: Standing) -> Style {
    match standing {
        Standing::Denies => DENY,
        Standing::Warns => WARN,
        Standing::FixedAtAdmission | Standing::Fixed => GOOD,
        Standing::Exempt => DIM,
    }
}

/// How many objects pods come from.
fn workloads(report: &Report) -> usize {
    report.objects.iter().filter(|object| object.workload).count()
}

struct Text<'o, W> {
    options: Options,
    out: &'o mut W,
}

impl<W: Write> Text<'_, W> {
    fn object(&mut self, object: &Object) -> io::Result<()> {
        let verbose = self.options.verbose;
        let shown = |finding: &&Finding| verbose || finding.is_shown() || finding.is_fixed();
        let findings: Vec<&Finding> = object.findings.iter().filter(shown).collect();
        if findings.is_empty() {
            return Ok(());
        }
        let verdict = match object.verdict {
            Verdict::Denied => "denied",
            Verdict::Warned => "warned",
            Verdict::Fixed => "fixed",
            _ => "exempt",
        };
        let children = match object.children.len() {
            0 => String::new(),
            children => format!(", with {} that it controls", plural(children, "object")),
        };
        let title = clean(&object.title()).into_owned();
        writeln!(self.out, "{BOLD}{title}{BOLD:#}: {verdict}{children}")?;
        findings.into_iter().try_for_each(|finding| self.finding(object, finding))?;
        if let Some(advice) = &object.advice {
            self.paragraph(advice, "    ", "    ")?;
        }
        writeln!(self.out)
    }

    fn finding(&mut self, object: &Object, finding: &Finding) -> io::Result<()> {
        let standing = finding.standing();
        let style = style(standing);
        writeln!(
            self.out,
            "{}: {style}{}{style:#} {BOLD}{}{BOLD:#}",
            words::place(object, &finding.location),
            standing.word(),
            clean(&finding.rule),
        )?;
        self.paragraph(&words::field(finding), "    ", "    ")?;
        self.paragraph(&words::problem(finding), "    ", "    ")?;
        // What could be changed is in the diff of `--fix`; here is what was.
        for change in finding.changes.iter().filter(|_| !standing.is_open()) {
            self.arrow(GOOD, change)?;
        }
        if standing.is_open() && !finding.remedy.is_empty() {
            self.arrow(DIM, &finding.remedy)?;
        }
        match (standing, finding.fix) {
            (Standing::Denies | Standing::Warns, Fix::Available) => self.note("`oke-vn check --fix` fixes it"),
            (Standing::FixedAtAdmission, _) => self.note("the policy fixes it at admission, with these settings"),
            (Standing::Exempt, _) => self.exemption(finding),
            _ => Ok(()),
        }
    }

    fn exemption(&mut self, finding: &Finding) -> io::Result<()> {
        let Some(exempt) = &finding.exempt else { return Ok(()) };
        let reason = exempt.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
        self.note(&format!("exempt by {}{reason}", exempt.by.name()))
    }

    fn unreadable(&mut self, report: &Report) -> io::Result<()> {
        for entry in &report.unreadable {
            let place = entry.location.file.as_deref().unwrap_or_default();
            let object = entry.object.as_ref().map_or(String::new(), |object| format!(" {}", clean(object)));
            let place = words::file_place(place, &entry.location);
            writeln!(self.out, "{place}: {DENY}unreadable{DENY:#}{object}")?;
            // A parser's reason may have lines of its own.
            for line in entry.reason.lines().filter(|line| !line.trim().is_empty()) {
                self.paragraph(line.trim_end(), "    ", "    ")?;
            }
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn unseen(&mut self, report: &Report) -> io::Result<()> {
        if report.unseen.is_empty() {
            return Ok(());
        }
        self.heading("Not seen in the cluster")?;
        for entry in &report.unseen {
            self.item(&format!("{}: cannot {}: {}", entry.cluster, entry.request, entry.reason))?;
        }
        writeln!(self.out)
    }

    fn not_written(&mut self, report: &Report) -> io::Result<()> {
        for fix in &report.files {
            let FileFix::NotWritten { file, reason } = fix else { continue };
            writeln!(self.out, "{}: {DENY}not written{DENY:#}", clean(file))?;
            self.paragraph(reason, "    ", "    ")?;
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn left_alone(&mut self, report: &Report) -> io::Result<()> {
        let mut heading = false;
        for fix in &report.files {
            let FileFix::LeftAlone { file, line, reason } = fix else { continue };
            if !std::mem::replace(&mut heading, true) {
                self.heading("Left alone, for a person to fix")?;
            }
            let location = Location { file: None, line: Some(*line), column: None };
            let place = words::file_place(file, &location);
            self.paragraph(&format!("{place}: {reason}"), "", "    ")?;
        }
        if heading { writeln!(self.out) } else { Ok(()) }
    }

    fn not_looked_into(&mut self, report: &Report) -> io::Result<()> {
        let kinds = summary::unknown_kinds(report);
        if kinds.is_empty() {
            return Ok(());
        }
        self.heading("Not looked into")?;
        for kind in kinds {
            let meant = kind.did_you_mean.map_or(String::new(), |meant| format!("; did you mean {meant}?"));
            let reason = kind.reason.map_or(String::new(), |reason| format!(": {reason}"));
            let name = format!("{} ({})", kind.kind, kind.api_version);
            let count = plural(kind.count, "object");
            self.item(&format!("{name}, {count}, first {}{reason}{meant}", kind.example))?;
        }
        writeln!(self.out)
    }

    fn skipped(&mut self, report: &Report) -> io::Result<()> {
        if report.skipped.is_empty() {
            return Ok(());
        }
        self.heading("Skipped")?;
        for skipped in &report.skipped {
            self.item(&format!("{} {}", number(skipped.count), skipped.reason))?;
            let shown = if self.options.verbose { skipped.examples.len() } else { EXAMPLES };
            for example in skipped.examples.iter().take(shown) {
                writeln!(self.out, "    {DIM}{}{DIM:#}", clean(example))?;
            }
            let more = skipped.count.saturating_sub(shown.min(skipped.examples.len()));
            if more > 0 {
                writeln!(self.out, "    {DIM}and {} more{DIM:#}", number(more))?;
            }
        }
        writeln!(self.out)
    }

    fn ignores(&mut self, report: &Report) -> io::Result<()> {
        if report.ignores.is_empty() {
            return Ok(());
        }
        self.heading("Ignore entries that need a look")?;
        for problem in &report.ignores {
            let file = problem.location.file.as_deref().unwrap_or_default();
            let place = words::file_place(file, &problem.location);
            self.paragraph(&format!("{place}: {}", problem.problem), "", "    ")?;
        }
        writeln!(self.out)
    }

    fn rules(&mut self, report: &Report) -> io::Result<()> {
        let rows = summary::rules(report);
        // The findings of one object say it all.
        if report.objects.iter().filter(|object| !object.findings.is_empty()).count() < 2 {
            return Ok(());
        }
        let mut table = Table::new(&["Rule", "objects", "deny", "warn", "fixable", "fixed", "exempt"]);
        for row in rows {
            let counts = [row.objects, row.denied, row.warned, row.fixable, row.fixed, row.exempt];
            table.row(clean(&row.rule).into_owned(), &counts);
        }
        table.write(self.options.width, self.out)
    }

    fn groups(&mut self, report: &Report) -> io::Result<()> {
        let rows = summary::groups(report, self.options.by);
        if rows.is_empty() || workloads(report) < 2 {
            return Ok(());
        }
        let first = match self.options.by {
            GroupBy::Namespace => "Namespace",
            GroupBy::Label => "Label",
        };
        let names = Readiness::ALL.map(Readiness::name);
        let mut table = Table::new(&[&[first, "workloads"], names.as_slice(), &["denied", "warned"]].concat());
        for row in rows {
            let ready = Readiness::ALL.map(|readiness| row.progress.get(readiness));
            let counts = [&[row.progress.workloads], ready.as_slice(), &[row.denied, row.warned]].concat();
            table.row(clean(&row.title()).into_owned(), &counts);
        }
        table.write(self.options.width, self.out)
    }

    fn end(&mut self, report: &Report) -> io::Result<()> {
        let known = report.findings().filter(|(_, finding)| finding.is_known() && finding.standing().is_open()).count();
        if known > 0 && !self.options.verbose {
            let verb = if known == 1 { "is" } else { "are" };
            let text = format!("{} {verb} in the baseline and {verb} not listed.", plural(known, "finding"));
            self.paragraph(&text, "", "")?;
        }
        for note in &report.notes {
            self.paragraph(note, "", "")?;
        }
        if workloads(report) > 1 {
            self.paragraph(&summary::headline(report), "", "")?;
        }
        let counts = Counts::of(report);
        let style = if counts.denied + counts.unreadable > 0 { DENY } else { GOOD };
        let seen = if report.unseen.is_empty() { "" } else { "Of what could be seen: " };
        let sentence = wrap(&format!("{seen}{}", counts.sentence()), self.options.width, "", "");
        writeln!(self.out, "{style}{sentence}{style:#}")
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{BOLD}{text}{BOLD:#}")
    }

    fn item(&mut self, text: &str) -> io::Result<()> {
        self.paragraph(text, "  ", "    ")
    }

    fn note(&mut self, text: &str) -> io::Result<()> {
        let text = wrap(&clean(text), self.options.width, "    ", "    ");
        writeln!(self.out, "{GOOD}{text}{GOOD:#}")
    }

    fn arrow(&mut self, style: Style, text: &str) -> io::Result<()> {
        let text = wrap(&clean(text), self.options.width, "    -> ", "       ");
        let text = text.strip_prefix("    -> ").unwrap_or(&text);
        writeln!(self.out, "    {style}->{style:#} {text}")
    }

    fn paragraph(&mut self, text: &str, first: &str, rest: &str) -> io::Result<()> {
        writeln!(self.out, "{}", wrap(&clean(text), self.options.width, first, rest))
    }
}

/// A table of counts. Columns that are zero everywhere are left out.
struct Table<'a> {
    heads: Vec<&'a str>,
    rows: Vec<(String, Vec<usize>)>,
}

impl<'a> Table<'a> {
    /// A table with the head of the names' column, and those of the counts.
    fn new(heads: &[&'a str]) -> Self {
        Self { heads: heads.to_vec(), rows: Vec::new() }
    }

    fn row(&mut self, name: String, counts: &[usize]) {
        self.rows.push((name, counts.to_vec()));
    }

    fn write(&self, width: usize, out: &mut impl Write) -> io::Result<()> {
        let (first, heads) = self.heads.split_first().map_or(("", [].as_slice()), |(first, heads)| (*first, heads));
        let columns: Vec<(usize, &str)> = heads
            .iter()
            .enumerate()
            .filter(|(column, _)| self.rows.iter().any(|(_, counts)| counts[*column] > 0))
            .map(|(column, head)| (column, *head))
            .collect();
        let names = self.rows.iter().map(|(name, _)| name.as_str()).chain([first]);
        let widest = names.map(UnicodeWidthStr::width).max().unwrap_or_default();
        let total = columns.iter().map(|(column, head)| self.width(*column, head) + 2).sum::<usize>() + widest;
        if total > width {
            return self.write_list(&columns, width, out);
        }
        let pad = |name: &str| " ".repeat(widest.saturating_sub(name.width()));
        write!(out, "{BOLD}{first}{}", pad(first))?;
        for (column, head) in &columns {
            write!(out, "  {head:>0$}", self.width(*column, head))?;
        }
        writeln!(out, "{BOLD:#}")?;
        for (name, counts) in &self.rows {
            write!(out, "{name}{}", pad(name))?;
            for (column, head) in &columns {
                write!(out, "  {:>1$}", number(counts[*column]), self.width(*column, head))?;
            }
            writeln!(out)?;
        }
        writeln!(out)
    }

    /// The columns that a column of counts takes.
    fn width(&self, column: usize, head: &str) -> usize {
        let counts = self.rows.iter().map(|(_, counts)| number(counts[column]).len());
        counts.max().unwrap_or_default().max(head.len())
    }

    /// The same, a paragraph a row, for a terminal that is too narrow.
    fn write_list(&self, columns: &[(usize, &str)], width: usize, out: &mut impl Write) -> io::Result<()> {
        for (name, counts) in &self.rows {
            let counts = columns.iter().map(|(column, head)| (counts[*column], head));
            let told: Vec<String> = counts
                .filter(|(count, _)| *count > 0)
                .map(|(count, head)| format!("{} {head}", number(count)))
                .collect();
            writeln!(out, "{}", wrap(&format!("{name}: {}", told.join(", ")), width, "", "    "))?;
        }
        writeln!(out)
    }
}
