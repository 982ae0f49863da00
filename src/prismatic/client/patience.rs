//! How long a client tries, with somebody waiting and without.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::prismatic::error::PlatformError;
use crate::prismatic::testing::{Fake, client, connect, data};

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<String>>);

impl RetryListener for Heard {
    fn trying_again(&self, error: &PlatformError, _: Duration) {
        self.0.lock().unwrap().push(error.to_string());
    }
}

/// Who waits for a first answer hears soon that there will be none; later, patience pays.
#[tokio::test(start_paused = true)]
async fn a_person_does_not_wait_for_a_server_that_was_never_there() {
    let identity = || data(&json!({"authenticatedUser": {"id": "u"}}));
    for (before, attended, requests) in [
        (vec![], true, 2),
        (vec![], false, 6),
        (vec![identity()], true, 7),
    ] {
        let fake = Fake::script([before.clone(), vec![connect()]].concat());
        let heard = Arc::new(Heard::default());
        let mut client = client(&fake);
        if attended {
            client = client.attended(Some(Arc::clone(&heard) as _));
        }
        for _ in 0..=before.len() {
            let _ = client.identity().await;
        }
        assert_eq!(fake.count(), requests, "{attended}");
        let heard = heard.0.lock().unwrap();
        let expected = if attended {
            requests - 1 - before.len()
        } else {
            0
        };
        assert_eq!(heard.len(), expected, "{heard:?}");
        assert!(heard.iter().all(|it| it.contains("cannot connect")));
    }
}
