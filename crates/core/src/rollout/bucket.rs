//! The stable draw by which percentages are taken.

use sha2::{Digest, Sha256};

use crate::model::rollout::WHOLE;

/// The place of a customer among [`WHOLE`], the same for ever: a new member changes no other's.
pub(super) fn bucket(key: &str, customer: &str) -> u32 {
    let mut hash = Sha256::new();
    hash.update(key.as_bytes());
    // A byte that no text holds, so that the two cannot run into each other.
    hash.update([0xff]);
    hash.update(customer.as_bytes());
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(hash.finalize());
    let drawn = u64::from_be_bytes([a, b, c, d, e, f, g, h]) % u64::from(WHOLE);
    u32::try_from(drawn).unwrap_or_default()
}

/// Whether a bucket is within a share. No bucket is within a share of 0, every one within [`WHOLE`].
pub(super) fn within(bucket: u32, share: u32) -> bool {
    bucket < share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_hold_nobody_and_everybody() {
        assert!(!within(0, 0), "nobody is within 0%");
        assert!(within(WHOLE - 1, WHOLE), "everybody is within 100%");
        assert!(within(999, 1_000) && !within(1_000, 1_000), "strictly less");
    }

    #[test]
    fn it_is_stable_even_and_depends_on_both() {
        // Fixed for ever: another draw would move customers of a rollout that is under way.
        assert_eq!(bucket("seq", "smith"), 6_746);
        let drawn: Vec<u32> = (0..10_000)
            .map(|n| bucket("seq", &format!("c{n}")))
            .collect();
        assert!(drawn.iter().all(|bucket| *bucket < WHOLE));
        let tenth = drawn
            .iter()
            .filter(|bucket| within(**bucket, 1_000))
            .count();
        assert!((900..1_100).contains(&tenth), "{tenth} of 10,000 in 10%");
        assert_ne!(bucket("a", "bc"), bucket("ab", "c"));
    }
}
