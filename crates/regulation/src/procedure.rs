//! A procedure: the states a case passes, who may move it, its fields and its clocks.

use serde::{Deserialize, Serialize};

use crate::{
    Holder, Party, Term,
    keyed::{self, Keyed},
    term,
    titled::titled,
    transition::{Effect, Transition},
};

/// The life of one kind of case, as a regulation lays it down.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Stable name, unique in the compendium, such as `rectification`.
    pub key: String,
    /// 中文名.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// How cases are numbered.
    pub number: Numbering,
    /// The roles that make up the office (`@office`, holder `office`), wherever their post's unit
    /// contains the unit of the case.
    pub office: Vec<Party>,
    /// `regulation-id/list-key` of the code list of channels.
    #[serde(default)]
    pub channels: Option<String>,
    /// `regulation-id/list-key` of the code list of classes, whose items carry default terms.
    #[serde(default)]
    pub classes: Option<String>,
    /// How a case comes in.
    pub intake: Intake,
    /// The states in the order of the file.
    #[serde(deserialize_with = "keyed::list")]
    pub states: Vec<State>,
    /// The fields in the order of the file.
    #[serde(default, deserialize_with = "keyed::list")]
    pub fields: Vec<Field>,
    /// The clocks in the order of the file.
    #[serde(default, deserialize_with = "keyed::list")]
    pub clocks: Vec<Clock>,
    /// The transitions in the order of the file.
    #[serde(deserialize_with = "keyed::list")]
    pub transitions: Vec<Transition>,
}

impl Procedure {
    /// The state with this key.
    pub fn state(&self, key: &str) -> Option<&State> {
        self.states.iter().find(|state| state.key == key)
    }

    /// The transition with this key.
    pub fn transition(&self, key: &str) -> Option<&Transition> {
        self.transitions.iter().find(|transition| transition.key == key)
    }

    /// The field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The clock with this key.
    pub fn clock(&self, key: &str) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.key == key)
    }

    /// The transitions a case may take from a state, in the order of the file.
    pub fn transitions_from<'a>(&'a self, state: &'a State) -> impl Iterator<Item = &'a Transition> {
        self.transitions.iter().filter(move |transition| transition.from.includes(state))
    }

    /// Whether taking this transition turns the second key: it confirms a result or closes the case.
    /// Nobody who took part in the handling may take it, whatever other post they hold.
    pub fn needs_second_key(&self, transition: &Transition) -> bool {
        transition.confirms() || self.leads_to(transition).is_some_and(State::is_closed)
    }

    /// The state a transition names as its end; `None` when it stays or goes back.
    pub fn leads_to(&self, transition: &Transition) -> Option<&State> {
        transition.to.state().and_then(|key| self.state(key))
    }
}

/// How numbers are written: `整改〔{year}〕{n}号`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// The text with `{n}` and, where numbers restart each year, `{year}`.
    pub pattern: String,
    /// When `n` begins again at 1.
    #[serde(default)]
    pub restarts: Restart,
}

impl Numbering {
    /// The number as it is printed.
    pub fn render(&self, year: i16, n: u32) -> String {
        self.pattern.replace("{year}", &year.to_string()).replace("{n}", &n.to_string())
    }
}

/// When a sequence begins again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Restart {
    /// Each calendar year, as document numbers do (GB/T 9704-2012, 7.2.5).
    #[default]
    Year,
    /// Never.
    Never,
}

/// How a case begins.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// Who may enter one; `@raiser` opens the public page.
    pub by: Vec<Party>,
    /// The channel of what residents enter themselves on the public page; a code of `channels`.
    #[serde(default)]
    pub public_channel: Option<String>,
    /// The state it begins in.
    pub state: String,
    /// Fields that must be given.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Fields that may be given.
    #[serde(default)]
    pub optional: Vec<String>,
    /// What happens besides.
    #[serde(default)]
    pub effects: Vec<Effect>,
}

/// A state of a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Stable name.
    #[serde(skip)]
    pub key: String,
    /// 中文名.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// Who holds the ball; `nobody` in closed states.
    #[serde(default = "nobody")]
    pub holder: Holder,
    /// The resident hears a word at least this often while the case is here.
    #[serde(default, deserialize_with = "term::maybe")]
    pub next_word_within: Option<Term>,
    /// What happens when the holder stays silent.
    #[serde(default)]
    pub fallback: Option<Fallback>,
    /// How the state counts in tallies and circulars.
    #[serde(default)]
    pub counts_as: CountsAs,
    /// Which column of the board it stands in; several states may share one.
    pub column: Column,
}

fn nobody() -> Holder {
    Holder::Nobody
}

impl State {
    /// Whether the case has ended here.
    pub fn is_closed(&self) -> bool {
        self.counts_as == CountsAs::Closed
    }
}

