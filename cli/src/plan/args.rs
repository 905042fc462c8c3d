//! The options of `oke-vn plan`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rust_decimal::Decimal;
use serde_json::Value;

use super::allocation::{Gigabyte, Rates, Shape};
use super::cost::{self, Prices};
use super::count::Replicas;

/// What stands below the options in the help.
pub const PLAN_HELP: &str = "\
Examples:
  oke-vn plan manifests/
  helm template shop ./chart | oke-vn plan --namespace shop -
  kubectl get deploy,sts,ds,cj -A -o yaml | oke-vn plan -
  oke-vn plan --count-denied manifests/
  oke-vn plan --replicas hpa-max --surge manifests/
  oke-vn plan --price-ocpu 0.03 --price-gb 0.002 --price-node 0.02 manifests/
  oke-vn plan --prices prices.yaml --output html manifests/ > plan.html

Prices are those of your contract; none is built in. A file of prices has `ocpu`, `gb` and `node` (of an hour), and may \
have `hours` (of a month) and `currency`.

Exit status:
  0  there is a plan
  2  something could not be read, or the command line or the settings are wrong";

/// The command line of `oke-vn plan`.
#[derive(Debug, Clone, clap::Args)]
pub struct PlanArgs {
    /// Files, directories with all that is below them, or `-` for standard input
    #[arg(value_name = "PATH", required_unless_present = "scan")]
    pub paths: Vec<PathBuf>,

    /// Plan what a cluster had: a report that `oke-vn scan --save` wrote
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub scan: Option<PathBuf>,

    /// The namespace of objects that name none
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    pub namespace: String,

    /// The shape of the virtual node pool
    #[arg(long, value_enum, value_name = "SHAPE", default_value = "Pod.Standard.E4.Flex", ignore_case = true)]
    pub shape: Shape,

    /// How many CPUs of Kubernetes make one OCPU, which Oracle does not say [default: 2 for E3 and E4, 1 for A1]
    #[arg(long, value_name = "1|2", value_parser = clap::value_parser!(u8).range(1..=2))]
    pub cpu_per_ocpu: Option<u8>,

    /// The bytes of a GB of memory: 10^9 (`decimal`) or 2^30 (`binary`), which Oracle does not say
    #[arg(long, value_enum, value_name = "BYTES", default_value_t)]
    pub gigabyte: Gigabyte,

    /// The replicas of workloads with an autoscaler: their own within its bounds, or its upper bound
    #[arg(long, value_enum, value_name = "WHICH", default_value_t)]
    pub replicas: Replicas,

    /// Count the Pods that a rollout of all workloads has in addition
    #[arg(long)]
    pub surge: bool,

    /// Count workloads that the policy denies today, as if they were changed
    #[arg(long)]
    pub count_denied: bool,

    /// The price of an OCPU for an hour
    #[arg(long, value_name = "PRICE", value_parser = cost::parse)]
    pub price_ocpu: Option<Decimal>,

    /// The price of a GB of memory for an hour
    #[arg(long, value_name = "PRICE", value_parser = cost::parse)]
    pub price_gb: Option<Decimal>,

    /// The price of a virtual node for an hour
    #[arg(long, value_name = "PRICE", value_parser = cost::parse)]
    pub price_node: Option<Decimal>,

    /// A file with prices, YAML or JSON; options win over it
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,

    /// The hours of a month [default: 730]
    #[arg(long, value_name = "HOURS", value_parser = cost::parse)]
    pub hours: Option<Decimal>,

    /// How to print the plan
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Format,
}

/// The format of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// A line a workload, for a spreadsheet.
    Csv,
    /// Everything, for programs.
    Json,
    /// For a merge request.
    Markdown,
    /// A page.
    Html,
}

/// What a plan assumes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The units of Oracle's arithmetic.
    pub rates: Rates,
    /// Whether the user has said how many CPUs make an OCPU.
    pub cpu_per_ocpu_is_given: bool,
    /// Which replicas count where there is an autoscaler.
    pub replicas: Replicas,
    /// Whether the Pods of a rollout are in the sums.
    pub surge: bool,
    /// Whether what is denied is in the sums.
    pub count_denied: bool,
    /// The namespace of objects that name none.
    pub namespace: String,
    /// The prices.
    pub prices: Prices,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rates: Rates::of_shape(Shape::E4),
            cpu_per_ocpu_is_given: false,
            replicas: Replicas::Spec,
            surge: false,
            count_denied: false,
            namespace: "default".to_owned(),
            prices: Prices::default(),
        }
    }
}

impl PlanArgs {
    /// The options. `read` reads the file of prices.
    ///
    /// # Errors
    /// If there is such a file, and it cannot be read or has something else in it.
    pub fn options(&self, read: &dyn Fn(&Path) -> Result<Value>) -> Result<Options> {
        let prices = Prices {
            ocpu: self.price_ocpu,
            gb: self.price_gb,
            node: self.price_node,
            hours: self.hours,
            currency: None,
        };
        let prices = match &self.prices {
            Some(path) => {
                let file = read(path).and_then(|value| Prices::of_value(&value));
                prices.or(file.with_context(|| format!("cannot read prices from {}", path.display()))?)
            }
            None => prices,
        };
        let by_shape = Rates::of_shape(self.shape);
        let cpus_per_ocpu = self.cpu_per_ocpu.unwrap_or(by_shape.cpus_per_ocpu);
        Ok(Options {
            rates: Rates { cpus_per_ocpu, gigabyte: self.gigabyte, ..by_shape },
            cpu_per_ocpu_is_given: self.cpu_per_ocpu.is_some(),
            replicas: self.replicas,
            surge: self.surge,
            count_denied: self.count_denied,
            namespace: self.namespace.clone(),
            prices,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: PlanArgs,
    }

    fn options(line: &[&str]) -> Result<Options> {
        let line = Line::try_parse_from([&["plan"], line].concat())?;
        line.args.options(&|_| Ok(json!({"ocpu": 1, "hours": 100})))
    }

    #[test]
    fn the_shape_decides_how_many_cpus_make_an_ocpu() {
        for (line, expected) in [
            (vec!["."], 2),
            (vec![".", "--shape", "Pod.Standard.E3.Flex"], 2),
            (vec![".", "--shape", "pod.standard.a1.flex"], 1),
            (vec![".", "--shape", "Pod.Standard.A1.Flex", "--cpu-per-ocpu", "2"], 2),
            (vec![".", "--cpu-per-ocpu", "1"], 1),
        ] {
            let options = options(&line).unwrap();
            assert_eq!(options.rates.cpus_per_ocpu, expected, "{line:?}");
            assert_eq!(options.cpu_per_ocpu_is_given, line.contains(&"--cpu-per-ocpu"), "{line:?}");
        }
    }

    #[test]
    fn a_wrong_command_line_is_refused() {
        for line in [
            vec![],
            vec![".", "--cpu-per-ocpu", "3"],
            vec![".", "--price-ocpu", "-1"],
            vec![".", "--price-gb", "cheap"],
            vec![".", "--shape", "VM.Standard.E4.Flex"],
        ] {
            assert!(options(&line).is_err(), "{line:?}");
        }
    }

    #[test]
    fn options_win_over_the_file_of_prices() {
        let options = options(&[".", "--prices", "p.yaml", "--price-ocpu", "0.5"]).unwrap();
        assert_eq!(options.prices.ocpu, Some("0.5".parse().unwrap()));
        assert_eq!(options.prices.hours(), Decimal::from(100));
    }
}
