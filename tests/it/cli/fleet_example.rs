//! `make fleet`: what its script shows, with the built binary.

use std::path::Path;
use std::process::Command;

use super::environment::Environment;

#[test]
fn a_bad_version_is_taken_back_and_a_good_one_reaches_everybody() {
    let environment = Environment::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/fleet-example");
    // In a folder of its own, and without a variable of ours.
    let output = Command::new(script)
        .arg(assert_cmd::cargo::cargo_bin!("prism-gitops"))
        .arg(environment.project())
        .env_clear()
        .env("HOME", environment.home())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("PRISM_GITOPS_SETTLE", "500ms")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    for said in [
        // 120 are created, as one group.
        "120 members of Fleet/acme",
        // Five canaries, and no other member.
        "canary  open",
        "5 members newly failed, 0 allowed",
        "HTTP 422 from ERP",
        "going-back",
        "No changes. The tenant matches the manifests.",
    ] {
        assert!(text.contains(said), "{said:?} is not in\n{text}");
    }
    // Two tenants: what is of production is not in the other.
    let dev = environment.project().join(".prism-gitops/sandbox-dev.json");
    let dev = std::fs::read_to_string(dev).unwrap();
    assert!(dev.contains("test-01") && !dev.contains("shop-0001"));
}

/// The commands of the manual's page, in a copy of the example.
#[test]
fn the_page_on_fleets_does_what_it_says() {
    let page = include_str!("../../../docs/fleets.md");
    let environment = Environment::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    environment.copy(&root.join("examples/fleet"));
    let block = page.split("```console\n").nth(1).unwrap();
    let commands = block.split("```").next().unwrap().lines();
    let mut shown = String::new();
    for command in commands {
        let line = command.strip_prefix("$ prism-gitops ").unwrap();
        shown.push_str(&environment.run(line).expect(0).stdout);
    }
    assert!(shown.contains("120 members of Fleet/acme"), "{shown}");
    // The customers are declared one by one; their instances are not listed so.
    let members = shown.lines().filter(|it| it.contains("Instance/acme/"));
    assert!(members.count() < 12, "{shown}");
}
