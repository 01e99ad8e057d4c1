//! Organisation: divisions, units, posts and the people who hold them.

pub mod division;
