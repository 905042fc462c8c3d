//! Turns the result of a check into a [`Report`], from which all formats are written.

use oke_virtual_nodes_policy::kubernetes::kinds::KindInfo;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::check::{self, Context, Finding, Judged};
use crate::fold;
use crate::input::{Manifests, Unreadable, by_reason};
use crate::judge::Level;
use crate::kinds::class::{Class, classify};
use crate::object::Object;
use crate::output::fingerprint;
use crate::output::model::{self, ExemptBy, Exemption, Fix, Location, Report, RuleInfo, Settings, Verdict};
use crate::output::workspace::Workspace;
use crate::owners::Lineage;
use crate::pages::PAGES;
use crate::parallel;
use crate::path::Step;

/// A report in which every object stands for itself.
#[derive(Debug)]
pub struct Unfolded {
    /// The report.
    pub report: Report,
    /// For each of its objects the index in [`Manifests::objects`].
    pub indices: Vec<usize>,
}

impl Unfolded {
    /// The report in which objects count with their owners.
    #[must_use]
    pub fn fold(self, manifests: &Manifests) -> Report {
        let Self { mut report, indices } = self;
        let lineages: Vec<Lineage> = indices.iter().map(|index| Lineage::of(&manifests.objects[*index])).collect();
        report.objects = fold::merge(report.objects, &lineages);
        report.finish();
        report
    }
}

/// The report on a check. `context` is that of `result`. `with_fixes` are the settings with all fixes on, from which
/// it follows what `--fix` can fix; nothing where all fixes were on already.
#[must_use]
pub fn report(
    result: &check::Report,
    context: Context<'_>,
    with_fixes: Option<&RawValue>,
    manifests: &Manifests,
) -> Unfolded {
    let mut indices = Vec::new();
    let mut report = Report::new(Settings { digest: fingerprint::settings_digest(context.settings), source: None });
    report.workspace = workspace();
    let converter = Converter::new(context, with_fixes);
    let converted = parallel::map(&result.objects, |judged| {
        let converted = converter.convert(judged, manifests)?;
        Some(converted.map(|object| (object, judged.object)))
    });
    for one in converted.into_iter().flatten() {
        match one {
            Ok((object, index)) => {
                report.objects.push(object);
                indices.push(index);
            }
            Err(unreadable) => report.unreadable.push(unreadable),
        }
    }
    add_rules(&mut report);
    report.unreadable.extend(manifests.unreadable.iter().map(unread_file));
    report.skipped = by_reason(&manifests.skipped)
        .into_iter()
        .map(|(reason, all)| skipped(reason.describe(all.len()), &all))
        .collect();
    report.files = result.files.iter().map(file_fix).collect();
    report.finish();
    Unfolded { report, indices }
}

/// Turns judged objects into those of a report.
#[derive(Debug)]
pub(crate) struct Converter<'c> {
    context: Context<'c>,
    with_fixes: Option<&'c RawValue>,
    facts: Facts,
}

impl<'c> Converter<'c> {
    /// `context` is that in which the objects are judged; `with_fixes` is as for [`report`].
    pub(crate) fn new(context: Context<'c>, with_fixes: Option<&'c RawValue>) -> Self {
        Self { context, with_fixes, facts: Facts::of(context.settings) }
    }

    /// Converts an object of the manifests; `None` if it isn't among them.
    pub(crate) fn convert(
        &self,
        judged: &Judged,
        manifests: &Manifests,
    ) -> Option<Result<model::Object, model::Unreadable>> {
        let object = manifests.objects.get(judged.object)?;
        if judged.is_unreadable() {
            return Some(Err(unreadable(judged)));
        }
        let mut converted = self::object(judged, object, self.context.namespace, &self.facts);
        if let Some(settings) = self.with_fixes {
            mark_fixable(&mut converted, Context { settings, ..self.context }, manifests, judged.object);
        }
        Some(Ok(converted))
    }
}

/// Adds what there is to say about the rules that were found.
pub(crate) fn add_rules(report: &mut Report) {
    for finding in report.objects.iter().flat_map(|object| &object.findings) {
        if !report.rules.contains_key(&finding.rule) {
            report.rules.insert(finding.rule.clone(), rule_info(&finding.rule));
        }
    }
}

