//! Cases as the interface shows them. Member names are fixed: programs of others rely on them.

use std::collections::BTreeMap;

use regulation::{Privacy, Titled};
use serde::Serialize;
use utoipa::ToSchema;
use web::Visit;

use crate::{
    model::{CaseHead, CaseSnapshot, column_word, counts_as_word},
    pages::Rulebook,
    store::{CaseRow, Hangings, Related, TimelineEvent},
};

/// Somebody or some unit by id and name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Named {
    id: String,
    name: String,
}

impl Named {
    fn of(id: Option<impl ToString>, name: Option<String>) -> Option<Self> {
        id.map(|id| Self { id: id.to_string(), name: name.unwrap_or_default() })
    }
}

/// Who holds the ball.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HolderBody {
    /// `office`, `handler`, `leader`, `department`, `joint`, `resident`, `verifier` or `nobody`.
    #[schema(example = "handler")]
    kind: &'static str,
    /// The person or unit, where it is one.
    #[serde(flatten)]
    named: Option<Named>,
}

/// A case in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseItem {
    id: String,
    #[schema(example = "整改〔2026〕183号")]
    number: Option<String>,
    #[schema(example = "rectification")]
    procedure: String,
    #[schema(example = "handling")]
    state: String,
    /// The state in the language asked for.
    #[schema(example = "办理中")]
    state_title: String,
    /// `incoming`, `doing`, `waiting`, `unconfirmed` or `closed`.
    column: &'static str,
    /// `open`, `handled` or `closed`.
    counts_as: &'static str,
    title: String,
    unit: Named,
    /// Where the unit stands in the tree.
    #[schema(example = "1.4.23.")]
    unit_path: String,
    #[schema(example = "visit")]
    channel: Option<String>,
    #[schema(example = "within-month")]
    class: Option<String>,
    category: Option<String>,
    leader: Option<Named>,
    department: Option<Named>,
    person: Option<Named>,
    holder: HolderBody,
    /// The day by which it is to be handled.
    #[schema(example = "2026-03-31")]
    due: Option<String>,
    /// The day rests on holidays not announced yet.
    due_provisional: bool,
    /// The resident hears a word by this day.
    next_word: Option<String>,
    /// The earliest day of a running clock.
    late_on: Option<String>,
    /// A running clock has run out.
    overdue: bool,
    /// Raised without a name.
    anonymous: bool,
    /// Slips nobody has answered.
    slips_open: i64,
    /// How often it came back.
    reopened: i64,
    raised_at: String,
    assigned_at: Option<String>,
    handled_at: Option<String>,
    closed_at: Option<String>,
    updated_at: String,
    /// The case it is a part of.
    parent: Option<String>,
    /// The case it duplicates.
    merged_into: Option<String>,
    /// Rises with every change.
    version: i64,
}

impl CaseItem {
    pub(super) fn of(v: &Visit, book: &Rulebook, row: CaseRow) -> Self {
        let head = &row.head;
        let procedure = book.compendium.procedure(&head.procedure);
        let state = procedure.and_then(|procedure| procedure.state(&head.state));
        Self {
            id: head.id.to_string(),
            number: head.number.clone(),
            procedure: head.procedure.clone(),
            state: head.state.clone(),
            state_title: state.map_or_else(String::new, |state| state.title(v.language).to_owned()),
            column: column_word(head.column),
            counts_as: counts_as_word(head.counts_as),
            title: head.title.clone(),
            unit: Named { id: head.unit.to_string(), name: row.unit },
            unit_path: head.unit_path.0.clone(),
            channel: head.channel.clone(),
            class: head.class.clone(),
            category: head.category.clone(),
            leader: Named::of(head.leader, row.leader),
            department: Named::of(head.department, row.department),
            person: Named::of(head.handler, row.handler),
            holder: holder_of(head, row.holder),
            due: text(head.due),
            due_provisional: head.due_provisional,
            next_word: text(head.next_word),
            late_on: text(head.late_on),
            overdue: head.is_late(v.today()),
            anonymous: head.anonymous,
            slips_open: head.slips_open,
            reopened: head.reopened,
            raised_at: head.raised_at.to_string(),
            assigned_at: text(head.assigned_at),
            handled_at: text(head.handled_at),
            closed_at: text(head.closed_at),
            updated_at: head.updated_at.to_string(),
            parent: text(head.parent),
            merged_into: text(head.merged_into),
            version: head.version,
        }
    }
}

/// Days as `2026-03-31`, moments as RFC 3339 in UTC, ids as they are.
fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

