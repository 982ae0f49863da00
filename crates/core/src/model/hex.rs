//! Digests as text.

/// Bytes as lower-case hexadecimal text.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_byte_takes_two_signs() {
        assert_eq!(super::hex(&[0, 10, 255]), "000aff");
    }
}
