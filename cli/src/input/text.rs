//! From bytes to text: files and standard input, in the encodings that manifests come in.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::node::Position;

/// A file larger than this isn't a manifest; an API server takes 3 MiB for an object.
pub const MAX_FILE: u64 = 256 << 20;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF16_LE_MARK: &[u8] = b"\xff\xfe";
const UTF16_BE_MARK: &[u8] = b"\xfe\xff";

/// How a text stands in a file. A file that is written keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8WithMark,
    /// UTF-16, little end first, with a byte order mark: what PowerShell writes.
    Utf16Le,
    /// UTF-16, big end first, with a byte order mark.
    Utf16Be,
}

impl Encoding {
    /// The bytes of a text in a file.
    #[must_use]
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf8WithMark => [UTF8_MARK, text.as_bytes()].concat(),
            Self::Utf16Le => {
                UTF16_LE_MARK.iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
            }
            Self::Utf16Be => {
                UTF16_BE_MARK.iter().copied().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect()
            }
        }
    }
}

/// Bytes that are not text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotText {
    /// The place of the first of them.
    pub at: Position,
    /// What they are.
    pub reason: String,
}

/// The text in the bytes of a file, without a byte order mark.
///
/// # Errors
/// If they are neither UTF-8 nor UTF-16 with a byte order mark.
pub fn decode(bytes: Vec<u8>) -> Result<(String, Encoding), NotText> {
    if let Some(bytes) = bytes.strip_prefix(UTF16_LE_MARK) {
        return Ok((decode_utf16(bytes, u16::from_le_bytes)?, Encoding::Utf16Le));
    }
    if let Some(bytes) = bytes.strip_prefix(UTF16_BE_MARK) {
        return Ok((decode_utf16(bytes, u16::from_be_bytes)?, Encoding::Utf16Be));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let byte = error.as_bytes().get(good.len()).copied().unwrap_or_default();
        let at = end_of(&String::from_utf8_lossy(good));
        NotText { at, reason: format!("it is not text: the byte 0x{byte:02x} is not UTF-8") }
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..UTF8_MARK.len());
        return Ok((text, Encoding::Utf8WithMark));
    }
    Ok((text, Encoding::Utf8))
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    let fail =
        |text: &str, what: &str| Err(NotText { at: end_of(text), reason: format!("it is not text: {what} in UTF-16") });
    for character in char::decode_utf16(pairs.iter().copied().map(unit)) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => return fail(&text, "half a character"),
        }
    }
    if rest.is_empty() { Ok(text) } else { fail(&text, "an odd number of bytes") }
}

/// The place behind a text.
fn end_of(text: &str) -> Position {
    let line = text.matches('\n').count() + 1;
    let column = text.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Position { line, column }
}

/// All bytes of a file; a pipe is taken, too.
///
/// # Errors
/// If it cannot be read or is too large, in words that follow the name of the file.
pub fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| why(path, &error))?;
    let metadata = file.metadata().map_err(|error| why(path, &error))?;
    if metadata.is_dir() {
        return Err("it is a directory".to_owned());
    }
    read_all(file).map_err(|error| why(path, &error))?
}

/// All bytes of standard input.
///
/// # Errors
/// Those of [`read_file`].
pub fn read_stdin() -> Result<Vec<u8>, String> {
    read_all(io::stdin().lock()).map_err(|error| format!("cannot read it: {error}"))?
}

fn read_all(source: impl Read) -> io::Result<Result<Vec<u8>, String>> {
    read_at_most(source, MAX_FILE)
}

fn read_at_most(source: impl Read, limit: u64) -> io::Result<Result<Vec<u8>, String>> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes)?;
    let is_whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= limit);
    Ok(if is_whole { Ok(bytes) } else { Err(format!("it is larger than {} MiB", limit >> 20)) })
}

/// Why a path cannot be read, for people.
#[must_use]
pub fn why(path: &Path, error: &io::Error) -> String {
    match path.read_link() {
        Ok(target) if error.kind() == io::ErrorKind::NotFound => {
            format!("it is a link to {}, which is not there", target.display())
        }
        _ if error.kind() == io::ErrorKind::NotFound => "there is no such file or directory".to_owned(),
        _ => format!("cannot read it: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_read_and_written() {
        let text = "kind: Pod\nname: 'é 😀'\n";
        for encoding in [Encoding::Utf8, Encoding::Utf8WithMark, Encoding::Utf16Le, Encoding::Utf16Be] {
            assert_eq!(decode(encoding.encode(text)), Ok((text.to_owned(), encoding)));
        }
    }

    #[test]
    fn what_is_not_text_has_a_place() {
        for (bytes, line, column, reason) in [
            (b"a: b\nc: \xff".as_slice(), 2, 4, "the byte 0xff is not UTF-8"),
            (b"\xff\xfea\0\n\0b", 2, 1, "an odd number of bytes in UTF-16"),
            (b"\xfe\xff\0a\xd8\0\0b", 1, 2, "half a character in UTF-16"),
        ] {
            let error = decode(bytes.to_vec()).unwrap_err();
            assert_eq!(error, NotText { at: Position { line, column }, reason: format!("it is not text: {reason}") });
        }
    }

    #[test]
    fn a_file_is_never_cut() {
        let bytes = vec![b'x'; 2 << 20];
        assert_eq!(read_at_most(bytes.as_slice(), 2 << 20).unwrap().unwrap().len(), 2 << 20);
        assert_eq!(read_at_most(bytes.as_slice(), 1 << 20).unwrap(), Err("it is larger than 1 MiB".to_owned()));
    }
}
