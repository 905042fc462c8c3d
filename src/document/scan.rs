//! Scans JSON text: finds the bounds of values, and decodes strings and keys on demand.
//!
//! Most of an object is never read. A decoder would look at each byte several times; the scanner finds the end of a
//! value by its quotes and brackets alone. It checks JSON's structure and strings, but not the content of skipped
//! values.

use std::borrow::Cow;

/// A position in a JSON text. Its methods return `None` if the text is malformed at that position.
pub struct Scanner<'a> {
    text: &'a str,
    rest: &'a [u8],
    /// True after entering a list or object, until its first value is read.
    is_fresh: bool,
}

impl<'a> Scanner<'a> {
    /// Starts at the beginning of a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Scanner { text, rest: text.as_bytes(), is_fresh: false }
    }

    /// The first byte of the next token, without consuming it; `None` at the end of the text.
    pub fn peek(&mut self) -> Option<u8> {
        while let Some((b' ' | b'\n' | b'\r' | b'\t', rest)) = self.rest.split_first() {
            self.rest = rest;
        }
        self.rest.first().copied()
    }

    /// The length of the remaining text, in bytes.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Enters the list or object that begins here.
    pub fn enter(&mut self) {
        self.peek();
        self.rest = self.rest.get(1..).unwrap_or_default();
        self.is_fresh = true;
    }

    /// Returns true if another entry or member follows; otherwise consumes the closing bracket.
    pub fn has_next(&mut self) -> Option<bool> {
        let is_first = std::mem::take(&mut self.is_fresh);
        match (self.peek()?, is_first) {
            (b'}' | b']', _) => {
                self.rest = self.rest.get(1..)?;
                Some(false)
            }
            (_, true) => Some(true),
            (b',', false) => {
                self.rest = self.rest.get(1..)?;
                (!matches!(self.peek()?, b'}' | b']')).then_some(true)
            }
            _ => None,
        }
    }

    /// Consumes a member's key and its colon, and returns the key.
    pub fn key(&mut self) -> Option<Cow<'a, str>> {
        if self.peek()? != b'"' {
            return None;
        }
        let key = self.string()?;
        if self.peek()? != b':' {
            return None;
        }
        self.rest = self.rest.get(1..)?;
        Some(key)
    }

    /// Consumes the string that begins here, and returns it decoded.
    pub fn string(&mut self) -> Option<Cow<'a, str>> {
        let start = self.offset().checked_add(1)?;
        let (rest, is_escaped) = skip_string(self.rest.get(1..)?)?;
        self.rest = rest;
        let inner = self.text.get(start..self.offset().checked_sub(1)?)?;
        if is_escaped { unescaped(inner).map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
    }

    /// Skips a value and returns its text.
    pub fn skip(&mut self) -> Option<&'a str> {
        let first = self.peek()?;
        let start = self.offset();
        let rest = self.rest.get(1..)?;
        self.rest = match first {
            b'"' => skip_string(rest)?.0,
            b'{' | b'[' => skip_nested(rest)?,
            _ => {
                let is_end = |byte: &u8| matches!(byte, b',' | b':' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
                let end = self.rest.iter().position(is_end).unwrap_or(self.rest.len());
                self.rest.get(end..)?
            }
        };
        let text = self.text.get(start..self.offset())?;
        let is_value =
            matches!(first, b'"' | b'{' | b'[' | b'-' | b'0'..=b'9') || matches!(text, "true" | "false" | "null");
        is_value.then_some(text)
    }

    fn offset(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }
}

/// Returns the text after a list or object whose opening bracket is already consumed.
fn skip_nested(text: &[u8]) -> Option<&[u8]> {
    let mut depth: u32 = 1;
    let mut bytes = text.iter();
    loop {
        match bytes.next()? {
            b'"' => bytes = skip_string(bytes.as_slice())?.0.iter(),
            b'{' | b'[' => depth = depth.checked_add(1)?,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(bytes.as_slice());
                }
            }
            _ => {}
        }
    }
}

/// Returns the text after a string whose opening quote is already consumed, and true if the string has escapes.
fn skip_string(text: &[u8]) -> Option<(&[u8], bool)> {
    let (mut rest, mut is_escaped) = (text, false);
    loop {
        while let Some((word, after)) = rest.split_first_chunk::<8>() {
            let skipped = plain_bytes(u64::from_le_bytes(*word));
            if skipped < 8 {
                rest = rest.get(skipped..)?;
                break;
            }
            rest = after;
        }
        let (byte, after) = rest.split_first()?;
        rest = match byte {
            b'"' => return Some((after, is_escaped)),
            b'\\' => {
                is_escaped = true;
                after.get(1..)?
            }
            0..b' ' => return None,
            _ => after,
        };
    }
}

