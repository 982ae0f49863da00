//! The vendor's own command line on the peer, to verify independently that the peer behaves as the API does.
//! What it does on the sandbox is in `tests/it/prism.rs`.

use super::server::{Kind, Server};
use crate::cli::far_end::post;
use crate::prism::PING;
use crate::prism::cli::{Prism, both, cell, only, row};

#[test]
fn the_prism_cli_takes_the_peer_for_the_real_thing() {
    let Some(server) = Server::start(Kind::Peer, &[]) else {
        return;
    };
    let granted = post(
        &server.url,
        "/auth/refresh",
        r#"{"refresh_token": "sandbox"}"#,
    );
    let granted: serde_json::Value = serde_json::from_str(&granted).unwrap();
    let token = granted["access_token"].as_str().unwrap().to_owned();
    let prism = Prism::with_token(&server.url, token);
    let file = prism.file("ping.yml", PING);
    let (me, id) = both(
        || prism.ok(&["me"]),
        || prism.ok(&["integrations:import", "--path", &file]),
    );
    assert!(me.contains("Acme Inc"), "{me}");
    let version = prism.ok(&["integrations:publish", &id, "--comment", "first"]);
    assert_ne!(version, id);
    let (listed, versions) = both(
        || prism.table(&["integrations:list", "--extended"]),
        || prism.table(&["integrations:versions", &id, "--extended"]),
    );
    assert_eq!(cell(only(&listed), "name"), "Ping");
    let version = row(&versions, "id", &version);
    assert_eq!(cell(version, "versionComment"), "first");
}
