//! Bytes to text: the encodings that editors and shells really write.

/// Why bytes are not text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not UTF-8, and no mark of another encoding.
    #[error("not UTF-8 text: an invalid byte on line {line}")]
    NotUtf8 {
        /// The line of the first invalid byte, from 1.
        line: u32,
    },
    /// UTF-16 with a half of a surrogate pair, or an odd number of bytes.
    #[error("not valid UTF-16 text")]
    NotUtf16,
    /// A NUL character: a binary file, or UTF-16 without its mark.
    #[error("a NUL character on line {line}: a binary file, or UTF-16 without its byte-order mark")]
    Nul {
        /// The line, from 1.
        line: u32,
    },
}

/// The text of a file: UTF-8 with or without a byte-order mark, or UTF-16 with one.
///
/// PowerShell's `>` writes UTF-16; prism learned to read it in 2023.
/// The mark itself is not part of the text.
///
/// # Errors
///
/// [`DecodeError`] when the bytes are none of these.
pub fn decode(bytes: &[u8]) -> Result<String, DecodeError> {
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest)?,
        plain => utf8(plain)?,
    };
    match text.find('\0') {
        Some(at) => Err(DecodeError::Nul {
            line: line_of(text.as_bytes(), at),
        }),
        None => Ok(text),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, DecodeError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(DecodeError::NotUtf8 {
            line: line_of(bytes, error.valid_up_to()),
        }),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, DecodeError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(DecodeError::NotUtf16);
    }
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<_, _>>()
        .map_err(|_| DecodeError::NotUtf16)
}

fn line_of(bytes: &[u8], at: usize) -> u32 {
    let breaks = bytes.iter().take(at).filter(|byte| **byte == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_encoding_that_users_have() {
        let text = "name: Übung\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            [b"\xFF\xFE".as_slice(), &le].concat(),
            [b"\xFE\xFF".as_slice(), &be].concat(),
        ] {
            assert_eq!(decode(&bytes).unwrap(), text);
        }
    }

    #[test]
    fn names_the_line_of_what_is_not_text() {
        assert_eq!(decode(b"a\nb\xC3("), Err(DecodeError::NotUtf8 { line: 2 }));
        assert_eq!(decode(b"\xFF\xFEa"), Err(DecodeError::NotUtf16));
        assert_eq!(decode(b"a\n\0"), Err(DecodeError::Nul { line: 2 }));
    }
}
