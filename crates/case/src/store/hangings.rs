//! Timeline, files, parts, duplicates, views, imports, receipts.

use base::{
    Id, Result, Timestamp,
    noun::{Case, Person, SavedView},
};
use db::{Cx, Row, Statement, Value, values};

use crate::{
    acts::NewAttachment,
    model::AttachmentRow,
    store::{
        notices::label,
        people::{self, padded, placeholders},
        shapes::{Audience, Duplicate, Hangings, Related, TimelineEvent, ViewRow},
    },
};

pub(super) static EVENTS: Statement = Statement::new(
    "case.events",
    "SELECT n, at, actor, person_id, through, transition, verb, from_state, to_state, note, private_note, \
     fields, visible FROM case_event WHERE case_id = $1 ORDER BY n",
);
pub(super) static SURVIVOR: Statement =
    Statement::new("case.survivor", "SELECT merged_into, closed_at FROM case_head WHERE id = $1");
pub(super) static ATTACHMENTS: Statement = Statement::new(
    "case.attachments",
    "SELECT id, object_key, name, media_type, size, sha256, public, by_actor, at FROM case_attachment \
     WHERE case_id = $1 ORDER BY id",
);
pub(super) static ADD_ATTACHMENT: Statement = Statement::new(
    "case.add-attachment",
    "INSERT INTO case_attachment (id, case_id, object_key, name, media_type, size, sha256, public, by_actor, at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
);
pub(super) static PARTS: Statement = Statement::new(
    "case.parts",
    "SELECT id, number, title, state FROM case_head WHERE parent_id = $1 ORDER BY seq",
);
pub(super) static DUPLICATES: Statement = Statement::new(
    "case.duplicates",
    "SELECT id, number, title, state FROM case_head WHERE merged_into = $1 ORDER BY seq",
);
pub(super) static PUT_VIEW: Statement = Statement::new(
    "case.put-view",
    "INSERT INTO case_view (id, person_id, name, query) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (person_id, name) DO UPDATE SET query = EXCLUDED.query",
);
pub(super) static DROP_VIEW: Statement =
    Statement::new("case.drop-view", "DELETE FROM case_view WHERE id = $1 AND person_id = $2");
pub(super) static VIEWS: Statement = Statement::new(
    "case.views",
    "SELECT id, name, query FROM case_view WHERE person_id = $1 ORDER BY name, id",
);

