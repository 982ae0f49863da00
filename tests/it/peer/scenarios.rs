//! The scenarios that the tool is judged by, through the real binary, against both servers.

mod adoption;
mod configuration;
mod connections;
mod crashes;
mod customers;
mod flows;
mod guards;
mod lagging;
mod quoting;
mod shifting;
mod sweeps;
mod texts;
mod together;
mod versions;
