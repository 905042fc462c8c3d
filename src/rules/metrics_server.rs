//! `metrics-server`: finds the Metrics Server, which has to be deployed differently.

use crate::check::prelude::*;
use crate::check::detection;
use crate::kubernetes::products::METRICS_SERVER;

/// The rule.
pub static RULE: Rule = Rule {
    id: "metrics-server",
    strict: Warn,
    tolerant: Warn,
    rows: doc(&[Row::MetricsServer]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Workload(check)];

/// The interval at which virtual nodes measure, in milliseconds.
const MIN_RESOLUTION: u64 = 60_000;

fn check(cx: &mut Context) {
    let is_too_fine = cx.object.pods().any(|pod| pod.containers().into_iter().any(is_too_fine));
    let problem = if is_too_fine {
        "its --metric-resolution is below 60s, too often for virtual nodes"
    } else {
        "virtual nodes need it deployed differently"
    };
    detection::report(cx, &[&METRICS_SERVER], problem, "deploy it standalone with --metric-resolution=60s");
}

/// Returns true if a container's arguments set a shorter interval than that of virtual nodes.
fn is_too_fine(container: Container) -> bool {
    let mut follows = false;
    for argument in container.command().into_iter().chain(container.args()) {
        let value = if follows { Some(argument.value) } else { argument.value.strip_prefix("--metric-resolution=") };
        if value.and_then(milliseconds).is_some_and(|resolution| resolution < MIN_RESOLUTION) {
            return true;
        }
        follows = argument.value == "--metric-resolution";
    }
    false
}

/// Parses a Go duration, such as `15s` or `1m30s`, into milliseconds.
fn milliseconds(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 6] = [("ms", 1), ("us", 0), ("ns", 0), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];
    let mut rest = text;
    let mut sum: u64 = 0;
    while !rest.is_empty() {
        let end = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let (number, unit) = rest.split_at_checked(end)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let thousandths =
            fraction.bytes().chain(*b"000").take(3).fold(whole.parse::<u64>().unwrap_or(0), |sum, digit| {
                sum.saturating_mul(10).saturating_add(digit.saturating_sub(b'0').into())
            });
        let (factor, after) = UNITS.iter().find_map(|(name, factor)| Some((*factor, unit.strip_prefix(name)?)))?;
        sum = sum.saturating_add(thousandths.saturating_mul(factor).div_euclid(1000));
        rest = after;
    }
    (!text.is_empty()).then_some(sum)
}
