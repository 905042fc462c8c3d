//! SARIF 2.1.0, for code scanning at GitHub, GitLab and elsewhere.
//!
//! What GitHub asks for beyond the schema: every result has a location in a file of the repository, every rule a short and
//! a full description and a help text, and `primaryLocationLineHash` among the partial fingerprints.

use std::collections::BTreeMap;
use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use serde_sarif::sarif::{
    self, ArtifactChange, ArtifactContent, ArtifactLocation, Invocation, LogicalLocation, Message,
    MultiformatMessageString, Notification, PhysicalLocation, PropertyBag, Region, Replacement, ReportingConfiguration,
    ReportingDescriptor, ResultKind, ResultLevel, Run, RunAutomationDetails, Sarif, Suppression, Tool, ToolComponent,
};

use super::model::{Finding, Location, Object, Report, RuleInfo, Standing, Verdict};
use super::{summary, words};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The name for the root of the repository in addresses of files, as code scanning knows it.
const ROOT: &str = "%SRCROOT%";
/// What stands for itself in the path of an address.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Writes the report. Findings that are fixed in their files are left out.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let sarif = Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run(report)]).build();
    serde_json::to_writer_pretty(&mut *out, &sarif)?;
    writeln!(out)
}

fn run(report: &Report) -> Run {
    let rules = rules(report);
    let index: BTreeMap<&str, i64> = (0..).zip(&rules).map(|(index, rule)| (rule.id.as_str(), index)).collect();
    let results: Vec<sarif::Result> = report
        .findings()
        .filter(|(_, finding)| finding.standing() != Standing::Fixed)
        .map(|(object, finding)| result(report, object, finding, index.get(finding.rule.as_str()).copied()))
        .collect();
    let driver = ToolComponent::builder()
        .name(&report.tool.name)
        .semantic_version(&report.tool.version)
        .information_uri(&report.tool.information_uri)
        .rules(rules)
        .build();
    let root = ArtifactLocation::builder().description(message("The root of the repository.")).build();
    Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .automation_details(RunAutomationDetails::builder().id("oke-vn/").build())
        .column_kind(json!("unicodeCodePoints"))
        .original_uri_base_ids(BTreeMap::from([(ROOT.to_owned(), root)]))
        .invocations(vec![invocation(report)])
        .results(results)
        .build()
}

/// The rules that were found, with what people read about them.
fn rules(report: &Report) -> Vec<ReportingDescriptor> {
    let mut worst = BTreeMap::<&str, Standing>::new();
    for (_, finding) in report.findings() {
        let entry = worst.entry(&finding.rule).or_insert(Standing::Exempt);
        *entry = (*entry).min(finding.standing());
    }
    let unknown = RuleInfo::default();
    worst.into_iter().map(|(id, standing)| rule(id, standing, report.rules.get(id).unwrap_or(&unknown))).collect()
}

fn rule(id: &str, worst: Standing, info: &RuleInfo) -> ReportingDescriptor {
    let summary = if info.summary.is_empty() { format!("The rule {id}.") } else { info.summary.clone() };
    let page = info.link.as_ref().map_or(String::new(), |link| format!("\n\n[The page about `{id}`]({link})"));
    let help = if info.help.is_empty() { &summary } else { &info.help };
    let text = MultiformatMessageString::builder().text(help).markdown(format!("{help}{page}")).build();
    let severity = if worst == Standing::Denies { "error" } else { "warning" };
    let properties = PropertyBag::builder()
        .tags(["kubernetes", "oke", "virtual-nodes"].map(str::to_owned).to_vec())
        .additional_properties(BTreeMap::from([
            ("precision".to_owned(), json!("very-high")),
            ("problem.severity".to_owned(), json!(severity)),
        ]))
        .build();
    let mut rule = ReportingDescriptor::builder()
        .id(id)
        .short_description(MultiformatMessageString::builder().text(&summary).build())
        .full_description(MultiformatMessageString::builder().text(&summary).build())
        .help(text)
        .default_configuration(ReportingConfiguration::builder().level(json!(severity)).build())
        .properties(properties)
        .build();
    rule.help_uri.clone_from(&info.link);
    rule
}

fn result(report: &Report, object: &Object, finding: &Finding, rule: Option<i64>) -> sarif::Result {
    let level = match finding.standing() {
        Standing::Denies => ResultLevel::Error,
        Standing::Warns => ResultLevel::Warning,
        // What is exempt keeps the level that it would have.
        Standing::Exempt if finding.level == super::model::Level::Deny => ResultLevel::Error,
        Standing::Exempt => ResultLevel::Warning,
        Standing::FixedAtAdmission | Standing::Fixed => ResultLevel::Note,
    };
    let text = format!("{}: {}.", object.title(), words::message(finding));
    let mut result = sarif::Result::builder()
        .rule_id(&finding.rule)
        .level(level)
        .kind(ResultKind::Fail)
        .message(message(&text))
        .locations(vec![location(report, object, finding)])
        .fingerprints(BTreeMap::from([("okeVn/v1".to_owned(), finding.fingerprint.clone())]))
        .partial_fingerprints(BTreeMap::from([(
            "primaryLocationLineHash".to_owned(),
            format!("{}:1", finding.fingerprint),
        )]))
        .properties(properties(object, finding))
        .build();
    result.rule_index = rule;
    if !finding.edits.is_empty() {
        result.fixes = fix(report, object, finding).map(|fix| vec![fix]);
    }
    // An empty list says that the result is known not to be suppressed; a run either says it of all results or of none.
    result.suppressions = Some(finding.exempt.iter().map(suppression).collect());
    result.baseline_state = finding.baseline.map(|_| json!(if finding.is_known() { "unchanged" } else { "new" }));
    result
}

