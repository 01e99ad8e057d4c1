//! Accounts: the login name and password a person signs in with.

mod acts;
pub(crate) mod store;

use base::{
    Id, Refusal, Result, Timestamp,
    noun::{self, Person},
};
use db::Cx;

pub use acts::{change_login, change_password, close, rename, reopen, unlock};
pub(crate) use acts::{login_taken, told};

/// An account as administrators see it. The password hash stays in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account.
    pub id: Id<noun::Account>,
    /// Whose it is.
    pub person: Id<Person>,
    /// The person's name as last told.
    pub name: String,
    /// The login name.
    pub login: Login,
    /// When it was made.
    pub made_at: Timestamp,
    /// When the password was last set.
    pub password_set_at: Timestamp,
    /// Since when it is closed.
    pub closed_at: Option<Timestamp>,
    /// Whether signing in asks for six digits too.
    pub second_factor: SecondFactor,
}

/// Whether signing in asks for six digits too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// It does.
    On,
    /// The password is enough.
    Off,
}

/// A login name: lower case, without blanks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Login(String);

impl Login {
    /// Reads a login name: 2 to 64 letters (Chinese included), digits or `. _ - @`. Case does not count.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let login = text.trim().to_lowercase();
        let length = login.chars().count();
        let plain = login.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@'));
        if plain && (2..=64).contains(&length) {
            return Ok(Self(login));
        }
        Err(Refusal::invalid("access.login-form").field("login"))
    }

    /// A login name read from a row.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The login name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An act that asked for the password again. `Failed` is an answer, not an error: the failed try
/// must be counted and journalled, which an error would roll back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// Done.
    Done,
    /// Not done, because.
    Failed(Refusal),
}

/// The account.
pub fn load(cx: &mut Cx<'_>, id: Id<noun::Account>) -> Result<Account> {
    store::find(cx, id)?.ok_or_else(|| Refusal::not_found("access.no-account").into())
}

/// The account of a person, if there is one.
pub fn of_person(cx: &mut Cx<'_>, person: Id<Person>) -> Result<Option<Account>> {
    store::of_person(cx, person)
}

/// Accounts by login name, a page after `after` (empty for the first).
pub fn list(cx: &mut Cx<'_>, after: &str, limit: u32) -> Result<Vec<Account>> {
    store::list(cx, after, limit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn login_names_ignore_case_and_refuse_blanks() {
        assert_eq!(Login::parse(" Li.Wei ").unwrap().as_str(), "li.wei");
        assert_eq!(Login::parse("李伟").unwrap().as_str(), "李伟");
        for bad in ["", "x", "li wei", "li\u{3000}wei", "a/b", &"x".repeat(65)] {
            assert_eq!(Login::parse(bad).unwrap_err().key, "access.login-form", "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_login_name_reads_back_as_itself(text in "\\PC{0,70}") {
            if let Ok(login) = Login::parse(&text) {
                prop_assert_eq!(Login::parse(login.as_str()).unwrap(), login);
            }
        }
    }
}
