//! The real binary against two servers that share no line: the sandbox, and the peer of
//! `tests/peer`, which was written from the schema alone. What holds against both rests on the
//! API and not on a habit of our own sandbox.

pub(crate) mod habits;
mod lines;
mod prism;
pub(crate) mod project;
pub(crate) mod proxy;
mod scenarios;
mod server;
mod world;

/// Runs each test against both servers.
macro_rules! against_both {
    ($($name:ident),+ $(,)?) => {
        mod sandbox {
            $(#[test] fn $name() { super::$name($crate::peer::server::Kind::Sandbox); })+
        }
        mod peer {
            $(#[test] fn $name() { super::$name($crate::peer::server::Kind::Peer); })+
        }
    };
}
use against_both;
