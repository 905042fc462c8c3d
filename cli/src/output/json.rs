//! The report for programs. Its form is `docs/report.schema.json`.

use std::io::{self, Write};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::model::Report;
use super::summary::{self, Counts, GroupBy, GroupRow, Progress, RuleRow, UnknownKind};

/// A report and what follows from it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// How many objects came to what.
    summary: Counts,
    /// How far the workloads are from virtual nodes.
    progress: Progress,
    /// The same for each namespace, with the objects that are denied and warned about.
    by_namespace: Vec<GroupRow>,
    /// The findings of each rule.
    by_rule: Vec<RuleRow>,
    /// Kinds that no rule knows.
    not_looked_into: Vec<UnknownKind>,
    /// The same in one sentence.
    sentence: String,
}

/// Writes the report as one JSON document.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let counts = Counts::of(report);
    let document = Document {
        report,
        summary: counts,
        progress: Progress::of(&report.objects),
        by_namespace: summary::groups(report, GroupBy::Namespace),
        by_rule: summary::rules(report),
        not_looked_into: summary::unknown_kinds(report),
        sentence: counts.sentence(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Reads a report that [`write`] has written. What is no such report, and a later version of its form, is an error that
/// says what is wrong and where.
pub fn read(text: &str) -> Result<Report, String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        schema_version: Option<u32>,
    }
    let head: Head = serde_json::from_str(text).map_err(|error| format!("it isn't a JSON report: {error}"))?;
    match head.schema_version {
        None => return Err("it isn't a report of `oke-vn`: it has no schemaVersion".to_owned()),
        Some(version) if version > super::model::SCHEMA_VERSION => {
            let known = super::model::SCHEMA_VERSION;
            return Err(format!(
                "its schemaVersion is {version}, and this program reads up to {known}: use a newer one"
            ));
        }
        Some(_) => {}
    }
    serde_json::from_str(text).map_err(|error| format!("it isn't a report of this version: {error}"))
}

/// The JSON Schema of a report: the content of `docs/report.schema.json`.
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Document<'_>>();
    schema.insert("title".to_owned(), "A report of oke-vn".into());
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}
