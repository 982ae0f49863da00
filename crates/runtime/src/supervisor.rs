//! Status messages to the service manager: systemd's notify protocol.
//!
//! One datagram of `KEY=value` lines to the socket that `NOTIFY_SOCKET` names,
//! as `sd_notify(3)` describes. Nothing waits for it and nothing fails because
//! of it: a service manager that does not listen changes no work.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

/// The service manager that started this process.
#[derive(Debug)]
pub struct Supervisor {
    socket: UnixDatagram,
    watchdog: Option<Duration>,
}

impl Supervisor {
    /// The service manager that these variables name; `None` where none does.
    ///
    /// `WATCHDOG_PID` is the process that `WATCHDOG_USEC` is meant for; `process` is our own id.
    ///
    /// # Errors
    ///
    /// When there is a name and no socket behind it.
    pub fn find(variables: &BTreeMap<String, String>, process: u32) -> io::Result<Option<Self>> {
        let Some(name) = variables.get("NOTIFY_SOCKET").filter(|n| !n.is_empty()) else {
            return Ok(None);
        };
        let socket = UnixDatagram::unbound()?;
        // A full socket must not stop the loop.
        socket.set_nonblocking(true)?;
        connect(&socket, name)?;
        Ok(Some(Self {
            socket,
            watchdog: watchdog(variables, process),
        }))
    }

    /// After this long without a message the service manager considers the process dead; `None` without a
    /// watchdog.
    #[must_use]
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Sends lines of `KEY=value`. What cannot be sent is lost.
    pub fn tell(&self, lines: &str) {
        if let Err(error) = self.socket.send(lines.as_bytes()) {
            tracing::debug!(event = "supervisor.deaf", %error, "the service manager does not listen");
        }
    }
}

/// A path, or with `@` a name without a file.
fn connect(socket: &UnixDatagram, name: &str) -> io::Result<()> {
    let Some(hidden) = name.strip_prefix('@') else {
        return socket.connect(name);
    };
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use std::os::linux::net::SocketAddrExt as _;
        let address = std::os::unix::net::SocketAddr::from_abstract_name(hidden)?;
        socket.connect_addr(&address)
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = hidden;
        Err(io::ErrorKind::Unsupported.into())
    }
}

fn watchdog(variables: &BTreeMap<String, String>, process: u32) -> Option<Duration> {
    let number = |name| {
        variables
            .get(name)
            .and_then(|text| text.parse::<u64>().ok())
    };
    if number("WATCHDOG_PID").is_some_and(|meant| meant != u64::from(process)) {
        return None;
    }
    let limit = number("WATCHDOG_USEC").filter(|micros| *micros > 0)?;
    Some(Duration::from_micros(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(rows: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = rows.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        owned.collect()
    }

    #[test]
    fn without_a_socket_there_is_nobody() {
        for rows in [&[][..], &[("NOTIFY_SOCKET", "")]] {
            assert!(Supervisor::find(&variables(rows), 1).unwrap().is_none());
        }
        let gone = variables(&[("NOTIFY_SOCKET", "/nowhere/notify")]);
        assert!(Supervisor::find(&gone, 1).is_err());
    }

    #[test]
    fn the_watchdog_is_for_the_process_it_names() {
        for (rows, expected) in [
            (&[("WATCHDOG_USEC", "2000000")][..], Some(2)),
            (
                &[("WATCHDOG_USEC", "2000000"), ("WATCHDOG_PID", "7")],
                Some(2),
            ),
            (&[("WATCHDOG_USEC", "2000000"), ("WATCHDOG_PID", "8")], None),
            (&[("WATCHDOG_USEC", "0")], None),
            (&[("WATCHDOG_USEC", "soon")], None),
            (&[], None),
        ] {
            let limit = watchdog(&variables(rows), 7);
            assert_eq!(limit, expected.map(Duration::from_secs), "{rows:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_without_a_file_are_reached() {
        use std::os::linux::net::SocketAddrExt as _;
        let name = format!("prism-gitops-test-{}", std::process::id());
        let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
        let ears = UnixDatagram::bind_addr(&address).unwrap();
        let rows = variables(&[("NOTIFY_SOCKET", &format!("@{name}"))]);
        let supervisor = Supervisor::find(&rows, 1).unwrap().unwrap();
        supervisor.tell("READY=1");
        let mut heard = [0; 64];
        let length = ears.recv(&mut heard).unwrap();
        assert_eq!(&heard[..length], b"READY=1");
    }
}
