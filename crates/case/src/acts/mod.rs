//! What people may do with cases: each act journals and never commits.

mod asks;
mod clock_run;
mod effects;
mod more;
mod raise;
mod receipts;
mod take;
mod tell;

pub use asks::{EXTRA, ImportRow, NewAttachment, NewCase, NewImport, On, Raised, Receipt, Resident};
pub use clock_run::run_clock;
pub use more::{
    attach, begin_import, notices_seen, reindex, remove_view, save_view, undo_import, unseal_raiser,
};
pub use raise::{may_raise, raise, raise_many};
pub use receipts::{count_wrong_code, prove_code, prove_token};
pub use take::{take, take_many};
