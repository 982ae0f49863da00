//! The `prism-gitops` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    // The process has one TLS provider; a second installation is refused and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    prism_gitops::cli::run(std::env::args_os(), std::env::vars_os()).into()
}
