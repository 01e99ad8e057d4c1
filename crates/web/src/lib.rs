//! What every page stands on: modules and routes, the visit, the shell, forms, texts, errors as pages.
//!
//! `README.md` shows how a kernel uses it.

mod app;
mod assets;
mod fail;
mod form;
mod pages;
mod paging;
mod shell;
mod text;
mod visit;

pub use app::{App, AppBuilder, Gate, Module, PostsOf, Route, Tenant, Titles};
pub use fail::{Answer, Failure};
pub use form::{Form, Upload};
pub use pages::module;
pub use paging::{Paged, cursor_after};
pub use shell::Place;
pub use text::{Arg, Catalogue};
pub use visit::{Via, Visit};