/// What the platform does when the holder stays silent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fallback {
    /// After this long in the state.
    #[serde(deserialize_with = "term::read")]
    pub after: Term,
    /// The transition taken then; `@clock` must be among those who may take it.
    pub take: String,
}

/// How a state counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CountsAs {
    /// 未办结.
    #[default]
    Open,
    /// 已办结待确认: said to be done, the second key not yet turned.
    Handled,
    /// 已销号 or otherwise ended.
    Closed,
}

/// The columns of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    /// Come in, not yet with anybody.
    Incoming,
    /// Being worked on.
    Doing,
    /// Waiting for somebody else.
    Waiting,
    /// Said to be done, not yet confirmed.
    Unconfirmed,
    /// Ended.
    Closed,
}

/// A datum of a case. Fields named in [`Field::WELL_KNOWN`] have a meaning of their own to the case
/// kernel; all others are the regulation's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Stable name.
    #[serde(skip)]
    pub key: String,
    /// 中文名.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// What it holds.
    pub kind: FieldKind,
    /// For `code`: the list, `regulation-id/list-key`, or the key of one in the same regulation.
    #[serde(default)]
    pub list: Option<String>,
    /// Several values may be given.
    #[serde(default)]
    pub many: bool,
    /// Who may see it.
    #[serde(default)]
    pub privacy: Privacy,
    /// What is filled in when nothing is given.
    #[serde(default)]
    pub default: Option<DueRule>,
    /// A line under the field.
    #[serde(default)]
    pub help: String,
    /// The same in English.
    #[serde(default)]
    pub help_en: String,
}

impl Field {
    /// Fields the case kernel itself reads: what was said, where, by whom; and the four
    /// responsibilities of the ledger with its term.
    pub const WELL_KNOWN: [&'static str; 14] = [
        "title",
        "detail",
        "channel",
        "unit",
        "raiser",
        "contact",
        "class",
        "leader",
        "department",
        "person",
        "due",
        "co_departments",
        "merged_into",
        "parts",
    ];
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// One line.
    Text,
    /// Many lines.
    LongText,
    /// A whole number.
    Number,
    /// An amount in 分.
    Money,
    /// A day.
    Date,
    /// An item of a code list.
    Code,
    /// A person.
    Person,
    /// A unit.
    Unit,
    /// Another case.
    Case,
    /// A file.
    Attachment,
}

/// Who may see a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Privacy {
    /// May be published with the case.
    Open,
    /// Those who may see the case.
    #[default]
    Internal,
    /// Encrypted; every look needs a reason and is journalled.
    Sealed,
}

/// How a due date comes about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DueRule {
    /// `class`: today and the term of the case's class.
    ClassTerm,
    /// `field:KEY`: the day in that field.
    Field(String),
    /// `7d`: today and this term, never earlier than the day already set.
    Term(Term),
}

impl TryFrom<String> for DueRule {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text == "class" {
            return Ok(Self::ClassTerm);
        }
        match text.strip_prefix("field:") {
            Some(field) => Ok(Self::Field(field.to_owned())),
            None => Term::parse(&text).map(Self::Term).map_err(|_| term::unreadable(&text)),
        }
    }
}

impl From<DueRule> for String {
    fn from(rule: DueRule) -> Self {
        match rule {
            DueRule::ClassTerm => "class".to_owned(),
            DueRule::Field(field) => format!("field:{field}"),
            DueRule::Term(term) => term.to_string(),
        }
    }
}

/// A term somebody is held to. Every running clock stops when the case closes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Stable name.
    #[serde(skip)]
    pub key: String,
    /// 中文名.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// It runs for this long …
    #[serde(default, deserialize_with = "term::maybe")]
    pub term: Option<Term>,
    /// … or until the day in this field of the case …
    #[serde(default)]
    pub until: Option<String>,
    /// … or for the answer term of this slip (`regulation-id/slip-key`).
    #[serde(default)]
    pub slip: Option<String>,
    /// Transitions (or `intake`) that start it; starting again begins anew.
    pub starts_on: Vec<String>,
    /// Transitions that stop it.
    pub stops_on: Vec<String>,
    /// It runs only while one of these holds the ball and pauses otherwise; empty means always.
    #[serde(default)]
    pub runs_while: Vec<Holder>,
    /// Warns this long before.
    #[serde(default, deserialize_with = "term::maybe")]
    pub warn_before: Option<Term>,
    /// Who is told when it has run out.
    #[serde(default)]
    pub tell_when_late: Vec<Party>,
    /// The rule it comes from.
    #[serde(default)]
    pub basis: String,
}

titled!(Procedure, State, Field, Clock);

impl Keyed for State {
    fn set_key(&mut self, key: String) {
        self.key = key;
    }
}
impl Keyed for Field {
    fn set_key(&mut self, key: String) {
        self.key = key;
    }
}
impl Keyed for Clock {
    fn set_key(&mut self, key: String) {
        self.key = key;
    }
}
