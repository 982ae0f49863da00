//! The page: what is checked in is what its sources build, and it works in a browser.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

/// A script of an installed package, run by Node in `ui`. Nothing where Node or the packages are not there.
fn run(script: &str, args: &[&str]) -> Option<Output> {
    let ui = root().join("ui");
    let script = ui.join("node_modules").join(script);
    if !script.is_file() {
        println!("skipped: `make ui` was not run, so that the page cannot be built or tested");
        return None;
    }
    match Command::new("node")
        .arg(script)
        .args(args)
        .current_dir(ui)
        .output()
    {
        Ok(output) => Some(output),
        Err(error) => {
            println!(
                "skipped: Node is not there ({error}), so that the page cannot be built or tested"
            );
            None
        }
    }
}

fn well(output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    println!("{out}");
}

/// The files of a folder by their paths in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter();
    let files = entries.map(|entry| entry.unwrap().into_path());
    let files = files.filter(|path| path.is_file());
    let files = files.map(|path| {
        let name = path.strip_prefix(folder).unwrap().to_owned();
        (name, std::fs::read(path).unwrap())
    });
    files.collect()
}

#[test]
fn what_is_checked_in_is_what_is_built() {
    let scratch = tempfile::tempdir().unwrap();
    let built = scratch.path().join("dist");
    let out = built.to_str().unwrap();
    let build = [
        "build",
        "--logLevel",
        "warn",
        "--emptyOutDir",
        "--outDir",
        out,
    ];
    let Some(output) = run("vite/bin/vite.js", &build) else {
        return;
    };
    well(&output);
    let (built, kept) = (files(&built), files(&root().join("ui/dist")));
    assert!(built.len() >= 4, "{:?}", built.keys());
    assert_eq!(
        built.keys().collect::<Vec<_>>(),
        kept.keys().collect::<Vec<_>>(),
        "`make page` was not run after the last change of ui/src"
    );
    for (name, bytes) in &built {
        assert!(
            bytes == &kept[name],
            "{} differs: run `make page`",
            name.display()
        );
    }
}

#[test]
fn its_types_hold() {
    if let Some(output) = run("typescript/bin/tsc", &["--noEmit"]) {
        well(&output);
    }
}

/// Every view, with axe, at three widths and in both themes; acts, freshness, secrets, budgets of size.
#[test]
fn it_works_in_a_browser() {
    let chromium = std::env::var_os("CHROMIUM").unwrap_or_else(|| "/usr/bin/chromium".into());
    if !Path::new(&chromium).is_file() {
        println!(
            "skipped: Chromium is not there (scripts/test-tools installs it; CHROMIUM names another)"
        );
        return;
    }
    if let Some(output) = run("@playwright/test/cli.js", &["test", "--reporter=line"]) {
        well(&output);
    }
}

#[cfg(feature = "sandbox")]
mod real {
    //! The real daemon over the sandbox, in a browser.

    use std::process::{Command, Stdio};

    use super::{root, well};
    use crate::cli::daemon::address;
    use crate::cli::environment::Environment;
    use crate::cli::sandbox::{Running, lines, wait_for};

    /// Sent by the page to sign in, and looked for in everything that the page gets and keeps.
    const CANARY: &str = "c4nary-5ecret-of-the-daemon";

    /// Every view of examples/fleet, and a hold put on and ended, with the console and the canary watched.
    #[test]
    fn every_view_of_a_daemon_opens_and_a_hold_is_put_on_and_ended() {
        let chromium = std::env::var_os("CHROMIUM").unwrap_or_else(|| "/usr/bin/chromium".into());
        let playwright = root().join("ui/node_modules/@playwright/test/cli.js");
        if !std::path::Path::new(&chromium).is_file() || !playwright.is_file() {
            println!("skipped: Chromium or what `make ui` installs is not there");
            return;
        }
        let mut environment = Environment::new();
        environment.copy(&root().join("examples/fleet"));
        environment.set("PAGE_CANARY", CANARY);
        let mut child = environment
            .command()
            .args(
                "daemon --sandbox --env prod --listen 127.0.0.1:0 --log-format json --interval 1h --api-token env:PAGE_CANARY"
                    .split(' '),
            )
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = lines(child.stderr.take().unwrap());
        let _running = Running(child);
        let daemon = address(&wait_for(&log, "daemon.started"));
        wait_for(&log, "pass.finished");
        let output = Command::new("node")
            .arg(playwright)
            .args(["test", "real", "--reporter=line"])
            .current_dir(root().join("ui"))
            .env("PAGE_URL", format!("{}/", daemon.trim_end_matches('/')))
            .env("PAGE_TOKEN", CANARY)
            .env("PAGE_FOLDER", environment.project())
            .output()
            .unwrap();
        well(&output);
    }
}