/// Counts the bytes of a word before the first quote, backslash or control character.
const fn plain_bytes(word: u64) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES.wrapping_mul(0x80);
    // Only the lowest set bit is reliable; carries can set others above it.
    const fn below(word: u64, byte: u8) -> u64 {
        word.wrapping_sub(ONES.wrapping_mul(byte as u64)) & !word & HIGH
    }
    let quote = below(word ^ ONES.wrapping_mul(b'"' as u64), 1);
    let backslash = below(word ^ ONES.wrapping_mul(b'\\' as u64), 1);
    ((quote | backslash | below(word, b' ')).trailing_zeros() / 8) as usize
}

/// Decodes the escapes of a string; `None` if one isn't valid JSON.
fn unescaped(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            text.push(char);
            continue;
        }
        text.push(match chars.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unicode(&mut chars)?,
            char @ ('"' | '\\' | '/') => char,
            _ => return None,
        });
    }
    Some(text)
}

/// Decodes a `\u` escape, starting at its digits. Characters beyond 16 bits are two escapes.
fn unicode(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let high = code_unit(chars)?;
    if !matches!(high, 0xd800..0xdc00) {
        return char::from_u32(high);
    }
    *chars = chars.as_str().strip_prefix("\\u")?.chars();
    let low = code_unit(chars).filter(|low| matches!(low, 0xdc00..0xe000))?;
    char::from_u32((((high & 0x3ff) << 10) | (low & 0x3ff)).wrapping_add(0x10000))
}

fn code_unit(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    let (digits, rest) = chars.as_str().split_at_checked(4)?;
    *chars = rest.chars();
    // The standard library accepts a sign, JSON doesn't.
    if digits.starts_with('+') { None } else { u32::from_str_radix(digits, 16).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_they_end() {
        for value in [
            "1",
            "-1.5e3",
            "true",
            "null",
            "\"\"",
            "\"a\"",
            "\"a long text, with } and ] and \\\" in it\"",
            "{}",
            "[]",
            "[1, [2, \"]\"], {\"a\": \"}\\\\\"}]",
            "{\"a\": {\"b\": [1, 2, 3]}, \"c\": \"\\u0022\"}",
            "\"a\u{e9}\u{1f980}\"",
            "\"1234567\\\"\"",
            "\"12345678\\\\\"",
        ] {
            for after in ["", ",", "}", "]", " ", "\n"] {
                let text = format!(" {value}{after}");
                assert_eq!(Scanner::new(&text).skip(), Some(value), "{text}");
            }
        }
    }

    #[test]
    fn a_malformed_value_has_no_end() {
        for text in [
            "",
            "\"",
            "\"a",
            "\"a\\\"",
            "\"a\\",
            "{",
            "{\"a\": [1, 2",
            "[[1]",
            "{\"a\": \"}",
            "}",
            "]",
            "tru",
            "nul",
            "x",
            ",",
        ] {
            assert_eq!(Scanner::new(text).skip(), None, "{text}");
        }
    }

    #[test]
    fn members_are_read_one_by_one() {
        let mut scanner = Scanner::new(" { \"a\" : 1 , \"b\\n\":{\"x\":[]},\"d\":\"e\" } ");
        let mut members = Vec::new();
        scanner.enter();
        while scanner.has_next().unwrap() {
            members.push((scanner.key().unwrap(), scanner.skip().unwrap()));
        }
        assert_eq!(members, [("a".into(), "1"), ("b\n".into(), "{\"x\":[]}"), ("d".into(), "\"e\"")]);
        assert_eq!((scanner.peek(), scanner.remaining()), (None, 0));
    }

    #[test]
    fn commas_stand_between_members_and_nowhere_else() {
        for text in ["[,]", "[1,]", "[1 2]", "[,1]"] {
            let mut scanner = Scanner::new(text);
            scanner.enter();
            let entries = std::iter::from_fn(|| match scanner.has_next() {
                Some(true) => Some(scanner.skip()),
                Some(false) => None,
                None => Some(None),
            });
            assert!(entries.take(4).any(|entry| entry.is_none()), "{text}");
        }
    }

    #[test]
    fn strings_are_decoded_as_serde_json_does() {
        for text in [r#""""#, r#""a\"b""#, r#""\u00e9\ud83e\udd80""#, "\"\u{e9}\"", r#""\\""#] {
            assert_eq!(Scanner::new(text).string().unwrap(), serde_json::from_str::<String>(text).unwrap(), "{text}");
        }
        for text in [r#""\x""#, r#""\ud83e""#, "\"a\nb\"", "1", "{}"] {
            assert_eq!(Scanner::new(text).string(), None, "{text}");
        }
    }
}
