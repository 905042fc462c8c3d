//! What a month costs, at prices that the user gives.

use anyhow::{Result, bail};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

use super::amount::Amount;
use super::args::Options;
use super::capacity::Capacity;
use super::workload::Total;

/// The hours of an average month: 365 days, 24 hours, by 12.
pub const HOURS: u32 = 730;

/// Prices of an hour. None is built in: they differ by contract and change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prices {
    /// Of an OCPU.
    pub ocpu: Option<Decimal>,
    /// Of a GB of memory.
    pub gb: Option<Decimal>,
    /// Of a virtual node.
    pub node: Option<Decimal>,
    /// The hours of a month; [`HOURS`] where nothing is said.
    pub hours: Option<Decimal>,
    /// The currency, for the report.
    pub currency: Option<String>,
}

impl Prices {
    /// Reads prices from a map with `ocpu`, `gb`, `node`, `hours` and `currency`, all optional.
    ///
    /// # Errors
    /// If it is something else, or a price is not a number or below zero. The error names the field, not its content.
    pub fn of_value(value: &Value) -> Result<Self> {
        let Some(fields) = value.as_object() else { bail!("not a map of prices (ocpu, gb, node, hours, currency)") };
        let mut prices = Self::default();
        for (key, value) in fields {
            match key.as_str() {
                "ocpu" => prices.ocpu = Some(price(key, value)?),
                "gb" => prices.gb = Some(price(key, value)?),
                "node" => prices.node = Some(price(key, value)?),
                "hours" => prices.hours = Some(price(key, value)?),
                "currency" => match value.as_str() {
                    Some(currency) => prices.currency = Some(currency.to_owned()),
                    None => bail!("currency: not a text"),
                },
                _ => bail!("there is a field besides ocpu, gb, node, hours and currency"),
            }
        }
        Ok(prices)
    }

    /// The same prices, with those of `other` where it has them.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            ocpu: self.ocpu.or(other.ocpu),
            gb: self.gb.or(other.gb),
            node: self.node.or(other.node),
            hours: self.hours.or(other.hours),
            currency: self.currency.or(other.currency),
        }
    }

    /// Whether there is any price.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.ocpu.is_some() || self.gb.is_some() || self.node.is_some()
    }

    /// The hours of a month.
    #[must_use]
    pub fn hours(&self) -> Decimal {
        self.hours.unwrap_or_else(|| HOURS.into())
    }

    /// The prices that are missing, for the report.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let all = [("OCPU", self.ocpu), ("GB", self.gb), ("virtual node", self.node)];
        all.iter().filter(|(_, price)| price.is_none()).map(|(name, _)| *name).collect()
    }

    /// What so many OCPUs and GB cost in a month. What has no price costs nothing.
    #[must_use]
    pub fn month(&self, ocpus: Decimal, gb: Decimal) -> Decimal {
        let hour = ocpus
            .saturating_mul(self.ocpu.unwrap_or_default())
            .saturating_add(gb.saturating_mul(self.gb.unwrap_or_default()));
        hour.saturating_mul(self.hours())
    }

    /// What so many virtual nodes cost in a month.
    #[must_use]
    pub fn month_of_nodes(&self, nodes: u64) -> Decimal {
        Decimal::from(nodes).saturating_mul(self.node.unwrap_or_default()).saturating_mul(self.hours())
    }
}

/// Reads a price: a number, or a text with one.
///
/// # Errors
/// If it is neither, or below zero.
fn price(key: &str, value: &Value) -> Result<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => String::new(),
    };
    parse(&text).map_err(|reason| anyhow::anyhow!("{key}: {reason}"))
}

/// Reads a price.
///
/// # Errors
/// If it is not a decimal number, or below zero.
pub fn parse(text: &str) -> Result<Decimal, String> {
    let number = text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(text));
    match number {
        Ok(number) if number.is_sign_negative() && !number.is_zero() => Err("below zero".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("not a decimal number, such as 0.025".to_owned()),
    }
}

