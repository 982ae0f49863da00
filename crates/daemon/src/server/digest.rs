//! Digests of what is sent: short names, and the tags by which a client knows that it has it already.

use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;
use sha2::{Digest as _, Sha256};

use crate::model::hex;

/// The first bytes of the SHA-256 of a content, as text.
pub(super) fn short(content: impl AsRef<[u8]>, bytes: usize) -> String {
    let digest = Sha256::digest(content);
    hex(digest.get(..bytes).unwrap_or(&digest))
}

/// The tag of a content. Weak, since the same is sent compressed and not.
pub(super) fn tag(content: impl AsRef<[u8]>) -> String {
    format!(r#"W/"{}""#, short(content, 12))
}

/// Whether the client has the representation of a tag.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).into_iter();
    let mut known = known.filter_map(|value| value.to_str().ok());
    known.any(|all| all.split(',').any(|one| one.trim() == tag))
}
