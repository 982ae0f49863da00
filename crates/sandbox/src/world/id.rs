//! Global ids: base64 of `Type:uuid`, as the API writes them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// The global id of an object.
pub(crate) fn global(kind: &str, id: Uuid) -> String {
    STANDARD.encode(format!("{kind}:{}", id.hyphenated()))
}

/// The uuid in a global id of this kind; `None` if it is not one.
pub(crate) fn local(kind: &str, text: &str) -> Option<Uuid> {
    let plain = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let (found, id) = plain.split_once(':')?;
    (found == kind).then(|| Uuid::parse_str(id).ok()).flatten()
}

/// The uuid in a global id of any kind.
pub(crate) fn any(text: &str) -> Option<Uuid> {
    let plain = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    Uuid::parse_str(plain.split_once(':')?.1).ok()
}

/// The id of a part of an object that has no record of its own.
///
/// It depends on nothing but its arguments, so a part keeps its id for as long as its owner and
/// its name stay.
pub(crate) fn part(owner: Uuid, kind: &str, name: &str) -> Uuid {
    Uuid::new_v5(&owner, format!("{kind}:{name}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip_for_their_kind_only() {
        let id = part(Uuid::NAMESPACE_OID, "flow", "Import orders");
        let text = global("IntegrationFlow", id);
        assert_eq!(local("IntegrationFlow", &text), Some(id));
        assert_eq!(local("Integration", &text), None);
        assert_eq!(local("Integration", "not base64"), None);
    }
}
