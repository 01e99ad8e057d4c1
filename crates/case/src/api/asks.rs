//! What the interface takes, what it offers, and how it refuses.

use std::collections::BTreeMap;

use regulation::{FieldKind, Note, Titled};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Visit;

use crate::{acts::Raised, model::PossibleMove};

/// A case to be entered.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct NewCaseBody {
    /// The procedure's key; may be left out where there is one only.
    #[schema(example = "rectification")]
    pub(super) procedure: Option<String>,
    /// One line.
    #[schema(example = "三组机耕道雨后无法通行")]
    pub(super) title: Option<String>,
    /// What was said, word for word.
    #[schema(example = "每次下雨路都烂完，拖拉机进不去，谷子背都背不出来。")]
    pub(super) detail: Option<String>,
    /// How it came in, by its code.
    #[schema(example = "visit")]
    pub(super) channel: Option<String>,
    /// Where it is: the id of a unit, a division code of up to twelve digits, or a path such as `1.4.23.`.
    #[schema(example = "510183104201")]
    pub(super) unit: Option<String>,
    /// What it is about.
    #[schema(example = "道路交通")]
    pub(super) category: Option<String>,
    /// The exact place.
    #[schema(example = "三组晒坝旁")]
    pub(super) place: Option<String>,
    /// The resident's name, sealed at once.
    #[schema(example = "李某某")]
    pub(super) raiser: Option<String>,
    /// How to reach the resident, sealed at once.
    #[schema(example = "13900000000")]
    pub(super) contact: Option<String>,
    /// `true`, or left out without a name: a resident who gave none and follows by the receipt.
    /// `false` without a name: nobody who could be asked, such as a finding of an inspection.
    pub(super) anonymous: Option<bool>,
    /// When it came in, where that is not now; only for those who may import a ledger.
    #[schema(example = "2026-03-02T09:30:00+08:00")]
    pub(super) raised_at: Option<String>,
    /// Other fields of the procedure by key.
    pub(super) fields: BTreeMap<String, String>,
}

/// A case that was entered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RaisedBody {
    /// The id in addresses.
    id: String,
    /// The ledger number.
    #[schema(example = "整改〔2026〕183号")]
    number: Option<String>,
    /// The state it begins in.
    #[schema(example = "collected")]
    state: String,
    /// What the resident follows it with; `null` where there is no resident. Shown once.
    receipt: Option<ReceiptBody>,
}

/// What a resident follows a case with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptBody {
    /// The case's number, or the first eight letters of its id.
    number: String,
    /// Six digits to type with the number.
    #[schema(example = "204816")]
    code: String,
    /// Opens the case by itself, as the QR code does.
    token: String,
}

impl From<Raised> for RaisedBody {
    fn from(raised: Raised) -> Self {
        Self {
            id: raised.id.to_string(),
            number: raised.number,
            state: raised.state,
            receipt: raised.receipt.map(|receipt| ReceiptBody {
                number: receipt.number,
                code: receipt.code,
                token: receipt.token,
            }),
        }
    }
}

/// A move asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct MoveBody {
    /// The transition's key.
    #[schema(example = "report")]
    pub(super) transition: Option<String>,
    /// Values by field. Several values of one field are separated by commas or lines, or given as a list.
    #[schema(value_type = BTreeMap<String, String>)]
    pub(super) fields: BTreeMap<String, serde_json::Value>,
    /// What is written with it; the resident reads it where the transition is public.
    #[schema(example = "已联系施工队，本周五进场铺碎石。")]
    pub(super) note: Option<String>,
    /// What only those who handle the case see.
    pub(super) private_note: Option<String>,
    /// The version the asker saw; a case that has changed since is not moved.
    pub(super) version: Option<i64>,
}

/// A move that may be taken now, or why not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PossibleBody {
    #[schema(example = "handled")]
    transition: String,
    #[schema(example = "办结")]
    title: String,
    allowed: bool,
    /// Why it cannot be taken now, by its stable name.
    reason: Option<String>,
    /// The same in words.
    detail: Option<String>,
    requires: Vec<FieldBody>,
    optional: Vec<FieldBody>,
    /// `required`, `optional` or `none`.
    note: &'static str,
    /// The resident reads the note.
    public: bool,
    irreversible: bool,
}

/// A field of a move.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldBody {
    #[schema(example = "answer")]
    key: String,
    #[schema(example = "答复")]
    title: String,
    /// `text`, `long-text`, `number`, `money`, `date`, `code`, `person`, `unit`, `case` or `attachment`.
    #[schema(value_type = String)]
    kind: FieldKind,
    many: bool,
}

/// The moves of a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovesBody {
    pub(super) items: Vec<PossibleBody>,
}

impl PossibleBody {
    pub(super) fn of(v: &Visit, possible: &PossibleMove<'_>) -> Self {
        let transition = possible.transition;
        let field = |field: &&regulation::Field| FieldBody {
            key: field.key.clone(),
            title: field.title(v.language).to_owned(),
            kind: field.kind,
            many: field.many,
        };
        let refused = possible.allowed.as_ref().err();
        Self {
            transition: transition.key.clone(),
            title: transition.title(v.language).to_owned(),
            allowed: refused.is_none(),
            reason: refused.map(|refusal| refusal.key.to_string()),
            detail: refused.map(|refusal| v.refusal(refusal)),
            requires: possible.required.iter().map(field).collect(),
            optional: possible.optional.iter().map(field).collect(),
            note: match transition.note {
                Note::Required => "required",
                Note::Optional => "optional",
                Note::None => "none",
            },
            public: transition.public,
            irreversible: transition.irreversible,
        }
    }
}

/// Why not (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemBody {
    /// The HTTP status.
    status: u16,
    #[schema(example = "不能这样做")]
    title: String,
    /// All reasons in words.
    #[schema(example = "还有未销号的子事项：母事项最后销号。")]
    detail: String,
    /// Each reason.
    errors: Vec<ReasonBody>,
    /// The number under which a fault of ours is in the log.
    operation: Option<String>,
}

/// One reason.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonBody {
    /// Its stable name.
    #[schema(example = "case.not-from-this-state")]
    reason: String,
    /// The member or field concerned.
    field: Option<String>,
    /// In words.
    detail: String,
}
