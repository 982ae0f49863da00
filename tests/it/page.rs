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
