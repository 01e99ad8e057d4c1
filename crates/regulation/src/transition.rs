//! Transitions: the verbs of Chinese offices, who may use them, and what they bring about.

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{DueRule, Party, State, Term, keyed::Keyed, term, titled::titled};

/// A move of a case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// Stable name, unique in the procedure.
    #[serde(skip)]
    pub key: String,
    /// The verb the platform understands; the key itself where that is a verb.
    #[serde(default)]
    verb: Option<Verb>,
    /// 中文名, verb first.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// The states it may be taken from.
    pub from: Origin,
    /// Where it leads.
    #[serde(default)]
    pub to: Destination,
    /// Who may take it. A role counts where the post's unit contains the unit of the case.
    pub by: Vec<Party>,
    /// Fields that must be given.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Fields that may be given.
    #[serde(default)]
    pub optional: Vec<String>,
    /// Whether a note is written.
    #[serde(default)]
    pub note: Note,
    /// The resident sees the note, and it counts as the word that was promised.
    #[serde(default)]
    pub public: bool,
    /// It cannot be taken back, so the page asks once more.
    #[serde(default)]
    pub irreversible: bool,
    /// How often it may be taken in the life of one case.
    #[serde(default)]
    pub limit: Option<u32>,
    /// It may be taken only this long after something else.
    #[serde(default)]
    pub within: Option<Window>,
    /// Conditions, all of which must hold.
    #[serde(default)]
    pub guards: Vec<GuardRule>,
    /// What happens besides.
    #[serde(default)]
    pub effects: Vec<Effect>,
    /// The rule it comes from.
    #[serde(default)]
    pub basis: String,
}

impl Transition {
    /// The verb; `None` only in a regulation the checker refuses.
    pub fn verb(&self) -> Option<Verb> {
        self.verb
    }

    /// Whether it says that the result is accepted.
    pub fn confirms(&self) -> bool {
        self.verb == Some(Verb::Confirm)
    }

    /// Whether anybody with this relation may take it.
    pub fn allows(&self, party: &Party) -> bool {
        self.by.contains(party)
    }
}

impl Keyed for Transition {
    fn set_key(&mut self, key: String) {
        self.verb = self.verb.or_else(|| Verb::from_word(&key));
        self.key = key;
    }
}

/// Where a transition may be taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// These states.
    States(Vec<String>),
    /// `*open`: every state that is not closed.
    Open,
}

impl Origin {
    /// Whether a case in `state` may take it.
    pub fn includes(&self, state: &State) -> bool {
        match self {
            Self::States(keys) => keys.contains(&state.key),
            Self::Open => !state.is_closed(),
        }
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            One(String),
            Many(Vec<String>),
        }
        match Written::deserialize(deserializer)? {
            Written::One(word) if word == "*open" => Ok(Self::Open),
            Written::One(word) if word.starts_with('*') => {
                Err(de::Error::custom(format!("`{word}`: write \"*open\" or name the states")))
            }
            Written::One(state) => Ok(Self::States(vec![state])),
            Written::Many(states) => Ok(Self::States(states)),
        }
    }
}

/// Where a transition leads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "String")]
pub enum Destination {
    /// `same`: the case stays where it is.
    #[default]
    Same,
    /// `previous`: back to the state it was in before it came into this one.
    Previous,
    /// A named state.
    State(String),
}

impl Destination {
    /// The named state, if there is one.
    pub fn state(&self) -> Option<&str> {
        match self {
            Self::State(key) => Some(key),
            Self::Same | Self::Previous => None,
        }
    }
}

impl From<String> for Destination {
    fn from(word: String) -> Self {
        match word.as_str() {
            "same" => Self::Same,
            "previous" => Self::Previous,
            _ => Self::State(word),
        }
    }
}

/// Whether a note is written with a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// It must be.
    Required,
    /// It may be.
    #[default]
    Optional,
    /// There is none.
    None,
}

/// How long something remains possible.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// For this long …
    #[serde(deserialize_with = "term::read")]
    pub term: Term,
    /// … after the last time one of these transitions was taken.
    pub since: Vec<String>,
}

/// A condition and the sentence for whoever it stops.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardRule {
    /// A CEL expression over [`crate::guard::VARIABLES`] that must be true.
    pub when: String,
    /// What is said when it is not: what is missing and the mend.
    pub title: String,
    /// The same in English.
    #[serde(default)]
    pub title_en: String,
}

titled!(Transition, GuardRule);

/// What a transition brings about besides the new state.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Effect {
    /// Hangs a ledger number on the case (挂牌) if it has none.
    GiveNumber,
    /// Cancels the ledger number (销号).
    CancelNumber,
    /// Sets the due date.
    SetDue {
        /// How.
        to: DueRule,
    },
    /// Puts a fixed value into a field.
    Set {
        /// Which field.
        field: String,
        /// The value as text.
        value: String,
    },
    /// Empties fields.
    Clear {
        /// Which fields.
        fields: Vec<String>,
    },
    /// Issues a numbered slip.
    IssueSlip {
        /// `regulation-id/slip-key`.
        slip: String,
    },
    /// Draws a verifier by lot among persons in these roles, in the unit of the case first and then
    /// in the units above it, leaving out everybody in the handling chain and everybody drawn before.
    DrawVerifier {
        /// The roles that form the pool.
        among: Vec<Party>,
    },
    /// Ties this case as a duplicate to the one in the field; it follows that one's result.
    MergeInto {
        /// The field naming the other case.
        field: String,
    },
    /// Opens the parts described in the field as cases of their own, of which this one is the parent.
    OpenParts {
        /// The field with one part to a line.
        field: String,
    },
    /// Records the signature of the acting department for joint handling.
    Countersign,
    /// Tells somebody on their desk.
    Tell {
        /// Whom.
        who: Vec<Party>,
    },
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// The verbs the platform understands: pages, tallies and journals word themselves by them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Verb { $($(#[$doc])* $name),+ }

        impl Verb {
            /// Every verb.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word regulations use.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
        }
    };
}

verbs! {
    /// 交办.
    Assign = "assign",
    /// 签收.
    Accept = "accept",
    /// 退回.
    Return = "return",
    /// 撤回.
    Withdraw = "withdraw",
    /// 转办.
    Transfer = "transfer",
    /// 裁定: the office rules on an objection.
    Rule = "rule",
    /// 会办.
    Joint = "joint",
    /// 会签.
    Countersign = "countersign",
    /// 催办.
    Urge = "urge",
    /// 督办.
    Supervise = "supervise",
    /// 回复督办.
    AnswerSlip = "answer-slip",
    /// 申请延期.
    ExtendRequest = "extend-request",
    /// 批准延期.
    ExtendApprove = "extend-approve",
    /// 不予延期.
    ExtendRefuse = "extend-refuse",
    /// 挂起.
    Suspend = "suspend",
    /// 恢复办理.
    Resume = "resume",
    /// 合并.
    Merge = "merge",
    /// 拆分.
    Split = "split",
    /// 报告进展.
    Report = "report",
    /// 办结.
    Handled = "handled",
    /// 确认.
    Confirm = "confirm",
    /// 抽取核验人.
    DrawVerifier = "draw-verifier",
    /// 重开.
    Reopen = "reopen",
    /// 解释.
    Explain = "explain",
    /// 销号.
    StrikeOff = "strike-off",
    /// 批注.
    Comment = "comment",
    /// 询问反映人.
    Ask = "ask",
    /// 反映人补充.
    Answer = "answer",
    /// 更正: a field is corrected with a reason.
    Correct = "correct",
}

impl Verb {
    /// The verb of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|verb| verb.word() == word)
    }
}
