//! The whole plan as one JSON document. The names of its fields are part of the interface.

use std::io::{self, Write};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Serialize;
use serde_json::{Value, json};

use crate::plan::Plan;
use crate::plan::allocation::{ALLOCATION_PAGE, Kind, STORAGE_GB};
use crate::plan::amount::{Amount, NANOS};
use crate::plan::args::Options;
use crate::plan::cost;
use crate::plan::workload::{Reason, Row, Total};

/// Writes the plan.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let options = &plan.options;
    let document = json!({
        "assumptions": assumptions(options),
        "workloads": plan.rows.iter().map(|row| workload(row, &[], options)).collect::<Vec<_>>(),
        "total": total(&plan.total, options),
        "podsBelowHalfAnOcpu": plan.small_pods,
        "notOnVirtualNodes": plan.apart.iter().map(|apart| workload(&apart.row, &apart.reasons, options)).collect::<Vec<_>>(),
        "totalIfNotDenied": total(&plan.apart_total, options),
        "notCounted": plan.uncounted,
        "remarks": plan.remarks,
        "unread": plan.unread,
        "capacity": plan.capacity,
        "ports": plan.ports,
        "cost": plan.cost.as_ref().map(|cost| json!({
            "month": number(cost.sum()),
            "pods": number(cost.pods),
            "virtualNodes": number(cost.nodes),
            "rounding": number(cost.rounding),
        })),
        "advice": plan.advice.iter().map(|advice| json!({
            "kind": advice.waste,
            "workload": advice.workload,
            "source": advice.source,
            "text": advice.text,
            "saves": {"ocpus": advice.ocpus, "gb": advice.gb, "month": priced(advice.month, options)},
        })).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn assumptions(options: &Options) -> Value {
    let prices = &options.prices;
    json!({
        "shape": options.rates.shape,
        "cpuPerOcpu": options.rates.cpus_per_ocpu,
        "cpuPerOcpuIsDefault": !options.cpu_per_ocpu_is_given,
        "gigabyte": options.rates.gigabyte,
        "replicas": options.replicas,
        "surgeIsCounted": options.surge,
        "deniedIsCounted": options.count_denied,
        "storageGbEach": STORAGE_GB,
        "prices": {
            "ocpu": prices.ocpu.map(number),
            "gb": prices.gb.map(number),
            "node": prices.node.map(number),
            "hours": number(prices.hours()),
            "currency": prices.currency,
        },
        "source": ALLOCATION_PAGE,
    })
}

/// Per Pod, and for all Pods of the row.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    pods: u64,
    cpu_asked: f64,
    memory_bytes_asked: f64,
    ocpus_given: u64,
    gb_given: u64,
    cpu_factor: Option<f64>,
    memory_factor: Option<f64>,
    cost_month: Option<f64>,
    cost_rounding_month: Option<f64>,
}

fn total(total: &Total, options: &Options) -> Figures {
    let unit = Amount::of_nanos(NANOS);
    Figures {
        pods: total.pods,
        cpu_asked: total.cpu.in_units(unit),
        memory_bytes_asked: total.memory.in_units(unit),
        ocpus_given: total.ocpus,
        gb_given: total.gb,
        cpu_factor: total.cpu_factor(options),
        memory_factor: total.memory_factor(options),
        cost_month: priced(cost::of_total(total, &options.prices), options),
        cost_rounding_month: priced(cost::of_rounding(total, options), options),
    }
}

fn workload(row: &Row, reasons: &[Reason], options: &Options) -> Value {
    let unit = Amount::of_nanos(NANOS);
    json!({
        "apiVersion": row.api_version,
        "kind": row.id.kind,
        "namespace": row.id.namespace,
        "name": row.id.name,
        "part": row.part,
        "source": row.source,
        "pods": row.count.pods,
        "podsMoreInRollout": row.count.surge,
        "podsReason": row.count.why,
        "each": {
            "cpuAsked": row.pod.asked(Kind::Cpu).in_units(unit),
            "memoryBytesAsked": row.pod.asked(Kind::Memory).in_units(unit),
            "ocpusGiven": row.given.ocpus,
            "gbGiven": row.given.gb,
            "gbps": row.given.gbps(),
            "cpuBeforeRounding": row.given.cpu.in_units(unit),
            "memoryBytesBeforeRounding": row.given.memory.in_units(unit),
        },
        "all": total(&row.total(options), options),
        "notes": row.notes,
        "reasons": reasons,
    })
}

fn priced(amount: Decimal, options: &Options) -> Option<f64> {
    options.prices.is_given().then(|| number(amount))
}

fn number(amount: Decimal) -> f64 {
    amount.to_f64().unwrap_or_default()
}
