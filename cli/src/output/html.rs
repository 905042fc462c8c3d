//! One self-contained page for a meeting: how many workloads can move, what stands in the way, and who does something
//! about it.
//!
//! The page loads nothing, and its content security policy allows nothing but its own style and script. Without the script
//! everything is there but the filters.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::model::{Finding, Fix, Object, Report, Standing};
use super::summary::{self, Counts, GroupBy, Progress, Readiness};
use super::words::{self, clean, number, plural};

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

/// The units of a bar from end to end.
const BAR: f64 = 1000.0;

/// Writes the report as a page.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    Page::of(report).write_into(&mut *out)
}

/// What the template is filled with. Text that comes from manifests is cleaned of what could mislead a reader; the
/// template escapes it.
#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    style: &'static str,
    script: &'static str,
    style_hash: String,
    script_hash: String,
    headline: String,
    sentence: String,
    tool: String,
    tool_link: String,
    digest: String,
    source: Option<String>,
    notes: Vec<String>,
    workloads: String,
    cards: Vec<Card>,
    bar: Bar,
    groups: Vec<Group>,
    rules: Vec<Rule>,
    mechanical: Vec<Task>,
    decisions: Vec<Task>,
    objects: Vec<Item>,
    namespaces: BTreeSet<String>,
    lists: Vec<List>,
}

/// A number in the picture of how many workloads can move.
struct Card {
    class: &'static str,
    number: String,
    share: String,
    label: &'static str,
}

/// A bar of several parts.
struct Bar {
    label: String,
    parts: Vec<Part>,
}

struct Part {
    class: &'static str,
    x: String,
    width: String,
}

struct Group {
    name: String,
    counts: Vec<String>,
    workloads: String,
    bar: Bar,
}

struct Rule {
    id: String,
    link: Option<String>,
    summary: String,
    objects: String,
    mechanical: String,
    by_hand: String,
    warned: String,
    bar: Bar,
}

/// Something to do, for all findings of a rule.
struct Task {
    rule: String,
    link: Option<String>,
    objects: String,
    findings: String,
    problem: String,
    remedy: String,
}

/// An object with its findings.
struct Item {
    title: String,
    namespace: String,
    place: String,
    verdict: &'static str,
    class: &'static str,
    count: String,
    rules: String,
    levels: String,
    advice: Option<String>,
    reason: Option<String>,
    children: Option<String>,
    findings: Vec<Line>,
}

struct Line {
    rule: String,
    link: Option<String>,
    level: &'static str,
    class: &'static str,
    place: String,
    field: String,
    problem: String,
    remedy: String,
    fix: Option<String>,
}

/// A list of other things that a reader must know of.
struct List {
    title: &'static str,
    items: Vec<String>,
}

impl Page {
    fn of(report: &Report) -> Self {
        let progress = Progress::of(&report.objects);
        let objects: Vec<Item> = report.objects.iter().filter(|object| is_listed(object)).map(item).collect();
        let namespaces = objects.iter().map(|item| item.namespace.clone()).collect();
        Self {
            style: STYLE,
            script: SCRIPT,
            style_hash: STANDARD.encode(Sha256::digest(STYLE)),
            script_hash: STANDARD.encode(Sha256::digest(SCRIPT)),
            headline: text(&summary::headline(report)),
            sentence: Counts::of(report).sentence(),
            tool: text(&format!("{} {}", report.tool.name, report.tool.version)),
            tool_link: report.tool.information_uri.clone(),
            digest: text(&report.settings.digest),
            source: report.settings.source.as_deref().map(text),
            notes: report.notes.iter().map(|note| text(note)).collect(),
            workloads: plural(progress.workloads, "workload"),
            cards: cards(&progress),
            bar: progress_bar(&progress, "All workloads"),
            groups: groups(report),
            rules: rules(report),
            mechanical: tasks(report, Fix::Available),
            decisions: tasks(report, Fix::Manual),
            objects,
            namespaces,
            lists: lists(report),
        }
    }
}

