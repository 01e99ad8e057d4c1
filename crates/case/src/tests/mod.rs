//! Stories of cases, on both engines.
