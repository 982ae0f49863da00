//! The integration tests: one binary, one module per concern.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_macros,
    reason = "a helper that fails is a test that fails, and a skipped test says so"
)]

mod api;
mod architecture;
mod bad_input;
#[cfg(feature = "sandbox")]
mod behaviour;
#[expect(
    unreachable_pub,
    reason = "the benchmarks, a crate of their own, call them"
)]
#[cfg(feature = "sandbox")]
#[path = "../../benches/model.rs"]
mod bench_model;
#[cfg(feature = "sandbox")]
mod benched;
#[cfg(feature = "sandbox")]
mod canonical;
#[cfg(feature = "sandbox")]
mod cli;
#[cfg(feature = "sandbox")]
mod connections;
#[cfg(feature = "sandbox")]
mod corpus;
mod corpus_definitions;
#[cfg(feature = "sandbox")]
mod crash;
#[cfg(feature = "sandbox")]
mod customers;
mod daemon;
#[cfg(feature = "sandbox")]
mod degraded;
mod deploy;
#[cfg(feature = "sandbox")]
mod drift;
#[cfg(feature = "sandbox")]
mod faults;
#[cfg(feature = "sandbox")]
mod fleets;
#[expect(
    unreachable_pub,
    reason = "the fuzz targets, a crate of their own, call them"
)]
#[path = "../../fuzz/bodies.rs"]
mod fuzz_bodies;
mod fuzzed;
mod git;
#[cfg(feature = "sandbox")]
mod holds;
#[cfg(feature = "sandbox")]
mod killed;
mod killed_waves;
#[cfg(feature = "sandbox")]
mod lag;
mod operations;
mod page;
#[cfg(feature = "sandbox")]
mod peer;
mod pinned;
#[cfg(feature = "sandbox")]
mod prism;
mod project;
#[cfg(feature = "sandbox")]
mod published;
#[cfg(feature = "sandbox")]
mod quickstart;
#[cfg(feature = "sandbox")]
mod random_worlds;
#[cfg(feature = "sandbox")]
mod rollouts;
#[cfg(feature = "sandbox")]
mod sandbox;
#[cfg(feature = "sandbox")]
mod sdl;
mod seeded;
mod server;
#[cfg(feature = "sandbox")]
mod shared;
#[cfg(feature = "sandbox")]
mod sightings;
#[cfg(feature = "sandbox")]
mod soak;
mod wire;