/// Every workload is listed, and of other objects those in which something was found.
fn is_listed(object: &Object) -> bool {
    object.workload || !object.findings.is_empty()
}

fn text(text: &str) -> String {
    clean(text).into_owned()
}

fn class(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::AsIs => "as-is",
        Readiness::AfterFix => "after-fix",
        Readiness::ByHand => "by-hand",
        Readiness::SetAside => "set-aside",
        Readiness::Unknown => "unknown",
    }
}

fn cards(progress: &Progress) -> Vec<Card> {
    // The first three are the answer; the others are told where there are any.
    let shown = |readiness: &Readiness| {
        matches!(readiness, Readiness::AsIs | Readiness::AfterFix | Readiness::ByHand) || progress.get(*readiness) > 0
    };
    let card = |readiness: Readiness| Card {
        class: class(readiness),
        number: number(progress.get(readiness)),
        share: share(progress.get(readiness), progress.workloads),
        label: label(readiness, progress.get(readiness) == 1),
    };
    Readiness::ALL.into_iter().filter(shown).map(card).collect()
}

/// What follows the number of a card.
fn label(readiness: Readiness, is_one: bool) -> &'static str {
    match (readiness, is_one) {
        (Readiness::AsIs, true) => "can move as it is",
        (Readiness::AsIs, false) => "can move as they are",
        (Readiness::AfterFix, _) => "can move after a mechanical fix",
        (Readiness::ByHand, true) => "needs a person\u{2019}s decision",
        (Readiness::ByHand, false) => "need a person\u{2019}s decision",
        (Readiness::SetAside, true) => "stays on managed nodes or is exempt",
        (Readiness::SetAside, false) => "stay on managed nodes or are exempt",
        (Readiness::Unknown, _) => "could not be looked into",
    }
}

/// A share in whole percent. A part is never 0%, and never 100% where it isn't all.
fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "0%".to_owned();
    }
    let percent = (part * 100 + whole / 2) / whole;
    match percent {
        0 if part > 0 => "under 1%".to_owned(),
        100 if part < whole => "over 99%".to_owned(),
        percent => format!("{percent}%"),
    }
}

/// The bar of a group of workloads: every part is its share of the group.
fn progress_bar(progress: &Progress, name: &str) -> Bar {
    let values = Readiness::ALL.map(|readiness| (class(readiness), progress.get(readiness)));
    let told: Vec<String> = Readiness::ALL
        .iter()
        .filter(|readiness| progress.get(**readiness) > 0)
        .map(|readiness| format!("{} {}", number(progress.get(*readiness)), readiness.name()))
        .collect();
    let label = format!("{name}: {}", if told.is_empty() { "none".to_owned() } else { told.join(", ") });
    Bar { label, parts: parts(&values, progress.workloads) }
}

