//! What a failing world says, and the file it is replayed from.

use std::cell::RefCell;
use std::io::Write;
use std::panic;
use std::path::Path;
use std::sync::{Arc, Mutex, Once};

use tracing::subscriber::DefaultGuard;

use serde::Serialize;

use super::shrink::Found;

thread_local! {
    /// The last panic of this thread; `Some` while it is listened for.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Listens to what this thread panics with and logs, so that both can be searched.
pub(super) struct Heard {
    log: Log,
    _subscriber: DefaultGuard,
}

impl Heard {
    /// From now until it is dropped, to what is as grave as this.
    pub(super) fn listen(level: tracing::Level) -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let usual = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                let heard = PANIC.with_borrow_mut(|last| {
                    last.as_mut().map(|last| *last = info.to_string()).is_some()
                });
                if !heard {
                    usual(info);
                }
            }));
        });
        PANIC.set(Some(String::new()));
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        Self {
            log,
            _subscriber: tracing::subscriber::set_default(subscriber),
        }
    }

    /// The words of the last panic.
    pub(super) fn panic(&self) -> String {
        PANIC.with_borrow(|last| last.clone().unwrap_or_default())
    }

    /// Whether a secret was logged.
    pub(super) fn reveals(&self) -> bool {
        let log = self.log.0.lock().unwrap();
        crate::drift::whole::reveals(&String::from_utf8_lossy(&log))
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        PANIC.set(None);
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes the world to a file, and says how to live through it again.
pub(super) fn of<C: Serialize>(name: &str, found: &Found<C>) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/worlds");
    let path = folder.join(format!("{name}.json"));
    let case = written(&found.case);
    let kept = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, &case));
    let kept = kept.map_or_else(|error| format!("not written: {error}"), |()| String::new());
    format!(
        "{name}: {}\nthe smallest world that fails, after {} others:\n{case}\n{kept}\
         replay it with\n  PRISM_GITOPS_TEST_REPLAY={} cargo test --test it random_worlds::replay",
        found.fault,
        found.tried,
        path.display(),
    )
}

/// A world as text: of the server, only what is not as usual.
pub(super) fn written(case: &impl Serialize) -> String {
    let mut value = serde_json::to_value(case).unwrap();
    let usual = serde_json::to_value(prism_gitops::sandbox::Behaviour::default()).unwrap();
    if let Some(server) = value["server"].as_object_mut() {
        server.retain(|key, switch| usual.get(key) != Some(switch));
    }
    serde_json::to_string_pretty(&value).unwrap()
}