fn holder_of(head: &CaseHead, name: Option<String>) -> HolderBody {
    let person = head.holder_person.map(|id| id.to_string());
    let id = person.or_else(|| head.holder_unit.map(|id| id.to_string()));
    HolderBody { kind: head.holder.word(), named: Named::of(id, name) }
}

/// A page of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseListBody {
    /// The cases.
    pub(super) items: Vec<CaseItem>,
    /// The cursor of the next page; `null` at the end.
    pub(super) next: Option<String>,
}

/// A case with everything staff may read of it. Sealed values are not in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseBody {
    #[serde(flatten)]
    item: CaseItem,
    /// What was said, word for word.
    detail: String,
    /// Other fields by key.
    fields: BTreeMap<String, String>,
    /// Files hung on it.
    attachments: Vec<FileBody>,
    /// Its parts.
    parts: Vec<RelatedBody>,
    /// Cases merged into it.
    duplicates: Vec<RelatedBody>,
    /// Its clocks, the latest run of each.
    clocks: Vec<ClockBody>,
    /// Its slips, oldest first.
    slips: Vec<SlipBody>,
}

/// A file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileBody {
    id: String,
    name: String,
    media_type: String,
    size: i64,
    sha256: String,
    public: bool,
}

/// Another case in one line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RelatedBody {
    id: String,
    label: String,
    title: String,
    state: String,
}

impl From<Related> for RelatedBody {
    fn from(case: Related) -> Self {
        Self { id: case.id.to_string(), label: case.label, title: case.title, state: case.state }
    }
}

/// One run of a clock.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockBody {
    #[schema(example = "handling")]
    key: String,
    due: String,
    provisional: bool,
    running: bool,
    stopped_on: Option<String>,
}

/// A numbered slip.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlipBody {
    #[schema(example = "督办〔2026〕7号")]
    number: String,
    issued_at: String,
    due: String,
    answered_at: Option<String>,
}

impl CaseBody {
    pub(super) fn of(item: CaseItem, case: CaseSnapshot, (hangings, book): (Hangings, &Rulebook)) -> Self {
        let procedure = book.compendium.procedure(&case.head.procedure);
        let is_sealed = |key: &str| {
            let field = procedure.and_then(|procedure| procedure.field(key));
            field.is_some_and(|field| field.privacy == Privacy::Sealed)
        };
        let clock = |run: &crate::model::ClockRun| ClockBody {
            key: run.key.clone(),
            due: run.due.to_string(),
            provisional: run.provisional,
            running: run.is_running(),
            stopped_on: text(run.stopped_on),
        };
        Self {
            item,
            clocks: case.clocks.iter().map(clock).collect(),
            detail: case.detail,
            fields: case.fields.into_iter().filter(|(key, _)| !is_sealed(key)).collect(),
            attachments: hangings
                .attachments
                .into_iter()
                .map(|file| FileBody {
                    id: file.id.to_string(),
                    name: file.name,
                    media_type: file.media_type,
                    size: file.size,
                    sha256: file.sha256,
                    public: file.public,
                })
                .collect(),
            parts: hangings.parts.into_iter().map(RelatedBody::from).collect(),
            duplicates: hangings.duplicates.into_iter().map(RelatedBody::from).collect(),
            slips: case
                .slips
                .into_iter()
                .map(|slip| SlipBody {
                    number: slip.number,
                    issued_at: slip.issued_at.to_string(),
                    due: slip.due.to_string(),
                    answered_at: text(slip.answered_at),
                })
                .collect(),
        }
    }
}

/// A line of the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventBody {
    n: i64,
    at: String,
    /// `person:<id>`, `resident` or `system`.
    #[schema(example = "resident")]
    actor: String,
    name: Option<String>,
    /// The role or relation it was done through.
    #[schema(example = "@handler")]
    through: String,
    /// The transition's key; `intake` for the first line.
    transition: String,
    verb: String,
    from: String,
    to: String,
    note: Option<String>,
    private_note: Option<String>,
    /// The values given.
    #[schema(value_type = Object)]
    fields: serde_json::Value,
    /// Whether the resident reads the note.
    visible: bool,
}

impl From<TimelineEvent> for EventBody {
    fn from(event: TimelineEvent) -> Self {
        Self {
            n: event.n,
            at: event.at.to_string(),
            actor: event.actor,
            name: event.name,
            through: event.through,
            transition: event.transition,
            verb: event.verb,
            from: event.from,
            to: event.to,
            note: event.note,
            private_note: event.private_note,
            fields: event.fields,
            visible: event.visible,
        }
    }
}

/// The timeline, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelineBody {
    pub(super) items: Vec<EventBody>,
}
