//! The `prism-gitops` binary.

fn main() {}
