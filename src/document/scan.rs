//! Finds where values of a JSON text begin and end, without decoding them.
//!
//! An object of a request is most of its text, and is read later as its kind wants. Passing over it with a decoder costs
//! twice as much as looking for the end by quotes and brackets alone. Errors inside of it are seen when it is read.

/// A place in a JSON text.
pub struct Scanner<'a> {
    text: &'a str,
    rest: &'a [u8],
}

impl<'a> Scanner<'a> {
    /// The begin of a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Scanner { text, rest: text.as_bytes() }
    }

    /// Steps into an object or behind a comma in it, and passes over the next key. The key is as it is written, without
    /// its quotes; `None` at the end of the object, and where the text is not an object.
    pub fn next_key(&mut self) -> Option<&'a str> {
        self.skip_space();
        let (b'{' | b',', rest) = self.rest.split_first()? else { return None };
        self.rest = rest;
        self.skip_space();
        let start = self.offset();
        let (b'"', rest) = self.rest.split_first()? else { return None };
        self.rest = skip_string(rest)?;
        let key = self.text.get(start.checked_add(1)?..self.offset().checked_sub(1)?)?;
        self.skip_space();
        let (b':', rest) = self.rest.split_first()? else { return None };
        self.rest = rest;
        Some(key)
    }

    /// Passes over a value, and returns its text.
    pub fn value(&mut self) -> Option<&'a str> {
        self.skip_space();
        let start = self.offset();
        self.rest = skip_value(self.rest)?;
        self.text.get(start..self.offset())
    }

    /// How much of the text is left, in bytes.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    fn offset(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }
}

/// The text behind a value.
fn skip_value(text: &[u8]) -> Option<&[u8]> {
    let mut depth: u32 = 0;
    let mut rest = text;
    loop {
        let (byte, after) = rest.split_first()?;
        rest = match byte {
            b'"' => skip_string(after)?,
            b'{' | b'[' => {
                depth = depth.checked_add(1)?;
                after
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                after
            }
            _ => after,
        };
        let is_end = match byte {
            b'"' | b'}' | b']' => true,
            b'{' | b'[' => false,
            // A number, true, false or null ends where something else begins.
            _ => matches!(rest.first(), None | Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r')),
        };
        if depth == 0 && is_end {
            return Some(rest);
        }
    }
}

/// The text behind a string whose opening quote was passed.
fn skip_string(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        if has_byte(word, b'"') || has_byte(word, b'\\') {
            break;
        }
        rest = after;
    }
    loop {
        let (byte, after) = rest.split_first()?;
        rest = match byte {
            b'"' => return Some(after),
            b'\\' => after.get(1..)?,
            _ => after,
        };
    }
}

/// Whether one of the eight bytes of a word is `byte`.
const fn has_byte(word: u64, byte: u8) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zeros = word ^ ONES.wrapping_mul(byte as u64);
    zeros.wrapping_sub(ONES) & !zeros & ONES.wrapping_mul(0x80) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_they_end() {
        for value in [
            "1", "-1.5e3", "true", "null", "\"\"", "\"a\"", "\"a long text, with } and ] and \\\" in it\"", "{}", "[]",
            "[1, [2, \"]\"], {\"a\": \"}\\\\\"}]", "{\"a\": {\"b\": [1, 2, 3]}, \"c\": \"\\u0022\"}", "\"a\u{e9}\u{1f980}\"",
        ] {
            for after in ["", ",", "}", "]", " ", "\n"] {
                let text = format!("{value}{after}");
                assert_eq!(Scanner::new(&text).value(), Some(value), "{text}");
            }
        }
    }

    #[test]
    fn a_cut_value_has_no_end() {
        for text in ["", "\"", "\"a", "\"a\\\"", "\"a\\", "{", "{\"a\": [1, 2}", "[[1]", "{\"a\": \"}", "}", "]"] {
            assert_eq!(Scanner::new(text).value(), None, "{text}");
        }
    }

    #[test]
    fn an_object_is_cut_into_members() {
        let mut scanner = Scanner::new(" { \"a\" : 1 , \"b c\":{\"x\":[]},\"d\":\"e\" } ");
        let mut members = Vec::new();
        while let Some(key) = scanner.next_key() {
            members.push((key, scanner.value().unwrap()));
        }
        assert_eq!(members, [("a", "1"), ("b c", "{\"x\":[]}"), ("d", "\"e\"")]);
        assert_eq!(scanner.remaining(), "} ".len());
    }
}
