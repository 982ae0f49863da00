//! `sandbox`: a local Prismatic on loopback.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::cli::args::SandboxArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::runtime;
use crate::cli::ui::Ui;
use crate::runtime::clock::SystemClock;
use crate::sandbox::{self, FaultScript, Options, Rate, Sandbox, Seed};

/// Runs the command until a signal comes.
pub(super) async fn run(ui: &Ui, args: &SandboxArgs) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let address = address(&args.listen, args.allow_remote)?;
    let sandbox = Sandbox::open(options(args)?)
        .map_err(|error| CliError::user("cannot open the sandbox").because(&error))?;
    if let Some(by) = args.forward {
        let moved = sandbox.forward(by).await;
        moved.map_err(CliError::world)?;
        return Ok(Exit::Done);
    }
    let cannot = |error: std::io::Error| {
        CliError::world(format!("cannot serve on {address}"))
            .because(&error)
            .hint("choose another address with --listen; port 0 takes a free one")
    };
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let bound = listener.local_addr().map_err(cannot)?;
    ui.result(&format!("listening on http://{bound}\n"))?;
    ui.say(&hints(bound));
    let stop = async move { signals.draining().await };
    sandbox::serve(sandbox, listener, stop)
        .await
        .map_err(cannot)?;
    Ok(Exit::Done)
}

/// Where to serve. Other machines are kept out unless they are asked in: the
/// sandbox lets everyone in who knows the word.
fn address(listen: &str, allow_remote: bool) -> Result<SocketAddr, CliError> {
    let mut found = listen.to_socket_addrs().map_err(|error| {
        CliError::user(format!("{listen:?} is not an address to listen on"))
            .because(&error)
            .hint("write it as HOST:PORT, such as 127.0.0.1:8787")
    })?;
    let address = found
        .next()
        .ok_or_else(|| CliError::user(format!("{listen:?} has no address")))?;
    if address.ip().is_loopback() || allow_remote {
        return Ok(address);
    }
    Err(CliError::user(format!(
        "{listen} can be reached from other machines, and the sandbox requires no password"
    ))
    .hint("listen on 127.0.0.1, or add --allow-remote"))
}

fn options(args: &SandboxArgs) -> Result<Options, CliError> {
    let mut options = Options::new(Arc::new(SystemClock));
    options.state.clone_from(&args.state);
    options.seed = Seed::named(&args.seed);
    options.behaviour.rate = args.rate.map(|requests_per_second| Rate {
        requests_per_second,
        burst: requests_per_second.ceil() as u32,
        retry_after: true,
    });
    if let Some(latency) = args.latency {
        options.behaviour.latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
    }
    if let Some(file) = &args.faults {
        options.faults = faults(file)?;
    }
    Ok(options)
}

fn faults(file: &Path) -> Result<FaultScript, CliError> {
    let bad = |error: &dyn std::error::Error| {
        CliError::user(format!("cannot read the faults in {}", file.display())).because(error)
    };
    let text = std::fs::read_to_string(file).map_err(|error| bad(&error))?;
    serde_json::from_str(&text).map_err(|error| bad(&error))
}

/// How to use it, for people.
fn hints(address: SocketAddr) -> String {
    format!(
        "\n\
         With prism-gitops:\n  \
         export PRISMATIC_URL=http://{address} PRISM_REFRESH_TOKEN=sandbox\n  \
         prism-gitops plan\n\
         \n\
         With prism:\n  \
         export PRISMATIC_URL=http://{address}\n  \
         export PRISM_ACCESS_TOKEN=$(curl -s {address}/auth/refresh \
         -H 'content-type: application/json' \
         -d '{{\"refresh_token\":\"sandbox\"}}' | sed 's/.*\"access_token\" *: *\"\\([^\"]*\\).*/\\1/')\n  \
         prism integrations:list\n\
         \n\
         Ctrl-C stops it."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_kept_out_unless_asked_in() {
        assert!(address("127.0.0.1:0", false).is_ok());
        assert!(address("[::1]:0", false).is_ok());
        assert!(address("localhost:0", false).is_ok());
        assert!(address("0.0.0.0:8787", true).is_ok());
        let refused = address("0.0.0.0:8787", false).unwrap_err();
        assert!(refused.hint_text().unwrap().contains("--allow-remote"));
        assert!(address("8787", false).is_err());
    }
}
