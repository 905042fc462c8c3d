//! Exact amounts of a resource: CPUs or bytes, in billionths.
//!
//! Kubernetes keeps no more precision than that, so nothing is rounded before Oracle's rounding.

use std::iter::Sum;

use oke_virtual_nodes_policy::document::quantity::Quantity;
use serde_json::Value;

/// The billionths of a unit.
pub const NANOS: u128 = 1_000_000_000;

/// An amount of CPUs or bytes, never below zero. Sums that 128 bits cannot hold saturate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(u128);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount in billionths of a unit.
    #[must_use]
    pub const fn of_nanos(nanos: u128) -> Self {
        Self(nanos)
    }

    /// The amount of a Kubernetes quantity: a string, or a number. `None` if Kubernetes refuses it, or it is negative.
    #[must_use]
    pub fn of_quantity(value: &Value) -> Option<Self> {
        let quantity = match value {
            Value::String(text) => Quantity::parse(text),
            Value::Number(number) => Quantity::parse(&number.to_string()),
            _ => None,
        };
        quantity?.nanos().map(Self)
    }

    /// In billionths of a unit.
    #[must_use]
    pub const fn nanos(self) -> u128 {
        self.0
    }

    /// The sum of both.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left after `other` is taken away; nothing if that is more.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The amount, so many times.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count.into()))
    }

    /// The smallest number of whole `unit`s that hold the amount.
    #[must_use]
    pub fn round_up(self, unit: Self) -> u64 {
        u64::try_from(self.0.div_ceil(unit.0.max(1))).unwrap_or(u64::MAX)
    }

    /// The number of `unit`s, for people and for JSON: not exact.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the exact value is kept; this one is printed")]
    pub fn in_units(self, unit: Self) -> f64 {
        let unit = unit.0.max(1);
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_strings_or_numbers() {
        for (value, nanos) in [
            (Value::from("250m"), Some(250_000_000)),
            (Value::from(2), Some(2 * NANOS)),
            (Value::from(0.1), Some(100_000_000)),
            (Value::from("1Gi"), Some((1 << 30) * NANOS)),
            (Value::from("-1"), None),
            (Value::from("1 GB"), None),
            (Value::Null, None),
            (Value::from(true), None),
        ] {
            assert_eq!(Amount::of_quantity(&value).map(Amount::nanos), nanos, "{value}");
        }
    }

    #[test]
    fn sums_saturate() {
        let most = Amount::of_nanos(u128::MAX);
        assert_eq!(most.plus(Amount::of_nanos(1)), most);
        assert_eq!(most.times(2), most);
        assert_eq!(most.round_up(Amount::of_nanos(1)), u64::MAX);
        assert_eq!(Amount::ZERO.minus(most), Amount::ZERO);
    }

    #[test]
    fn units_are_whole() {
        let unit = Amount::of_nanos(NANOS);
        for (nanos, units) in [(0, 0), (1, 1), (NANOS, 1), (NANOS + 1, 2)] {
            assert_eq!(Amount::of_nanos(nanos).round_up(unit), units, "{nanos}");
        }
    }
}
