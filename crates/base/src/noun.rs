//! What ids name: the nouns of the design, as types without values.

macro_rules! nouns {
    ($($(#[$doc:meta])* $noun:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $noun {}
    )*};
}

nouns! {
    /// 单位: a node of the organisation tree.
    Unit,
    /// 人员.
    Person,
    /// 职务: a person in a role at a unit, from a day to a day.
    Post,
    /// 授权: one person acts for another for a time.
    Delegation,
    /// 包联: a person or unit tied to something.
    Liaison,
    /// An account a person signs in with.
    Account,
    /// A signed-in browser.
    Session,
    /// A bearer token of the API.
    Token,
    /// The raiser of a case, sealed.
    Resident,
    /// 事项.
    Case,
    /// A line of a case's timeline.
    CaseEvent,
    /// A file hung on something.
    Attachment,
    /// One import of a workbook.
    Import,
    /// A saved view of a list.
    SavedView,
    /// A numbered supervision slip (督办单).
    Slip,
    /// 公开、文书: an issued text or table.
    Publication,
    /// 日志.
    Entry,
    /// A queued piece of work.
    Job,
    /// A line in somebody's bell.
    Notice,
}