#[expect(clippy::cast_precision_loss, reason = "no report has 2^52 objects")]
fn parts(values: &[(&'static str, usize)], longest: usize) -> Vec<Part> {
    let unit = BAR / longest.max(1) as f64;
    let mut x = 0.0;
    let mut parts = Vec::new();
    for (class, value) in values.iter().filter(|(_, value)| *value > 0) {
        let width = unit * *value as f64;
        parts.push(Part { class, x: format!("{x:.2}"), width: format!("{width:.2}") });
        x += width;
    }
    parts
}

fn groups(report: &Report) -> Vec<Group> {
    let mut rows = summary::groups(report, GroupBy::Namespace);
    rows.retain(|row| row.progress.workloads > 0);
    let group = |row: summary::GroupRow| {
        let name = text(&row.title());
        Group {
            counts: Readiness::ALL.map(|readiness| number(row.progress.get(readiness))).to_vec(),
            workloads: number(row.progress.workloads),
            bar: progress_bar(&row.progress, &name),
            name,
        }
    };
    rows.into_iter().map(group).collect()
}

fn rules(report: &Report) -> Vec<Rule> {
    let mut rows = summary::rules(report);
    rows.retain(|row| row.denied + row.warned > 0);
    let longest = rows.iter().map(|row| row.denied).max().unwrap_or_default();
    let mut mechanical = BTreeMap::<&str, usize>::new();
    for (_, finding) in report.findings() {
        if finding.standing() == Standing::Denies && finding.fix == Fix::Available {
            *mechanical.entry(&finding.rule).or_default() += 1;
        }
    }
    let rule = |row: summary::RuleRow| {
        let info = report.rules.get(&row.rule);
        let mechanical = mechanical.get(row.rule.as_str()).copied().unwrap_or_default();
        let by_hand = row.denied - mechanical;
        let label = format!("{}: {} fixed mechanically, {} by hand", row.rule, number(mechanical), number(by_hand));
        Rule {
            link: link(report, &row.rule),
            summary: info.map_or(String::new(), |info| text(&info.summary)),
            objects: number(row.objects),
            mechanical: number(mechanical),
            by_hand: number(by_hand),
            warned: number(row.warned),
            bar: Bar { label: text(&label), parts: parts(&[("after-fix", mechanical), ("by-hand", by_hand)], longest) },
            id: text(&row.rule),
        }
    };
    rows.into_iter().map(rule).collect()
}

fn link(report: &Report, rule: &str) -> Option<String> {
    words::safe_link(report.rules.get(rule)?.link.as_deref()).map(str::to_owned)
}

/// What denies and is fixed in this way, by rule: what stands in most objects first.
fn tasks(report: &Report, fix: Fix) -> Vec<Task> {
    let mut by_rule = BTreeMap::<&str, Vec<(usize, &Finding)>>::new();
    for (index, object) in report.objects.iter().enumerate() {
        let findings = object.findings.iter().filter(|finding| finding.standing() == Standing::Denies);
        for finding in findings.filter(|finding| finding.fix == fix) {
            by_rule.entry(&finding.rule).or_default().push((index, finding));
        }
    }
    let mut tasks: Vec<(usize, Task)> = Vec::new();
    for (rule, findings) in by_rule {
        let objects = findings.iter().map(|(index, _)| index).collect::<BTreeSet<_>>().len();
        let summary = report.rules.get(rule).map_or("", |info| info.summary.as_str());
        let task = Task {
            rule: text(rule),
            link: link(report, rule),
            objects: plural(objects, "object"),
            findings: plural(findings.len(), "finding"),
            problem: text(summary),
            remedy: text(&most_common(findings.iter().map(|(_, finding)| finding.remedy.as_str()))),
        };
        tasks.push((objects, task));
    }
    tasks.sort_by_key(|(objects, task)| (std::cmp::Reverse(*objects), task.rule.clone()));
    tasks.into_iter().map(|(_, task)| task).collect()
}

fn most_common<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    texts.for_each(|text| *counts.entry(text).or_default() += 1);
    let most = counts.into_iter().max_by_key(|(text, count)| (*count, std::cmp::Reverse(*text)));
    most.map_or(String::new(), |(text, _)| text.to_owned())
}

fn item(object: &Object) -> Item {
    let mut levels = BTreeSet::new();
    for finding in &object.findings {
        match (finding.standing(), finding.fix) {
            (Standing::Denies, Fix::Available) => levels.extend(["deny", "mechanical"]),
            (Standing::Denies, _) => levels.extend(["deny", "decision"]),
            (Standing::Warns, _) => _ = levels.insert("warn"),
            (Standing::Fixed | Standing::FixedAtAdmission, _) => _ = levels.insert("fixed"),
            (Standing::Exempt, _) => _ = levels.insert("exempt"),
        }
    }
    if object.findings.is_empty() {
        levels.insert("none");
    }
    let rules: BTreeSet<&str> = object.findings.iter().map(|finding| finding.rule.as_str()).collect();
    Item {
        title: text(&object.title()),
        namespace: namespace(object),
        place: words::place(object, &object.location),
        verdict: words::verdict(object.verdict),
        class: object_class(object),
        count: match object.findings.len() {
            0 => "no findings".to_owned(),
            count => plural(count, "finding"),
        },
        rules: text(&rules.into_iter().collect::<Vec<_>>().join(" ")),
        levels: levels.into_iter().collect::<Vec<_>>().join(" "),
        advice: object.advice.as_deref().map(text),
        reason: object.reason.as_deref().map(text),
        children: (!object.children.is_empty()).then(|| plural(object.children.len(), "object")),
        findings: object.findings.iter().map(|finding| line(object, finding)).collect(),
    }
}

/// The namespace as the table by namespace names it.
fn namespace(object: &Object) -> String {
    let row = summary::GroupRow {
        cluster: object.cluster.clone(),
        name: object.namespace.clone(),
        progress: Progress::default(),
        denied: 0,
        warned: 0,
    };
    text(&row.title())
}

fn object_class(object: &Object) -> &'static str {
    match Readiness::of(object) {
        Some(readiness) => class(readiness),
        None if object.verdict == super::model::Verdict::Denied => "by-hand",
        None => "set-aside",
    }
}

