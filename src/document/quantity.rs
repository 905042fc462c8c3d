//! Kubernetes quantities (`500m`, `1e3`, `0.5`, `1Gi`), compared by value.
//!
//! The grammar and the rounding are those of `k8s.io/apimachinery/pkg/api/resource.ParseQuantity`.

use std::fmt;

/// Nanounits in a unit; the finest precision that Kubernetes keeps.
const NANOS: u128 = 1_000_000_000;

/// The value of a quantity in nanounits, rounded away from zero.
///
/// Values that exceed 128 bits (over 10^29 units) saturate, so they compare as equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantity {
    negative: bool,
    nanos: u128,
}

impl Quantity {
    /// Parses a quantity; `None` if Kubernetes rejects it, as it does the empty string.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return None;
        }
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, rest) = digits(text);
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => digits(rest),
            None => ("", rest),
        };
        let nanos = match scale(suffix)? {
            Scale::Decimal(exponent) => decimal(whole, fraction, exponent),
            Scale::Binary(shift) => binary(whole, fraction, shift),
        };
        Some(Quantity { negative: negative && nanos != 0, nanos })
    }

    /// Creates a quantity of whole units.
    #[must_use]
    pub const fn of(units: u32) -> Self {
        Quantity { negative: false, nanos: (units as u128).saturating_mul(NANOS) }
    }

    /// Multiplies the quantity by `factor`.
    #[must_use]
    pub const fn times(self, factor: u32) -> Self {
        Quantity { negative: self.negative, nanos: self.nanos.saturating_mul(factor as u128) }
    }

    /// Returns true if the quantity is a multiple of `units`.
    #[must_use]
    pub fn is_multiple_of(self, units: u32) -> bool {
        self.nanos.is_multiple_of(Quantity::of(units).nanos)
    }

    /// Adds two quantities. Negative ones count as zero; Kubernetes doesn't accept them for resources.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let nanos = |quantity: Self| if quantity.negative { 0 } else { quantity.nanos };
        Quantity { negative: false, nanos: nanos(self).saturating_add(nanos(other)) }
    }

    /// Returns true if the quantity is greater than `other`. `other` must not be negative.
    #[must_use]
    pub fn exceeds(self, other: Self) -> bool {
        !self.negative && self.nanos > other.nanos
    }

    /// The value in nanounits; `None` if it is negative.
    #[must_use]
    pub fn nanos(self) -> Option<u128> {
        (!self.negative).then_some(self.nanos)
    }

    /// Returns true if the quantity is greater than zero.
    #[must_use]
    pub fn is_positive(self) -> bool {
        !self.negative && self.nanos != 0
    }
}

impl fmt::Display for Quantity {
    /// Writes the quantity as a decimal number of units.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        // Formatting 128 bits would add 2 KB to the module, for values that don't occur in practice.
        let units = self.nanos.checked_div(NANOS).and_then(|units| u64::try_from(units).ok()).unwrap_or(u64::MAX);
        let fraction = self.nanos.checked_rem(NANOS).and_then(|nanos| u32::try_from(nanos).ok()).unwrap_or_default();
        write!(out, "{sign}{units}")?;
        if fraction == 0 {
            return Ok(());
        }
        let digits = format!("{fraction:09}");
        write!(out, ".{}", digits.trim_end_matches('0'))
    }
}

/// The factor of a suffix: a power of ten or of two.
enum Scale {
    Decimal(i64),
    Binary(u32),
}