/// The timeline, oldest first. A resident reads the public words only; the resident of a merged case
/// goes on reading what becomes of the case it follows.
pub fn timeline(cx: &mut Cx<'_>, id: Id<Case>, audience: Audience) -> Result<Vec<TimelineEvent>> {
    let mut events = events_of(cx, id)?;
    if audience == Audience::Staff {
        let names = people::names_of(cx, std::iter::empty(), events.iter().filter_map(|event| event.person))?;
        for event in &mut events {
            event.name = event.person.map(|person| names.person(person));
        }
        return Ok(events);
    }
    let followed: Option<(Option<Id<Case>>, Option<Timestamp>)> =
        cx.row(&SURVIVOR, values![id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if let Some((Some(survivor), Some(since))) = followed {
        let later = events_of(cx, survivor)?.into_iter().filter(|event| event.at >= since && event.visible);
        events.extend(later.map(|event| TimelineEvent { of_case: Some(survivor), ..event }));
    }
    Ok(events.into_iter().filter_map(for_resident).collect())
}

fn events_of(cx: &mut Cx<'_>, id: Id<Case>) -> Result<Vec<TimelineEvent>> {
    cx.rows(&EVENTS, values![id], |row| {
        Ok(TimelineEvent {
            n: row.get(0)?,
            at: row.get(1)?,
            actor: row.get(2)?,
            person: row.get(3)?,
            name: None,
            through: row.get(4)?,
            transition: row.get(5)?,
            verb: row.get(6)?,
            from: row.get(7)?,
            to: row.get(8)?,
            note: row.get(9)?,
            private_note: row.get(10)?,
            fields: row.get(11)?,
            visible: row.get::<i64>(12)? != 0,
            of_case: None,
        })
    })
}

/// What the resident may read of a line: public words; that the case moved, without the words; nothing
/// of what happened inside an office.
fn for_resident(event: TimelineEvent) -> Option<TimelineEvent> {
    if !event.visible && event.from == event.to {
        return None;
    }
    let shown = ["result", "answer", "due", "new_due", "merged_into"];
    let fields = match &event.fields {
        serde_json::Value::Object(fields) if event.visible => fields
            .iter()
            .filter(|(key, _)| shown.contains(&key.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
        _ => serde_json::Value::Object(serde_json::Map::new()),
    };
    let actor = if event.actor.starts_with("person:") { "office".to_owned() } else { event.actor };
    Some(TimelineEvent {
        actor,
        person: None,
        name: None,
        through: String::new(),
        note: event.note.filter(|_| event.visible),
        private_note: None,
        fields,
        ..event
    })
}

/// What hangs on a case: files, parts, duplicates.
pub fn hangings(cx: &mut Cx<'_>, id: Id<Case>) -> Result<Hangings> {
    Ok(Hangings {
        attachments: cx.rows(&ATTACHMENTS, values![id], attachment)?,
        parts: cx.rows(&PARTS, values![id], related)?,
        duplicates: cx.rows(&DUPLICATES, values![id], related)?,
    })
}

fn attachment(row: &Row<'_>) -> Result<AttachmentRow> {
    Ok(AttachmentRow {
        id: row.get(0)?,
        object_key: row.get(1)?,
        name: row.get(2)?,
        media_type: row.get(3)?,
        size: row.get(4)?,
        sha256: row.get(5)?,
        public: row.get::<i64>(6)? != 0,
        by: row.get(7)?,
        at: row.get(8)?,
    })
}

fn related(row: &Row<'_>) -> Result<Related> {
    let id = row.get(0)?;
    Ok(Related { id, label: label(row.get(1)?, id), title: row.get(2)?, state: row.get(3)? })
}

pub(crate) fn add_attachment(
    cx: &mut Cx<'_>,
    case: Id<Case>,
    (by, file): (&str, &NewAttachment),
) -> Result<Id<base::noun::Attachment>> {
    let (id, now) = (cx.new_id(), cx.now());
    let values = values![
        id,
        case,
        &file.object_key,
        &file.name,
        &file.media_type,
        file.size,
        &file.sha256,
        i64::from(file.public),
        by,
        now
    ];
    cx.execute(&ADD_ATTACHMENT, values)?;
    Ok(id)
}

/// The saved views of a person, by name.
pub fn views(cx: &mut Cx<'_>, person: Id<Person>) -> Result<Vec<ViewRow>> {
    cx.rows(&VIEWS, values![person], |row| {
        Ok(ViewRow { id: row.get(0)?, name: row.get(1)?, query: row.get(2)? })
    })
}

/// The longest name of a view, in characters.
const LONGEST_NAME: usize = 40;

/// Saves a view under a name, in place of the one of that name. A person's own convenience without
/// history: call it in `write_operational`.
pub fn save_view(cx: &mut Cx<'_>, person: Id<Person>, (name, query): (&str, &str)) -> Result<()> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(base::Refusal::invalid("case.view-name-length")
            .arg("most", LONGEST_NAME)
            .field("name")
            .into());
    }
    let id = cx.new_id::<SavedView>();
    cx.execute(&PUT_VIEW, values![id, person, name, query]).map(|_| ())
}

/// Deletes a view of a person; like [`save_view`].
pub fn delete_view(cx: &mut Cx<'_>, person: Id<Person>, view: Id<SavedView>) -> Result<()> {
    cx.execute(&DROP_VIEW, values![view, person]).map(|_| ())
}

/// Cases whose words are like these, most alike first; `at_least` from 0 to 1.
pub fn duplicates(cx: &mut Cx<'_>, words: &str, at_least: f64) -> Result<Vec<Duplicate>> {
    let bands = text::Fingerprint::of(words).bands();
    if bands.is_empty() {
        return Ok(Vec::new());
    }
    let (places, size) = placeholders(1, bands.len());
    let sql = format!(
        "SELECT h.id, h.seq, h.number, h.title, h.state, t.detail FROM case_head h \
         JOIN case_text t ON t.seq = h.seq JOIN (SELECT seq, COUNT(*) AS shared FROM case_band \
         WHERE band IN ({places}) GROUP BY seq ORDER BY COUNT(*) DESC, seq LIMIT 50) b ON b.seq = h.seq"
    );
    let bound = padded(bands.into_iter().map(Value::Int).collect(), size);
    let mut found = cx.rows_of("case.near-duplicates", &sql, &bound, |row| {
        let id: Id<Case> = row.get(0)?;
        Ok(Duplicate {
            id,
            seq: row.get(1)?,
            label: label(row.get(2)?, id),
            title: row.get(3)?,
            state: row.get(4)?,
            similarity: text::similarity(words, &row.get::<String>(5)?),
        })
    })?;
    found.retain(|duplicate| duplicate.similarity >= at_least);
    found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.seq.cmp(&b.seq)));
    Ok(found)
}

pub(super) static FOLLOWERS: Statement = Statement::new(
    "case.followers",
    "SELECT id FROM case_head WHERE merged_into = $1 AND has_raiser = 1 ORDER BY seq",
);

/// The duplicates of a case whose residents can be told.
pub(crate) fn followers(cx: &mut Cx<'_>, case: Id<Case>) -> Result<Vec<Id<Case>>> {
    cx.rows(&FOLLOWERS, values![case], |row| row.get(0))
}