fn properties(object: &Object, finding: &Finding) -> PropertyBag {
    let mut properties = BTreeMap::from([
        ("path".to_owned(), json!(finding.path)),
        ("fix".to_owned(), json!(finding.fix)),
        ("kind".to_owned(), json!(object.kind)),
        ("name".to_owned(), json!(object.name)),
    ]);
    if let Some(namespace) = &object.namespace {
        properties.insert("namespace".to_owned(), json!(namespace));
    }
    PropertyBag::builder().additional_properties(properties).build()
}

fn location(report: &Report, object: &Object, finding: &Finding) -> sarif::Location {
    let name = format!("{} {}", object.title(), finding.path);
    let logical = LogicalLocation::builder().fully_qualified_name(name).name(&finding.path).kind("member").build();
    sarif::Location::builder()
        .physical_location(physical(report, object, &finding.location))
        .logical_locations(vec![logical])
        .build()
}

fn physical(report: &Report, object: &Object, location: &Location) -> PhysicalLocation {
    let file = location.file.as_ref().or(object.location.file.as_ref());
    let uri = match file {
        Some(file) => uri(report, file),
        None => utf8_percent_encode(&words::cluster_path(object), PATH).to_string(),
    };
    PhysicalLocation::builder().artifact_location(artifact(uri)).region(region(location)).build()
}

fn region(location: &Location) -> Region {
    let mut region = Region::builder().start_line(count(location.line.unwrap_or(1))).build();
    region.start_column = location.column.map(count);
    region
}

fn artifact(uri: String) -> ArtifactLocation {
    // An absolute address has no base.
    if uri.starts_with("file:") {
        return ArtifactLocation::builder().uri(uri).build();
    }
    ArtifactLocation::builder().uri(uri).uri_base_id(ROOT).build()
}

/// The address of a file, from the root of the repository where it is below it.
fn uri(report: &Report, file: &str) -> String {
    let file = report.workspace.relative(file);
    let scheme = if file.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", utf8_percent_encode(&file, PATH))
}

fn fix(report: &Report, object: &Object, finding: &Finding) -> Option<sarif::Fix> {
    let file = finding.location.file.as_ref().or(object.location.file.as_ref())?;
    let replacements = finding.edits.iter().map(|edit| {
        let region = Region::builder()
            .start_line(count(edit.start_line))
            .start_column(count(edit.start_column))
            .end_line(count(edit.end_line))
            .end_column(count(edit.end_column))
            .build();
        let content = ArtifactContent::builder().text(&edit.text).build();
        Replacement::builder().deleted_region(region).inserted_content(content).build()
    });
    let change = ArtifactChange::builder()
        .artifact_location(artifact(uri(report, file)))
        .replacements(replacements.collect::<Vec<_>>())
        .build();
    let description = if finding.changes.is_empty() { finding.remedy.clone() } else { finding.changes.join(", ") };
    Some(sarif::Fix::builder().description(message(&description)).artifact_changes(vec![change]).build())
}

fn suppression(exempt: &super::model::Exemption) -> Suppression {
    let kind = if exempt.by.is_in_source() { "inSource" } else { "external" };
    let justification = match &exempt.reason {
        Some(reason) => format!("By {}: {reason}", exempt.by.name()),
        None => format!("By {}", exempt.by.name()),
    };
    Suppression::builder().kind(json!(kind)).status(json!("accepted")).justification(justification).build()
}

fn invocation(report: &Report) -> Invocation {
    let mut notifications: Vec<Notification> = Vec::new();
    let mut add = |level: &str, text: String, location: Option<PhysicalLocation>| {
        let mut notification = Notification::builder().level(json!(level)).message(message(&text)).build();
        notification.locations =
            location.map(|place| vec![sarif::Location::builder().physical_location(place).build()]);
        notifications.push(notification);
    };
    for entry in &report.unreadable {
        let place = entry.location.file.as_ref().map(|file| {
            PhysicalLocation::builder()
                .artifact_location(artifact(uri(report, file)))
                .region(region(&entry.location))
                .build()
        });
        add("error", format!("Unreadable: {}", words::one_line(&entry.reason)), place);
    }
    for entry in &report.unseen {
        add("error", format!("{}: cannot {}: {}", entry.cluster, entry.request, entry.reason), None);
    }
    for object in report.objects.iter().filter(|object| object.verdict == Verdict::NotLookedInto) {
        let reason = object.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
        let place = physical(report, object, &object.location);
        add("warning", format!("Not looked into: {}{reason}", object.title()), Some(place));
    }
    for note in report.notes.iter().chain([&summary::Counts::of(report).sentence()]) {
        add("note", note.clone(), None);
    }
    Invocation::builder()
        .execution_successful(!summary::is_incomplete(report))
        .tool_execution_notifications(notifications)
        .build()
}

fn message(text: &str) -> Message {
    Message::builder().text(text).build()
}

/// A line or a column: SARIF's numbers have a sign.
fn count(number: usize) -> i64 {
    i64::try_from(number.max(1)).unwrap_or(i64::MAX)
}