/// Marks the findings that `--fix` fixes. `context` has the settings for that.
fn mark_fixable(object: &mut model::Object, context: Context<'_>, manifests: &Manifests, index: usize) {
    let is_open = |finding: &model::Finding| finding.fix == Fix::Manual && finding.exempt.is_none();
    let source = manifests.sources.get(manifests.objects[index].origin.source);
    // `--fix` changes files, and what was rendered is none.
    let is_rendered = source.is_some_and(|source| source.rendered_by.is_some());
    if is_rendered || !object.findings.iter().any(is_open) {
        return;
    }
    let fixable = check::judge_object(context, manifests, index).findings;
    for finding in object.findings.iter_mut().filter(|finding| is_open(finding)) {
        let is_same = |other: &&Finding| other.found.rule == finding.rule && other.found.path == finding.path;
        if fixable.iter().find(is_same).is_some_and(|other| other.found.fixed) {
            finding.fix = Fix::Available;
        }
    }
}

/// The repository that the working directory is in.
#[must_use]
pub fn workspace() -> Workspace {
    let Ok(directory) = std::env::current_dir() else { return Workspace::default() };
    let root = directory.ancestors().find(|directory| directory.join(".git").exists());
    let name = |path: &std::path::Path| path.to_string_lossy().into_owned();
    Workspace { root: root.map(name).unwrap_or_default(), directory: name(&directory) }
}

/// What `explain` says about a rule.
fn rule_info(rule: &str) -> RuleInfo {
    let page = PAGES.iter().find(|(id, _)| *id == rule).map_or("", |(_, page)| page);
    let summary = page.split("\n\n").find(|part| part.starts_with("Finds ")).unwrap_or(rule);
    let help = page.split("\n## ").find_map(|part| part.strip_prefix("What to do instead\n")).unwrap_or_default();
    RuleInfo {
        summary: summary.split_whitespace().collect::<Vec<_>>().join(" "),
        help: help.trim().to_owned(),
        link: Some(model::rule_page(rule)),
    }
}

fn unreadable(judged: &Judged) -> model::Unreadable {
    let message = judged.message.as_deref().unwrap_or("no reason given");
    // A line for each field follows a heading, which only repeats the object.
    let is_heading = message.lines().count() > 1;
    let lines = message.lines().skip(usize::from(is_heading)).map(|line| line.trim_start_matches("- "));
    model::Unreadable {
        location: Location::new(&judged.file, judged.at.line, judged.at.column),
        object: Some(format!("{} {}", judged.kind, judged.name)),
        reason: lines.collect::<Vec<_>>().join("\n"),
    }
}

fn object(judged: &Judged, object: &Object, namespace: &str, facts: &Facts) -> model::Object {
    let own_namespace = object.namespace(namespace);
    let name = own_namespace.and_then(|namespace| judged.name.strip_prefix(&format!("{namespace}/")));
    let mut report = model::Object::new(&judged.api_version, &judged.kind, own_namespace, name.unwrap_or(&judged.name));
    report.location = Location::new(&judged.file, judged.at.line, judged.at.column);
    let info = KindInfo::find(object.group(), &object.kind);
    let is_named = facts.named.iter().any(|(group, kind)| group == object.group() && *kind == object.kind);
    report.workload = is_named || info.is_some_and(|info| info.has_templates());
    report.advice.clone_from(&judged.message);
    report.findings = judged.findings.iter().map(|found| finding(judged, found, object)).collect();
    report.placement = (facts.is_mixed && report.workload).then_some(model::Placement::Virtual);
    if judged.stays_on_managed_nodes && report.workload {
        (report.verdict, report.placement) = (Verdict::StaysOnManagedNodes, Some(model::Placement::Managed));
    } else if info.is_none() && judged.findings.is_empty() && !is_named {
        (report.verdict, report.reason, report.did_you_mean) = class(object);
        report.workload = matches!(report.verdict, Verdict::NotLookedInto);
    }
    report
}

