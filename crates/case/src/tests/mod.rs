//! Stories of cases, on both engines, under the regulations as shipped.

mod property;
mod stories;
mod verbs;
mod world;
