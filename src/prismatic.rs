//! Prismatic's GraphQL API, behind one trait in this project's words.

pub mod transport;
