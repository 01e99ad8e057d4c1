//! Stories of publications, on both engines, under the regulations as shipped.

mod stories;
mod world;