/// What is said of an object whose kind no rule knows.
fn class(object: &Object) -> (Verdict, Option<String>, Option<String>) {
    let value: Value = serde_json::from_str(&object.json()).unwrap_or_default();
    match classify(object.group(), &object.kind, &value) {
        Class::WithoutPods => (Verdict::WithoutPods, None, None),
        Class::NotLookedInto { .. } => {
            let reason = "it has settings of pods, and no rule looks into this kind".to_owned();
            (Verdict::NotLookedInto, Some(reason), None)
        }
        Class::NoKind { meant } => {
            let reason = "Kubernetes has no such kind".to_owned();
            (Verdict::NotLookedInto, Some(reason), meant.map(|meant| meant.to_string()))
        }
    }
}

/// Facts of the settings that a report needs.
#[derive(Debug)]
struct Facts {
    /// Group and kind of what the setting `podTemplates` names.
    named: Vec<(String, String)>,
    /// Whether there are managed nodes besides the virtual ones.
    is_mixed: bool,
}

impl Facts {
    fn of(settings: &RawValue) -> Self {
        let value: Value = serde_json::from_str(settings.get()).unwrap_or_default();
        Self { named: named_kinds(settings), is_mixed: value["nodeKind"] == "mixed" }
    }
}

/// Group and kind of what the setting `podTemplates` names.
pub(crate) fn named_kinds(settings: &RawValue) -> Vec<(String, String)> {
    let settings: Value = serde_json::from_str(settings.get()).unwrap_or_default();
    let entries = settings["podTemplates"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    entries.map(|entry| (text(&entry["group"]), text(&entry["kind"]))).collect()
}

fn unread_file(one: &Unreadable) -> model::Unreadable {
    model::Unreadable {
        location: Location {
            file: Some(one.file.clone()),
            line: one.at.map(|at| at.line),
            column: one.at.map(|at| at.column),
        },
        object: None,
        reason: one.reason.clone(),
    }
}

fn finding(judged: &Judged, finding: &Finding, object: &Object) -> model::Finding {
    let found = &finding.found;
    model::Finding {
        rule: found.rule.to_owned(),
        level: if found.level == Level::Deny { model::Level::Deny } else { model::Level::Warn },
        path: found.path.clone(),
        anchor: fingerprint::anchor(&found.path, |entry| name_at(object, &found.steps, entry)),
        location: Location::new(&judged.file, finding.at.line, finding.at.column),
        container: found.container.clone(),
        child: None,
        problem: found.problem.clone(),
        remedy: found.remedy.clone(),
        fix: match (found.fixed, finding.remains()) {
            (true, false) => Fix::Made,
            (true, true) => Fix::Admission,
            (false, _) => Fix::Manual,
        },
        changes: finding.changed.clone(),
        edits: Vec::new(),
        exempt: found.exempted.then_some(Exemption { by: ExemptBy::Settings, reason: None }),
        baseline: None,
        link: Some(model::rule_page(found.rule)),
        fingerprint: String::new(),
    }
}

/// The name of the list entry at `entry`, which is the beginning of the path of `steps`.
fn name_at(object: &Object, steps: &[Step], entry: &str) -> Option<String> {
    let is_index = |part: &&str| part.split_once(']').is_some_and(|(digits, _)| digits.parse::<usize>().is_ok());
    let count = entry.split('[').skip(1).filter(is_index).count();
    let indices = steps.iter().enumerate().filter(|(_, step)| matches!(step, Step::Index(_)));
    let (last, _) = indices.into_iter().nth(count.checked_sub(1)?)?;
    let name = [steps.get(..=last)?, &[Step::Key("name".to_owned())]].concat();
    object.value_at(&name)?.as_str().map(str::to_owned)
}

fn skipped(reason: &str, all: &[&crate::input::Skipped]) -> model::Skipped {
    let place = |one: &&crate::input::Skipped| match one.line {
        Some(line) => format!("{}:{line}", one.file),
        None => one.file.clone(),
    };
    model::Skipped { reason: reason.to_owned(), count: all.len(), examples: all.iter().map(place).collect() }
}

fn file_fix(fix: &check::FileFix) -> model::FileFix {
    match fix {
        check::FileFix::Fixed { file, diff, .. } => model::FileFix::Fixed { file: file.clone(), diff: diff.clone() },
        check::FileFix::NotWritten { file, reason } => {
            model::FileFix::NotWritten { file: file.clone(), reason: reason.clone() }
        }
        check::FileFix::LeftAlone { file, line, reason } => {
            model::FileFix::LeftAlone { file: file.clone(), line: *line, reason: reason.clone() }
        }
    }
}
