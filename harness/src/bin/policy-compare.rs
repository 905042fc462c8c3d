//! Compares two policies on all requests of the tests and on generated requests.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use harness::compare::{Difference, Judge, Options, Outcome, compare};
use harness::corpus::Corpus;
use harness::engine::{Offline, Policy};
use harness::{generate, samples};

/// Sends the same requests to two policies and reports differences in responses, byte for byte, and in look-ups. Exits
/// with 1 if there are any
#[derive(Parser)]
struct Arguments {
    /// A built module, or `native` for the policy in this program
    first: PathBuf,

    /// Another module, or `native`
    second: PathBuf,

    /// Number of generated requests
    #[arg(long, default_value_t = 10_000)]
    requests: u64,

    /// Seed of the generated requests: the same seed gives the same requests
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Evaluate only generated requests, without those of the tests
    #[arg(long)]
    generated_only: bool,

    /// Evaluate only this generated request, and print its payload and both answers
    #[arg(long, value_name = "INDEX")]
    only: Option<u64>,

    /// Ignore differences in the words of messages and in the annotation; rules, paths, verdicts and changes must be
    /// equal
    #[arg(long)]
    ignore_texts: bool,

    /// Number of differences to print in full
    #[arg(long, default_value_t = 5)]
    show: usize,

    /// The directory with the tests' requests [default: that of this repository]
    #[arg(long, value_name = "DIR")]
    test_data: Option<PathBuf>,

    /// Number of threads [default: one for each processor]
    #[arg(long)]
    threads: Option<usize>,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let judges = [judge(&arguments.first)?, judge(&arguments.second)?];
    let corpus = Corpus::read(&arguments.test_data.clone().unwrap_or_else(samples::test_data))?;
    let threads = arguments.threads.or_else(|| std::thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let options = Options { ignore_texts: arguments.ignore_texts, threads, keep: arguments.show };
    if let Some(index) = arguments.only {
        let sample = generate::sample(&corpus, arguments.seed, index);
        let answers = [judges[0].answer(&sample), judges[1].answer(&sample)];
        print_difference(&Difference { sample, answers });
        return Ok(ExitCode::SUCCESS);
    }
    let mut different = 0;
    if !arguments.generated_only {
        let samples = corpus.samples();
        let sample = |index: u64| samples[usize::try_from(index).unwrap_or_default()].clone();
        let outcome = compare(&judges, samples.len() as u64, &sample, options);
        different += print("Requests of the tests", &outcome, &corpus);
    }
    let sample = |index| generate::sample(&corpus, arguments.seed, index);
    let outcome = compare(&judges, arguments.requests, &sample, options);
    different += print("Generated requests", &outcome, &corpus);
    Ok(if different == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn judge(path: &Path) -> Result<Judge> {
    if path.as_os_str() == "native" {
        return Ok(Judge::Native);
    }
    let module = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let policy = Policy::new(&module, Offline::default()).with_context(|| format!("cannot use {}", path.display()))?;
    Ok(Judge::Module(Box::new(policy)))
}

/// Prints an outcome and returns the number of differences.
fn print(title: &str, outcome: &Outcome, corpus: &Corpus) -> u64 {
    println!("{title}: {} requests, {} differences", outcome.requests(), outcome.different());
    for (class, (requests, different)) in outcome.classes.iter().filter(|(_, (_, different))| *different > 0) {
        println!("  {different:>8} differences in {requests:>8} requests: {class}");
    }
    for (verdict, count) in &outcome.verdicts {
        println!("  first answer: {verdict:36} {count:>8}");
    }
    let unseen: Vec<_> = corpus.rules.iter().filter(|rule| !outcome.rules.contains_key(*rule)).collect();
    println!("  rules named: {} of {}; never: {unseen:?}", corpus.rules.len() - unseen.len(), corpus.rules.len());
    outcome.differences.iter().for_each(print_difference);
    outcome.different()
}

fn print_difference(difference: &Difference) {
    let Difference { sample, answers } = difference;
    println!("\n=== {} ({})", sample.name, sample.class);
    println!("payload: {}", String::from_utf8_lossy(&sample.payload));
    println!("cluster: {:?}", sample.answers);
    for (name, answer) in ["first", "second"].into_iter().zip(answers) {
        match &answer.response {
            Ok(response) => println!("{name}: {}", String::from_utf8_lossy(response)),
            Err(error) => println!("{name}: failed: {error}"),
        }
        println!("{name} asked: {:?}", answer.questions);
    }
}
