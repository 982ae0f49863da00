//! What a history keeps, and what it does when it cannot.
