//! Refusals ("no, because") and faults ("we are wrong"), kept apart everywhere.

use std::borrow::Cow;

/// What every act and page returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something did not happen.
#[derive(Debug)]
pub enum Error {
    /// The request cannot be carried out; each refusal names a field or a rule and the mend.
    Refused(Vec<Refusal>),
    /// Something is wrong on our side. The text is for the log only, never for the reader.
    Fault(String),
}

impl Error {
    /// A fault of ours, from whatever describes it.
    pub fn fault(cause: impl std::fmt::Display) -> Self {
        Self::Fault(cause.to_string())
    }

    /// The refusals, if this is a refusal.
    pub fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Refused(refusals) => refusals,
            Self::Fault(_) => &[],
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(refusals) => {
                let keys: Vec<&str> = refusals.iter().map(|r| r.key.as_ref()).collect();
                write!(f, "refused: {}", keys.join(", "))
            }
            Self::Fault(cause) => write!(f, "fault: {cause}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

/// The class of a refusal, which decides the HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// What was sent is not acceptable: 422.
    Invalid,
    /// Nobody is signed in: 401.
    Unauthenticated,
    /// The actor may not do this: 403.
    Forbidden,
    /// There is no such thing, or the actor may not know of it: 404.
    NotFound,
    /// The thing is not in a state that allows this: 409.
    Conflict,
    /// Too many attempts: 429.
    TooMany,
    /// What was sent is too large: 413.
    TooLarge,
}

/// "No, because": a stable key into the text catalogue, with what the sentence needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable name such as `case.needs-second-key`. It is the Fluent id with `.` for the first `-`:
    /// `case.needs-second-key` is looked up as `case-needs-second-key`.
    pub key: Cow<'static, str>,
    /// The form field or JSON member concerned, if any.
    pub field: Option<String>,
    /// Values for the sentence, in no particular order.
    pub args: Vec<(Cow<'static, str>, String)>,
    /// Which class of refusal this is.
    pub kind: RefusalKind,
}

impl Refusal {
    fn new(kind: RefusalKind, key: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), field: None, args: Vec::new(), kind }
    }

    /// What was sent is not acceptable.
    pub fn invalid(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Invalid, key)
    }

    /// The actor may not do this.
    pub fn forbidden(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Forbidden, key)
    }

    /// There is no such thing, or the actor may not know of it.
    pub fn not_found(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::NotFound, key)
    }

    /// The thing is not in a state that allows this.
    pub fn conflict(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Conflict, key)
    }

    /// Nobody is signed in.
    pub fn unauthenticated(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Unauthenticated, key)
    }

    /// Too many attempts.
    pub fn too_many(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::TooMany, key)
    }

    /// What was sent is too large.
    pub fn too_large(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::TooLarge, key)
    }

    /// Names the field concerned.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds a value for the sentence.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts, without an ampersand at each call")]
    pub fn arg(mut self, name: impl Into<Cow<'static, str>>, value: impl ToString) -> Self {
        self.args.push((name.into(), value.to_string()));
        self
    }

    /// The id of the sentence in the text catalogue.
    pub fn text_key(&self) -> String {
        self.key.replacen('.', "-", 1)
    }
}
