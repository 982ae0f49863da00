//! Taking an address.

use tokio::net::TcpListener;

/// Why an address could not be taken: the user's to settle.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct BindError {
    /// The address as it was given.
    pub address: String,
    /// What the system said.
    #[source]
    pub source: std::io::Error,
}

impl BindError {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> String {
        let advice = match self.source.kind() {
            std::io::ErrorKind::AddrInUse => "another process has it; stop that, or choose another",
            std::io::ErrorKind::PermissionDenied => {
                "ports below 1024 need privileges; choose another"
            }
            std::io::ErrorKind::AddrNotAvailable => {
                "this machine has no such address; choose another"
            }
            _ => "give one as HOST:PORT",
        };
        format!("{advice} with --listen (PRISM_GITOPS_LISTEN)")
    }
}

/// Takes an address, `127.0.0.1:8080` or `[::1]:0`.
///
/// # Errors
///
/// [`BindError`] when it is taken, not allowed, or none at all.
pub async fn bind(address: &str) -> Result<TcpListener, BindError> {
    let failed = |source| BindError {
        address: address.to_owned(),
        source,
    };
    TcpListener::bind(address).await.map_err(failed)
}
