//! Prints the size of a module, and the fuel of the requests for the budgets.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use harness::fuel::Meter;
use harness::samples;

/// Prints the size of a module, and the fuel of the requests for the budgets
#[derive(Parser)]
struct Options {
    /// Built modules; each gets a column
    #[arg(required = true, value_name = "MODULE")]
    modules: Vec<PathBuf>,

    /// The directory with the recorded reviews [default: that of this repository]
    #[arg(long, value_name = "DIR")]
    test_data: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let test_data = options.test_data.unwrap_or_else(samples::test_data);
    let mut sizes = String::new();
    let mut meters = Vec::new();
    for path in &options.modules {
        let module = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        sizes.push_str(&format!(" {:>12}", module.len()));
        meters.push(Meter::new(&module).map_err(|error| anyhow::anyhow!("{}: {error:#}", path.display()))?);
    }
    println!("{:24}{sizes}", "bytes");
    for (name, payload) in samples::measured(&test_data)? {
        print!("{name:24}");
        for meter in &meters {
            let (_, fuel) = meter.call("validate", &payload).map_err(|error| anyhow::anyhow!("{name}: {error:#}"))?;
            print!(" {fuel:>12}");
        }
        println!();
    }
    Ok(())
}