fn scale(suffix: &str) -> Option<Scale> {
    Some(match suffix {
        "n" => Scale::Decimal(-9),
        "u" => Scale::Decimal(-6),
        "m" => Scale::Decimal(-3),
        "" => Scale::Decimal(0),
        "k" => Scale::Decimal(3),
        "M" => Scale::Decimal(6),
        "G" => Scale::Decimal(9),
        "T" => Scale::Decimal(12),
        "P" => Scale::Decimal(15),
        "E" => Scale::Decimal(18),
        "Ki" => Scale::Binary(10),
        "Mi" => Scale::Binary(20),
        "Gi" => Scale::Binary(30),
        "Ti" => Scale::Binary(40),
        "Pi" => Scale::Binary(50),
        "Ei" => Scale::Binary(60),
        _ => Scale::Decimal(suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
    })
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Returns `whole.fraction` times ten to the `exponent`, in nanounits, rounded up.
fn decimal(whole: &str, fraction: &str, exponent: i64) -> u128 {
    let places = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    // The power of ten that scales the digits, read as one integer, to nanounits.
    let power = exponent.saturating_add(9).saturating_sub(places);
    let (number, power) = if whole.len().saturating_add(fraction.len()) <= 19 {
        // The usual case: the number fits into 64 bits, which are cheaper than 128.
        let digits = whole.bytes().chain(fraction.bytes());
        let number = digits.fold(0_u64, |number, digit| number.wrapping_mul(10).wrapping_add(digit_of(digit).into()));
        (number.into(), power)
    } else {
        let trimmed = whole.trim_start_matches('0').bytes().chain(fraction.bytes());
        let number =
            trimmed.fold(0_u128, |number, digit| number.saturating_mul(10).saturating_add(digit_of(digit).into()));
        // On overflow, there are too many digits before the point or too many after it.
        match number {
            u128::MAX if whole.len() < 28 => return decimal(whole, fraction.get(..10).unwrap_or(fraction), exponent),
            number => (number, power),
        }
    };
    match u32::try_from(power) {
        _ if number == 0 => 0,
        Ok(power) => number.saturating_mul(10_u128.saturating_pow(power)),
        Err(_) if power > 0 => u128::MAX,
        Err(_) => {
            let divisor = u32::try_from(power.unsigned_abs()).map_or(u128::MAX, |power| 10_u128.saturating_pow(power));
            number.div_ceil(divisor)
        }
    }
}

fn digit_of(byte: u8) -> u8 {
    byte.saturating_sub(b'0')
}

/// Returns `whole.fraction` times two to the `shift`, in nanounits, rounded up and capped at 2^63-1 units, as in
/// Kubernetes.
fn binary(whole: &str, fraction: &str, shift: u32) -> u128 {
    const MAX: u128 = (i64::MAX as u128).saturating_mul(NANOS);
    let factor = 1_u128.checked_shl(shift).unwrap_or(u128::MAX);
    let units = decimal(whole, "", 0).saturating_mul(factor);
    // A fraction of 15 digits times 2^60 fits into 128 bits. With small suffixes, further digits are far below a
    // nanounit; with large ones, they don't occur in practice.
    let fraction = fraction.get(..15).unwrap_or(fraction);
    let mut part: u128 = 0;
    let mut unit: u128 = 1;
    for byte in fraction.bytes() {
        part = part.saturating_mul(10).saturating_add(digit_of(byte).into());
        unit = unit.saturating_mul(10);
    }
    // part / unit * factor * NANOS, reduced to avoid overflow.
    let (unit, nanos) = if unit > NANOS {
        (unit.checked_div(NANOS).unwrap_or(1), 1)
    } else {
        (1, NANOS.checked_div(unit).unwrap_or(1))
    };
    let part = part.saturating_mul(factor).div_ceil(unit).saturating_mul(nanos);
    units.saturating_add(part).min(MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_equal_by_value() {
        let same = [
            ("1", "1000m"),
            ("1Gi", "1024Mi"),
            ("1e3", "1k"),
            ("1E3", "1000"),
            ("0.5", "500m"),
            (".5", "5e-1"),
            ("1.", "1"),
            ("+2", "2"),
            ("-0", "0"),
            ("0.5Gi", "512Mi"),
            ("1.5Ki", "1536"),
            ("100000000000000000000E", "1e38"),
            ("0.0000000001", "1n"),
            (" 1 ", "1"),
            ("9.5Ei", "8Ei"),
            ("001", "1"),
            ("0.0000000000001Ki", "1n"),
        ];
        for (left, right) in same {
            assert_eq!(Quantity::parse(left).unwrap(), Quantity::parse(right).unwrap(), "{left} = {right}");
        }
        let different = [("1", "1001m"), ("1Gi", "1G"), ("1", "-1"), ("1n", "2n"), ("1e3", "1e4"), ("0", "1n")];
        for (left, right) in different {
            assert_ne!(Quantity::parse(left).unwrap(), Quantity::parse(right).unwrap(), "{left} != {right}");
        }
    }

    #[test]
    fn what_kubernetes_refuses_is_refused() {
        for text in [
            "", " ", "abc", "1K", "1ki", "1Gib", "1 Gi", "1e", "1e1.5", "--1", "1,5", "0x10", "1mm", "1e+", "true",
            "{}",
        ] {
            assert_eq!(Quantity::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn whole_and_positive() {
        for (text, whole, positive) in [
            ("1", true, true),
            ("1000m", true, true),
            ("100m", false, true),
            ("0", true, false),
            ("-1", true, false),
            ("1.5", false, true),
        ] {
            let quantity = Quantity::parse(text).unwrap();
            assert_eq!((quantity.is_multiple_of(1), quantity.is_positive()), (whole, positive), "{text}");
        }
    }

    #[test]
    fn sums_are_exact_and_shown_as_decimals() {
        let sum = |texts: &[&str]| {
            texts.iter().fold(Quantity::default(), |sum, text| sum.plus(Quantity::parse(text).unwrap()))
        };
        assert_eq!(sum(&["250m", "250m", "0.5"]).to_string(), "1");
        assert_eq!(sum(&["1570m"]).to_string(), "1.57");
        assert_eq!(sum(&["1Gi", "1n"]).to_string(), "1073741824.000000001");
        assert!(sum(&["1500m", "500m"]).is_multiple_of(2) && !sum(&["1", "2"]).is_multiple_of(2));
        assert!(sum(&["128", "1m"]).exceeds(Quantity::of(128)) && !sum(&["128"]).exceeds(Quantity::of(128)));
    }

    #[test]
    fn the_value_is_told_in_nanounits() {
        let nanos = |text| Quantity::parse(text).unwrap().nanos();
        assert_eq!(nanos("250m"), Some(250_000_000));
        assert_eq!(nanos("1Ki"), Some(1_024_000_000_000));
        assert_eq!(nanos("0"), Some(0));
        assert_eq!(nanos("-1"), None);
    }

    #[test]
    fn a_million_digits_cost_no_more_than_their_length() {
        let long = "9".repeat(1_000_000);
        assert!(Quantity::parse(&long).is_some());
        assert!(Quantity::parse(&format!("{long}Gi")).is_some());
        assert!(Quantity::parse("1e9223372036854775807").is_some());
        assert!(Quantity::parse("1e-9223372036854775808").is_some());
    }
}
