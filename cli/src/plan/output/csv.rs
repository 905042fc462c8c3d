//! A line a workload, for a spreadsheet. The names of the columns are part of the interface.
//!
//! The assumptions are columns of every line, so that they are not lost when lines are copied.

use std::io::{self, Write};

use csv::Writer;

use super::document::asked;
use crate::plan::Plan;
use crate::plan::args::Options;
use crate::plan::cost;
use crate::plan::workload::Row;

const COLUMNS: [&str; 26] = [
    "namespace",
    "name",
    "kind",
    "api_version",
    "part",
    "file",
    "line",
    "on_virtual_nodes",
    "reason",
    "pods",
    "pods_more_in_rollout",
    "pods_reason",
    "cpu_asked_each",
    "gb_asked_each",
    "ocpu_given_each",
    "gb_given_each",
    "gbps_each",
    "ocpu_given",
    "gb_given",
    "cpu_factor",
    "gb_factor",
    "cost_month",
    "cost_rounding_month",
    "shape",
    "cpu_per_ocpu",
    "gigabyte",
];

/// Writes the rows that run on virtual nodes, and then those that do not.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let options = &plan.options;
    let mut writer = Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    for row in &plan.rows {
        writer.write_record(record(row, "", options))?;
    }
    for apart in &plan.apart {
        let reasons: Vec<String> = apart.reasons.iter().map(|reason| reason.text(options)).collect();
        writer.write_record(record(&apart.row, &reasons.join("; "), options))?;
    }
    writer.flush()
}

fn record(row: &Row, reason: &str, options: &Options) -> [String; COLUMNS.len()] {
    let total = row.total(options);
    let factor = |factor: Option<f64>| factor.map_or_else(String::new, |factor| format!("{factor:.3}"));
    let money = |amount| if options.prices.is_given() { cost::cents(amount) } else { String::new() };
    let [cpu, memory] = asked(row, options);
    [
        cell(&row.id.namespace),
        cell(&row.id.name),
        cell(&row.id.kind),
        cell(&row.api_version),
        cell(&row.part),
        cell(&row.source.file),
        row.source.line.to_string(),
        reason.is_empty().to_string(),
        cell(reason),
        total.pods.to_string(),
        row.count.surge.to_string(),
        cell(&row.count.why),
        cpu,
        memory,
        row.given.ocpus.to_string(),
        row.given.gb.to_string(),
        row.given.gbps().to_string(),
        total.ocpus.to_string(),
        total.gb.to_string(),
        factor(total.cpu_factor(options)),
        factor(total.memory_factor(options)),
        money(cost::of_total(&total, &options.prices)),
        money(cost::of_rounding(&total, options)),
        options.rates.shape.name().to_owned(),
        options.rates.cpus_per_ocpu.to_string(),
        format!("{:?}", options.rates.gigabyte).to_lowercase(),
    ]
}

/// A spreadsheet takes a text that starts like this for a formula. An apostrophe in front keeps it a text.
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