/// The cost of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// Of the Pods.
    pub pods: Decimal,
    /// Of the virtual nodes.
    pub nodes: Decimal,
    /// The part of the Pods' cost that is for rounding up alone.
    pub rounding: Decimal,
}

impl Cost {
    /// The cost of the Pods in the sum, and of the virtual nodes; `None` without prices.
    #[must_use]
    pub fn of(total: &Total, capacity: &Capacity, options: &Options) -> Option<Self> {
        let prices = options.prices.is_given().then_some(&options.prices)?;
        Some(Self {
            pods: of_total(total, prices),
            nodes: prices.month_of_nodes(capacity.virtual_nodes),
            rounding: of_rounding(total, options),
        })
    }

    /// All of it.
    #[must_use]
    pub fn sum(&self) -> Decimal {
        self.pods.saturating_add(self.nodes)
    }
}

/// The cost of a month of what a total is given.
#[must_use]
pub fn of_total(total: &Total, prices: &Prices) -> Decimal {
    prices.month(total.ocpus.into(), total.gb.into())
}

/// The cost of a month of what a total is given by rounding up alone.
#[must_use]
pub fn of_rounding(total: &Total, options: &Options) -> Decimal {
    let Options { rates, prices, .. } = options;
    prices.month(units(total.rounded_cpu, rates.ocpu()), units(total.rounded_memory, rates.gb()))
}

/// An amount of money, rounded to two decimal places.
#[must_use]
pub fn cents(amount: Decimal) -> String {
    format!("{:.2}", amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
}

/// An amount in units, cut off after 9 decimal places.
fn units(amount: Amount, unit: Amount) -> Decimal {
    const NANO: u128 = 1_000_000_000;
    let unit = unit.nanos().max(1);
    // A unit has at most 60 bits, so the rest times 2^30 fits.
    let (whole, rest) = (amount.nanos() / unit, amount.nanos() % unit);
    let parts = i128::try_from(rest.saturating_mul(NANO) / unit).unwrap_or(0);
    let whole = i128::try_from(whole).ok().and_then(|whole| Decimal::try_from_i128_with_scale(whole, 0).ok());
    let parts = Decimal::try_from_i128_with_scale(parts, 9).unwrap_or_default();
    whole.unwrap_or(Decimal::MAX).saturating_add(parts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn prices_are_read_exactly() {
        let prices =
            Prices::of_value(&json!({"ocpu": 0.025, "gb": "0.0015", "node": 1.5e-2, "currency": "EUR"})).unwrap();
        assert_eq!(prices.ocpu, Some(decimal("0.025")));
        assert_eq!(prices.gb, Some(decimal("0.0015")));
        assert_eq!(prices.node, Some(decimal("0.015")));
        assert_eq!(prices.hours(), decimal("730"));
        // 12 OCPU and 24 GB: (0.3 + 0.036) * 730.
        assert_eq!(prices.month(12.into(), 24.into()), decimal("245.28"));
        assert_eq!(prices.month_of_nodes(2), decimal("21.90"));
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for value in [
            json!([]),
            json!({"ocpu": "s3cret"}),
            json!({"gb": -1}),
            json!({"node": null}),
            json!({"currency": 1}),
            json!({"s3cret": 1}),
        ] {
            let error = Prices::of_value(&value).unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn an_option_wins_over_the_file() {
        let option = Prices { ocpu: Some(decimal("2")), ..Prices::default() };
        let file = Prices { ocpu: Some(decimal("1")), gb: Some(decimal("3")), ..Prices::default() };
        let both = option.or(file);
        assert_eq!((both.ocpu, both.gb), (Some(decimal("2")), Some(decimal("3"))));
        assert_eq!(both.missing(), ["virtual node"]);
    }

    #[test]
    fn amounts_become_decimals() {
        let cpu = |nanos| Amount::of_nanos(nanos);
        assert_eq!(units(cpu(750_000_000), cpu(2_000_000_000)), decimal("0.375"));
        assert_eq!(units(cpu(0), cpu(0)), decimal("0"));
        assert_eq!(units(cpu(u128::MAX), cpu(1)), Decimal::MAX);
    }
}
