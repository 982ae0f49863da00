//! What the daemon does while something is down: nothing is written because of it, the age of what
//! is known stays visible, and it recovers alone. The table in `docs/daemon.md` names these tests.

mod disk;
mod page;
mod tenant;
mod token;
