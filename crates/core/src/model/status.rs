//! The state of a resource in Argo CD's words, and two of our own.

/// Whether the tenant matches the manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub enum SyncStatus {
    /// Nothing to do.
    Synced,
    /// Something to do.
    OutOfSync,
    /// Not known: reading it failed.
    Unknown,
}

/// How the resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub enum Health {
    /// Fine.
    Healthy,
    /// On its way.
    Progressing,
    /// Its last execution or deploy failed.
    Degraded,
    /// Switched off, by us or by Prismatic.
    Suspended,
    /// Declared, and not there.
    Missing,
    /// Not known.
    Unknown,
    /// Cannot proceed until an input changes: a variable without a value, ….
    Blocked,
    /// A person must act: OAuth consent.
    Pending,
}

impl std::fmt::Display for SyncStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

impl std::fmt::Display for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}
