//! The targets of `fuzz/` on stable: every corpus, and each file of it spoilt in many ways.
//!
//! `PRISM_GITOPS_TEST_INPUTS` asks for more inputs for each target. What fails is written to
//! `target/fuzzed/`, and belongs into the corpus once it is fixed.

use std::panic::catch_unwind;
use std::path::Path;

use crate::fuzz_bodies::TARGETS;

const INPUTS: u64 = 400;

/// Texts that parsers stumble over.
const STRANGE: [&[u8]; 16] = [
    b"null",
    b"{}",
    b"[]",
    b"\"\"",
    b"-1",
    b"1e999",
    b"\xff",
    b"\0",
    b"&a *a",
    b"<<:",
    b"!!binary",
    b"---\n",
    b"\\u0000",
    b"\xe2\x80\xa8",
    b"18446744073709551616",
    b"{{",
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % most.max(1)
    }
}

/// Some changes to an input, in the manner of a fuzzer that is not guided.
fn spoilt(seeds: &[Vec<u8>], number: u64) -> Vec<u8> {
    let mut dice = Dice((number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut input = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(4) {
        let at = dice.below(input.len());
        let end = (at + 1 + dice.below(24)).min(input.len());
        match dice.below(6) {
            0 if !input.is_empty() => input[at] ^= 1 << dice.below(8),
            1 => input.truncate(at),
            2 => drop(input.drain(at.min(end)..end)),
            3 => {
                let part = input[at.min(end)..end].to_vec();
                let to = dice.below(input.len());
                input.splice(to..to, part);
            }
            4 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len());
                input.splice(at.., other[from..].iter().copied());
            }
            _ => {
                let word = STRANGE[dice.below(STRANGE.len())];
                input.splice(at.min(end)..end, word.iter().copied());
            }
        }
    }
    input
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let inputs: Vec<_> = paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    assert!(inputs.len() >= 2, "{name}: {} files", inputs.len());
    inputs
}

fn withstands(name: &str) {
    let (_, body) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let asked = std::env::var("PRISM_GITOPS_TEST_INPUTS").ok();
    let most = asked.map_or(INPUTS, |inputs| inputs.parse().unwrap());
    let seeds = corpus(name);
    let inputs = seeds.iter().cloned();
    for input in inputs.chain((0..most).map(|number| spoilt(&seeds, number))) {
        if catch_unwind(|| body(&input)).is_err() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzzed");
            let path = folder.join(name);
            let kept =
                std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, &input));
            panic!("{name}: {} ({kept:?})", path.display());
        }
    }
}

#[test]
fn every_target_has_a_program_and_a_corpus() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    for (name, _) in TARGETS {
        assert!(
            manifest.contains(&format!("fuzz_targets/{name}.rs")),
            "{name}"
        );
        corpus(name);
    }
}

#[test]
fn manifests() {
    withstands("manifests");
}

#[test]
fn definitions() {
    withstands("definitions");
}

#[test]
fn canonical() {
    withstands("canonical");
}

#[test]
fn graphql() {
    withstands("graphql");
}

#[test]
fn webhooks() {
    withstands("webhooks");
}

#[test]
fn plans() {
    withstands("plans");
}