fn line(object: &Object, finding: &Finding) -> Line {
    let standing = finding.standing();
    let fix = match (standing, finding.fix) {
        (Standing::Exempt, _) => finding.exempt.as_ref().map(|exempt| {
            let reason = exempt.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
            format!("Exempt by {}{reason}", exempt.by.name())
        }),
        (Standing::Fixed, _) => Some(match finding.changes.as_slice() {
            [] => "Fixed".to_owned(),
            changes => format!("Fixed: {}", changes.join(", ")),
        }),
        (Standing::FixedAtAdmission, _) => Some("The policy fixes it at admission, with these settings".to_owned()),
        (_, Fix::Available) => Some("oke-vn check --fix fixes it".to_owned()),
        _ => None,
    };
    let known = if finding.is_known() { "Known: it is in the baseline" } else { "" };
    Line {
        rule: text(&finding.rule),
        link: words::safe_link(finding.link.as_deref()).map(str::to_owned),
        level: standing.word(),
        class: match standing {
            Standing::Denies => "deny",
            Standing::Warns => "warn",
            Standing::Fixed | Standing::FixedAtAdmission => "fixed",
            Standing::Exempt => "exempt",
        },
        place: words::place(object, &finding.location),
        field: text(&words::field(finding)),
        problem: text(&words::problem(finding)),
        remedy: if standing.is_open() { text(&finding.remedy) } else { String::new() },
        fix: fix.map(|fix| text(&fix)).or_else(|| (!known.is_empty()).then(|| known.to_owned())),
    }
}

fn lists(report: &Report) -> Vec<List> {
    let place =
        |location: &super::model::Location| words::file_place(location.file.as_deref().unwrap_or_default(), location);
    let unreadable =
        report.unreadable.iter().map(|entry| format!("{}: {}", place(&entry.location), words::one_line(&entry.reason)));
    let unseen =
        report.unseen.iter().map(|entry| format!("{}: cannot {}: {}", entry.cluster, entry.request, entry.reason));
    let unknown = summary::unknown_kinds(report).into_iter().map(|kind| {
        let meant = kind.did_you_mean.map_or(String::new(), |meant| format!("; did you mean {meant}?"));
        let reason = kind.reason.map_or(Cow::Borrowed(""), |reason| Cow::Owned(format!(": {reason}")));
        let count = plural(kind.count, "object");
        format!("{} ({}), {count}, first {}{reason}{meant}", kind.kind, kind.api_version, kind.example)
    });
    let skipped = report.skipped.iter().map(|skipped| format!("{} {}", number(skipped.count), skipped.reason));
    let ignores = report.ignores.iter().map(|problem| format!("{}: {}", place(&problem.location), problem.problem));
    let list = |title, items: Vec<String>| List { title, items: items.iter().map(|item| text(item)).collect() };
    let lists = [
        list("Unreadable", unreadable.collect()),
        list("Not seen in the cluster", unseen.collect()),
        list("Not looked into", unknown.collect()),
        list("Ignore entries that need a look", ignores.collect()),
        list("Skipped", skipped.collect()),
    ];
    lists.into_iter().filter(|list| !list.items.is_empty()).collect()
}
