//! Publications: texts and tables made from live data whose every number leads to its rows; once issued
//! they are numbered, hashed and never changed.

pub mod acts;
pub mod model;
pub mod owed;
pub mod paper;
pub mod store;
mod take;
