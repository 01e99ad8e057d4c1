//! Files people already have, in and out: workbooks and CSV are read and returned, tables are written,
//! and official documents are laid out. Bytes in, bytes out; nothing here touches a disk or a database.

pub mod annotate;
pub mod cell;
pub mod dates;
pub mod document;
pub mod read;
pub mod table;

pub use annotate::annotate;
pub use cell::Cell;
pub use dates::{parse_date, parse_date_in, parse_moment};
pub use table::Table;
