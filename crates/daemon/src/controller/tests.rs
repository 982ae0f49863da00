//! The loop on a paused clock, with a scripted tenant and files in memory.

mod bench;
mod brakes;
mod history;
mod holding;
mod parts;
mod pass;
mod pausing;
mod stopping;
mod waking;
