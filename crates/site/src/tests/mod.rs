//! Stories of residents, through the whole program by HTTP on both engines.

mod follow;
mod raise;
mod world;
