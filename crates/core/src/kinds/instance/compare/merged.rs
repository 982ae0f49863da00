//! The settings of an instance's flows as they are sent: all of them, as what is left out of a write may be reset.

use crate::kinds::instance::compare::flows::unshown;
use crate::model::{FlowRequest, FlowSettings, FlowWrite, LiveFlow, Secret, keys_text};

/// Why nothing can be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the API keys of the flow {0:?} are not shown and not declared: a write would lose them")]
pub struct Unshown(String);

/// What to send so that the flows of an instance have what is declared and keep the rest; `None` where they have
/// it. `differs`: something was seen to differ, though that may not show here.
///
/// Flows that the version at hand does not have are left out.
///
/// # Errors
///
/// [`Unshown`] where the keys of a flow that is not declared are not known.
pub fn merged(
    live: &[LiveFlow],
    writes: &[FlowWrite],
    differs: bool,
) -> Result<Option<Vec<FlowRequest>>, Unshown> {
    if let Some(flow) = unshown(writes, live) {
        return Err(Unshown(flow.name.clone()));
    }
    let mut changed = differs;
    let mut requests = Vec::new();
    for flow in live {
        let write = writes.iter().find(|write| flow.is_called(&write.flow));
        let settings = write.map_or_else(
            || flow.settings.clone(),
            |write| over(&flow.settings, &write.settings),
        );
        let declared = write.and_then(|write| write.api_keys.as_ref());
        let api_keys = match declared {
            Some(keys) => keys.clone(),
            None => flow.api_keys.iter().cloned().map(Secret::new).collect(),
        };
        let now = keys_text(flow.api_keys.iter().map(String::as_str));
        // Keys that are not shown are as they were, unless some are gone.
        let same_keys = keys_text(api_keys.iter().map(Secret::expose)) == now
            || (!flow.api_keys.is_empty() && unshown(&[], std::slice::from_ref(flow)).is_some());
        changed |= !same_keys || settings != flow.settings;
        requests.push(FlowRequest {
            id: flow.id.clone(),
            api_keys,
            settings,
        });
    }
    Ok(changed.then_some(requests))
}

/// Settings with those that are declared laid over them.
fn over(live: &FlowSettings, declared: &FlowSettings) -> FlowSettings {
    // Taken apart so that a new setting does not compile before it is sent.
    let FlowSettings {
        test_payload,
        test_headers,
        test_content_type,
        uses_lre,
    } = declared.clone();
    let live = live.clone();
    FlowSettings {
        test_payload: test_payload.or(live.test_payload),
        test_headers: test_headers.or(live.test_headers),
        test_content_type: test_content_type.or(live.test_content_type),
        uses_lre: uses_lre.or(live.uses_lre),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(name: &str, keys: &[&str]) -> LiveFlow {
        LiveFlow {
            id: format!("id-{name}"),
            name: name.to_owned(),
            stable_key: Some(format!("stable-{name}")),
            api_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            settings: FlowSettings {
                test_payload: Some(format!("payload of {name}")),
                uses_lre: Some(false),
                ..FlowSettings::default()
            },
        }
    }

    fn write(flow: &str, keys: Option<&[&str]>) -> FlowWrite {
        let secret = |key: &&str| Secret::new((*key).to_owned());
        FlowWrite {
            flow: flow.to_owned(),
            api_keys: keys.map(|keys| keys.iter().map(secret).collect()),
            settings: FlowSettings::default(),
        }
    }

    fn shown(requests: &[FlowRequest]) -> Vec<String> {
        let one = |it: &FlowRequest| {
            let keys: Vec<&str> = it.api_keys.iter().map(Secret::expose).collect();
            let payload = it.settings.test_payload.as_deref().unwrap_or_default();
            format!("{} [{}] {payload}", it.id, keys.join(","))
        };
        requests.iter().map(one).collect()
    }

    #[test]
    fn everything_is_sent_where_anything_differs_and_nothing_where_not() {
        let flows = [live("A", &["one-key"]), live("B", &["two-key"])];
        let sent = merged(&flows, &[write("stable-A", Some(&["new-key"]))], false);
        assert_eq!(
            shown(&sent.unwrap().unwrap()),
            ["id-A [new-key] payload of A", "id-B [two-key] payload of B"]
        );
        for same in [
            write("A", Some(&["one-key"])),
            write("A", None),
            write("C", Some(&["x-key"])),
        ] {
            assert!(merged(&flows, &[same], false).unwrap().is_none());
        }
        assert!(merged(&flows, &[write("A", None)], true).unwrap().is_some());
        let mut other = write("B", None);
        other.settings.uses_lre = Some(true);
        let sent = merged(&flows, &[other], false).unwrap().unwrap();
        assert_eq!(sent[1].settings.uses_lre, Some(true));
        assert_eq!(
            sent[1].settings.test_payload.as_deref(),
            Some("payload of B")
        );
    }

    #[test]
    fn a_mask_is_never_sent_in_place_of_a_key() {
        let flows = [live("A", &["****"]), live("B", &["two-key"])];
        let why = merged(&flows, &[write("B", Some(&["new-key"]))], true).unwrap_err();
        assert!(why.to_string().contains("\"A\""), "{why}");
        let sent = merged(&flows, &[write("A", Some(&["one-key"]))], true).unwrap();
        assert_eq!(shown(&sent.unwrap())[0], "id-A [one-key] payload of A");
        // After a move of which nothing shows that keys were lost.
        assert!(
            merged(&flows, &[write("A", Some(&["one-key"]))], false)
                .unwrap()
                .is_none()
        );
        let lost = [live("A", &[]), live("B", &["two-key"])];
        assert!(
            merged(&lost, &[write("A", Some(&["one-key"]))], false)
                .unwrap()
                .is_some()
        );
    }
}
