//! A living township for tests: a small county with its people, who act through HTTP.
//!
//! ```no_run
//! for w in testkit::worlds() {
//!     let page = w.office_director().get("/cases");
//!     assert_eq!(page.status, 200);
//!     let made = w.office_clerk().api("POST", "/api/v1/cases", &w.problem("路灯不亮"));
//!     assert_eq!(made.status, 201);
//! }
//! ```
//!
//! Everything is invented: the codes stand for no real county. The clock stands still until a test turns
//! it, ids come from a seed, and no socket is opened. A step of the set-up that fails ends the test.
#![expect(clippy::missing_panics_doc, reason = "a story stops where it goes wrong")]

mod people;
mod reply;
mod visitor;
mod world;

pub use people::{Cast, Member};
pub use reply::Reply;
pub use visitor::Visitor;
pub use world::{LOG_KEY, Places, World, code, furnish, token_of, worlds};
