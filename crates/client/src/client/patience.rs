//! How long a client retries, in a command and in a daemon.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::error::PlatformError;
use crate::testing::{Fake, Step, client, connect, data, throttled};

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<String>>);

impl RetryListener for Heard {
    fn trying_again(&self, error: &PlatformError, _: Duration) {
        self.0.lock().unwrap().push(error.to_string());
    }

    fn held_back(&self, wait: Duration) {
        let wait = format!("held back for {} s", wait.as_secs());
        self.0.lock().unwrap().push(wait);
    }

    fn still_waiting(&self, operation: &'static str, since: Duration) {
        let waiting = format!("{operation} for {} s", since.as_secs());
        self.0.lock().unwrap().push(waiting);
    }
}

/// A client without any answer yet gives up soon; later it retries for longer.
#[tokio::test(start_paused = true)]
async fn a_person_does_not_wait_for_a_server_that_was_never_there() {
    let identity = || data(&json!({"authenticatedUser": {"id": "u"}}));
    for (before, interactive, requests) in [
        (vec![], true, 2),
        (vec![], false, 6),
        (vec![identity()], true, 7),
    ] {
        let fake = Fake::script([before.clone(), vec![connect()]].concat());
        let heard = Arc::new(Heard::default());
        let mut client = client(&fake);
        if interactive {
            client = client.interactive(Some(Arc::clone(&heard) as _));
        }
        for _ in 0..=before.len() {
            let _ = client.identity().await;
        }
        assert_eq!(fake.count(), requests, "{interactive}");
        let heard = heard.0.lock().unwrap();
        let expected = if interactive {
            requests - 1 - before.len()
        } else {
            0
        };
        assert_eq!(heard.len(), expected, "{heard:?}");
        assert!(heard.iter().all(|it| it.contains("cannot connect")));
    }
}

fn heard(fake: &Arc<Fake>) -> (PrismaticClient, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let client = client(fake).interactive(Some(Arc::clone(&heard) as _));
    (client, heard)
}

/// Many requests wait for one pause: it is reported at once, and once.
#[tokio::test(start_paused = true)]
async fn a_pause_that_the_server_asks_for_is_told_when_it_begins() {
    let identity = || data(&json!({"authenticatedUser": {"id": "u"}}));
    let pause = || Box::new(throttled(Some("30")));
    let fake = Fake::new(move |ask| match ask.number {
        // All are under way when the first is answered.
        0..3 => Step::After(Duration::from_millis(100), pause()),
        _ => identity(),
    });
    let (client, heard) = heard(&fake);
    let _ = tokio::join!(client.identity(), client.identity(), client.identity());
    assert_eq!(*heard.0.lock().unwrap(), ["held back for 30 s"]);
    assert_eq!(fake.count(), 6);
}

/// A server that answers a byte at a time, or not at all: one limit holds for the whole answer and for all
/// attempts, and the wait is reported long before it ends.
#[tokio::test(start_paused = true)]
async fn a_server_that_never_ends_its_answer_is_told_of_and_given_up() {
    let fake = Fake::script(vec![Step::Hang]);
    let (client, heard) = heard(&fake);
    let begun = tokio::time::Instant::now();
    let error = client.identity().await.unwrap_err();
    assert!(error.to_string().contains("no response within"), "{error}");
    assert!(
        begun.elapsed() <= Duration::from_secs(121),
        "{:?}",
        begun.elapsed()
    );
    let heard = heard.0.lock().unwrap();
    assert_eq!(heard[0], "authenticatedUser for 15 s");
    assert!(heard.len() >= 4, "{heard:?}");
}
