//! The ten scenarios that the tool is judged by, through the real binary, against both servers.

mod adoption;
mod configuration;
mod crashes;
mod guards;
mod sweeps;
mod versions;
